"""Derived tables in Spark: what may make them, and where they are.

Spark in this server may read and write whatever the server may: there the statements are held to
a few forms, as Spark itself reads them.
"""

from __future__ import annotations

import re

from belvedere.errors import EngineError

_PARSED = re.compile(r"\A== Parsed Logical Plan ==\s*'?(\w+)")
_MADE = frozenset({"CreateTable", "CreateTableAsSelect"})
_ALLOWED = _MADE | {"DropTable", "InsertIntoStatement"}
_SPEC = "unresolvedtablespec("
_OWN_SPEC = re.compile(
    r"unresolvedtablespec\((?:None|Some\((?:parquet|orc|json)\)), optionlist\(\), None, "
)
_REFUSED = (
    "A derived table is made by CREATE TABLE, INSERT INTO and DROP TABLE here, in the folder and "
    "without options"
)


def refuse_reaching_out(plan: str, sql: str) -> None:
    """`plan` is what EXPLAIN EXTENDED tells of the statement. EngineError where it may not run."""
    found = _PARSED.match(plan)
    kind = found[1] if found else ""
    if kind not in _ALLOWED:
        raise EngineError(_REFUSED, sql)
    # A name or text may look like what is searched for: then there are more of them.
    specs = plan.count(_SPEC)
    if specs != (kind in _MADE) or len(_OWN_SPEC.findall(plan)) != specs:
        raise EngineError(_REFUSED, sql)
