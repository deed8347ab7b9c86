"""How long a result may be reused, by the model's rules."""

from __future__ import annotations

import re

from belvedere.lookml.model import Explore, Model

_SPAN = re.compile(r"\s*(\d+)\s*(second|minute|hour|day)s?\s*\Z")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def seconds_of(text: str) -> int | None:
    """`"24 hours"` in seconds; None for anything else."""
    match = _SPAN.match(text)
    return int(match.group(1)) * _SECONDS[match.group(2)] if match else None


def reuse_seconds(model: Model, explore: Explore, default: int) -> int:
    """persist_with wins over persist_for, the explore over the model."""
    for holder in (explore, model):
        if holder.persist_with is not None:
            datagroup = model.datagroups.get(holder.persist_with)
            age = datagroup.max_cache_age if datagroup is not None else None
            found = seconds_of(age) if age else None
            return default if found is None else found
        if holder.persist_for is not None:
            found = seconds_of(holder.persist_for)
            return default if found is None else found
    return default
