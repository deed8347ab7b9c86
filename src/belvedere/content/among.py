"""A condition on a column for any number of ids, sent to the database as one value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, String, literal
from sqlalchemy.ext.compiler import compiles

from belvedere.store.expressions import Column, Plain


class _Among(Plain):
    type = Boolean()
    name = "among"
    inherit_cache = True


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
