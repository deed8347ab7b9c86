"""What may be written in a folder: tables of ClickHouse itself, made from what may be read.

The process that opens the folder reads any file that the user of this server may read, so what
makes derived tables is held to a few forms. Statements come as ClickHouse itself writes them.
"""

from __future__ import annotations

import re

from belvedere.errors import EngineError

_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.|``)*`", re.DOTALL)
_INNERMOST = re.compile(r"\([^()]*\)")
_NAME = r"[\w$]+(?:\.[\w$]+)?"
_ENGINE = r"(?:Memory|Log|TinyLog|StripeLog|(?:[A-Z][A-Za-z]*)?MergeTree)(?:<>)?"
_CREATE = re.compile(
    rf"CREATE (?:OR REPLACE )?TABLE (?:IF NOT EXISTS )?{_NAME}(?: <>)?(?: ENGINE = {_ENGINE})?"
    r"(?: (?:PARTITION BY|ORDER BY|PRIMARY KEY|SAMPLE BY|COMMENT) .*)?"
)
_INSERT = re.compile(rf"INSERT INTO (?:TABLE )?{_NAME}(?: <>)?")
_DROP = re.compile(rf"DROP TABLE (?:IF EXISTS )?{_NAME}")
_ONE = r"(?:[\w$]+|`[^`\\]+`)(?:\.(?:[\w$]+|`[^`\\]+`))?"
_PUBLISHING = re.compile(
    rf"CREATE (?:OR REPLACE )?VIEW {_ONE} AS (SELECT \* FROM {_ONE})|DROP VIEW IF EXISTS {_ONE}"
)
"""The views that stand for kept tables."""
_OUTWARD = re.compile(r"\b(?:SETTINGS|TTL|CODEC|ENGINE = Replicated\w*)\b")
_AS_SELECT = re.compile(r" AS (?=(?:SELECT|WITH)\b|\()")
_TO_SELECT = re.compile(r" (?=(?:SELECT|WITH)\b|\(SELECT\b)")
_HARMLESS = " SETTINGS allow_nullable_key = 1"
_REFUSED = (
    "A derived table in a folder is made by CREATE TABLE, INSERT INTO and DROP TABLE, with tables "
    "of ClickHouse itself and without settings"
)


def select_of(plain: str) -> str | None:
    """The query that the statement reads from, if it has one. EngineError where the statement is
    none of those that are allowed.
    """
    published = _PUBLISHING.fullmatch(plain)
    if published is not None:
        return published[1]
    code = _QUOTED.sub(lambda found: "_" * len(found[0]), plain)
    if code.startswith("INSERT INTO ") and code.endswith(" FORMAT Values"):
        _refuse_unless(_INSERT, code.removesuffix(" FORMAT Values"))
        return None
    if code.startswith("INSERT INTO "):
        return _after(_INSERT, _TO_SELECT, code, plain)
    if code.startswith("DROP TABLE "):
        _refuse_unless(_DROP, code)
        return None
    found = _AS_SELECT.search(code)
    if found is None:
        _refuse_unless(_CREATE, code)
        return None
    return _after(_CREATE, _AS_SELECT, code, plain)


def _after(form: re.Pattern[str], between: re.Pattern[str], code: str, plain: str) -> str:
    found = between.search(code)
    if found is None:
        raise EngineError(_REFUSED)
    _refuse_unless(form, code[: found.start()].removesuffix(_HARMLESS))
    return plain[found.end() :]


def _refuse_unless(form: re.Pattern[str], code: str) -> None:
    if not form.fullmatch(_outline(code)) or _OUTWARD.search(code):
        raise EngineError(_REFUSED)


def _outline(code: str) -> str:
    """What stands in no parentheses."""
    inner = None
    while inner != code:
        inner, code = code, _INNERMOST.sub("<>", code)
    return code
