"""What a parameter stands for: the value that a query chooses, its default, or nothing."""

from __future__ import annotations

from belvedere.lookml.filters import unescape
from belvedere.lookml.model import Field

_WITHOUT_VALUE = {"string": "''", "unquoted": ""}


def chosen_value(parameter: Field, filter_text: str | None) -> str | None:
    """`filter_text` is what the query says of it. None where there is no default either."""
    chosen = unescape(filter_text) if filter_text else parameter.default_value
    has_text = parameter.type in _WITHOUT_VALUE
    return chosen if chosen is None or has_text or chosen.strip() else None


def unchosen(parameter: Field) -> str:
    """What stands in SQL, and in `_parameter_value`, where nothing is chosen."""
    return _WITHOUT_VALUE.get(parameter.type, "NULL")


def written(parameter: Field, filter_text: str | None) -> str:
    """The value as `_parameter_value` gives it outside of SQL: strings with their quotes."""
    value = chosen_value(parameter, filter_text)
    if value is None:
        return unchosen(parameter)
    return f"'{value}'" if parameter.type == "string" else value
