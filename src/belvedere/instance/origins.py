"""The origins that browsers may call from: those of the settings and of the embed allowlist."""

from __future__ import annotations

from belvedere.instance import general
from belvedere.store import Database, EpochWatch


class AllowedOrigins:
    """Read again when somebody changes the instance's settings."""

    def __init__(self, database: Database, watch: EpochWatch, fixed: tuple[str, ...]) -> None:
        self._database = database
        self._watch = watch
        self._fixed = fixed
        self._known: tuple[int, tuple[str, ...]] = (-1, fixed)

    def current(self) -> tuple[str, ...]:
        epoch = self._watch.current("instance")
        known, found = self._known
        if epoch != known:
            with self._database.reading() as session:
                found = (*self._fixed, *general.allowed_origins(session))
            self._known = (epoch, found)
        return found
