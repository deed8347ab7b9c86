"""The only place that talks to databases. Drivers are loaded when an engine is first opened."""

from __future__ import annotations

from importlib import import_module

from belvedere.engines.base import ConnectionConfig, Engine
from belvedere.errors import EngineUnavailable

_ENGINES = {
    "duckdb": ("belvedere.engines.duckdb", "DuckDBEngine"),
    "postgres": ("belvedere.engines.postgres", "PostgresEngine"),
}


def open_engine(config: ConnectionConfig) -> Engine:
    """An engine for the configuration's dialect; connects on first use."""
    if config.dialect not in _ENGINES:
        known = ", ".join(sorted(_ENGINES))
        raise EngineUnavailable(f"There is no engine for {config.dialect}; there are {known}")
    module, name = _ENGINES[config.dialect]
    engine: Engine = getattr(import_module(module), name)(config)
    return engine
