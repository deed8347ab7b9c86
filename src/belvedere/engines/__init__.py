"""The only place that talks to databases. Drivers are loaded when an engine is first opened."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.errors import EngineUnavailable

_ENGINES = {
    "duckdb": ("belvedere.engines.duckdb", "DuckDBEngine"),
    "postgres": ("belvedere.engines.postgres", "PostgresEngine"),
}


def _class_of(dialect: str) -> type[Engine]:
    module, name = _ENGINES[dialect]
    found: type[Engine] = getattr(import_module(module), name)
    return found


def keeps_tables(dialect: str) -> bool:
    """Whether derived tables can be kept in databases of the dialect."""
    return dialect in _ENGINES and _class_of(dialect).keeps_tables


def open_engine(config: ConnectionConfig) -> Engine:
    """An engine for the configuration's dialect; connects on first use."""
    if config.dialect not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise EngineUnavailable(f"There is no engine for {config.dialect}; there are {known}")
    make: Callable[[ConnectionConfig], Engine] = _class_of(config.dialect)
    return make(config)
