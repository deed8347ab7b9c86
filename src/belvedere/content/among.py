"""A condition on a column for any number of ids, sent to the database as one value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, Integer, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from belvedere.store.expressions import Column


class _Among(FunctionElement[bool]):
    type = Boolean()
    name = "among"
    inherit_cache = True

    def self_group(self, against: Any = None) -> Self:
        """As it is: compared with 1, as other functions are, it would use no index."""
        del against
        return self


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    kind = "INTEGER" if isinstance(next(iter(element.clauses)).type, Integer) else "TEXT"
    listed = f"json_array_elements_text(CAST({ids} AS JSON))"
    return f"({column} IN (SELECT CAST(listed.item AS {kind}) FROM {listed} AS listed(item)))"


def encoded(ids: Iterable[int | str]) -> str:
    return json.dumps(list(ids), separators=(",", ":"))


def among(column: Column, ids: str) -> ColumnElement[bool]:
    """`ids` is a list of them, encoded: whole numbers, or texts."""
    return _Among(column, literal(ids, String()))
