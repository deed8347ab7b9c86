"""How long a result may be reused, by the model's rules."""

from __future__ import annotations

import math

from belvedere.lookml.model import Explore, Model
from belvedere.lookml.spans import seconds_of


def reuse_seconds(model: Model, explore: Explore, default: int, *, triggered: bool) -> float:
    """persist_with wins over persist_for, the explore over the model.

    `triggered`: whether the datagroup's trigger works; without a max_cache_age only it counts then.
    """
    for holder in (explore, model):
        if holder.persist_with is not None:
            datagroup = model.datagroups.get(holder.persist_with)
            age = datagroup.max_cache_age if datagroup is not None else None
            if age is None and triggered:
                return math.inf
            found = seconds_of(age) if age else None
            return default if found is None else found
        if holder.persist_for is not None:
            found = seconds_of(holder.persist_for)
            return default if found is None else found
    return default
