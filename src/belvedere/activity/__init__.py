"""System Activity: how the instance is used, as a LookML model over its own database.

`shared` holds the views and explores, `sqlite` and `postgres` the model for either database; they
differ in constants only, which say how a database reads JSON.
"""

from __future__ import annotations

from pathlib import Path

MODEL = "system__activity"
NAMES = frozenset({MODEL, "i__looker"})
"""What clients call it; the second name is what it was called once."""
CONNECTION = "looker"
"""The name that the model gives its connection. It is no stored one: no other model, and no SQL
of a person, reaches the application database.
"""
_FOLDER = Path(__file__).parent


def project_folder(*, is_sqlite: bool) -> Path:
    return _FOLDER / ("sqlite" if is_sqlite else "postgres")


def imported(name: str) -> Path | None:
    return _FOLDER / "shared" if name == "system_activity_shared" else None
