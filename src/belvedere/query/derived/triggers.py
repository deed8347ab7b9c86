"""What the trigger of a persistent derived table says."""

from __future__ import annotations

from belvedere.compiler.persistent import KeptTable
from belvedere.connections.registry import OpenConnection
from belvedere.lookml.model import Model
from belvedere.query.datagroups import rendered

_SECONDS = 60.0


def trigger_value(connection: OpenConnection, model: Model, kept: KeptTable) -> str | None:
    """The first value of its sql_trigger_value; None for NULL, no row, or no such trigger.

    EngineError where the database refuses it.
    """
    text = kept.persistence.sql_trigger_value
    if text is None:
        return None
    sql = rendered(model, text)
    with connection.engine.execute(sql, timeout=_SECONDS, whole=True) as execution:
        for batch in execution.batches():
            for value in batch.column(0).to_pylist():
                return None if value is None else str(value)
    return None
