"""What things are called where people see them."""

from __future__ import annotations

from collections.abc import Mapping

from belvedere.errors import LookmlError
from belvedere.lookml.liquid import has_liquid, render
from belvedere.lookml.model import Explore, Field, Model
from belvedere.lookml.scope import Scope, ScopedField

_NOBODY: Mapping[str, str] = {}


def titleize(name: str) -> str:
    """`order_id` → "Order ID"."""
    words = (word for word in name.replace(".", "_").split("_") if word)
    return " ".join("ID" if word.lower() == "id" else word[:1].upper() + word[1:] for word in words)


def explore_label(explore: Explore) -> str:
    return explore.label or titleize(explore.name)


def model_label(model: Model) -> str:
    return model.label or titleize(model.name)


def view_label(scope: Scope, scoped: ScopedField, attributes: Mapping[str, str] = _NOBODY) -> str:
    """The heading under which the field is listed."""
    join = scope.joins.get(scoped.alias)
    stated = join.view_label if join is not None else scope.explore.view_label
    written = scoped.field.view_label or stated or scope.aliases[scoped.alias].label
    return shown(scope, scoped, written, attributes) or titleize(scoped.alias)


def label_short(scope: Scope, scoped: ScopedField, attributes: Mapping[str, str] = _NOBODY) -> str:
    """The field's label without its view's."""
    field = scoped.field
    own = shown(scope, scoped, field.label, attributes)
    base = own if own is not None else titleize(field.dimension_group or field.name)
    if field.dimension_group is None:
        return f"{base} (Yes / No)" if field.type == "yesno" and field.is_dimension else base
    if field.interval is not None:
        return f"{_variant(field)} {base}".strip()
    if field.timeframe == "yesno":
        return f"{base} (Yes / No)".strip()
    return f"{base} {_variant(field)}".strip()


def field_label(scope: Scope, scoped: ScopedField, attributes: Mapping[str, str] = _NOBODY) -> str:
    heading = view_label(scope, scoped, attributes)
    return f"{heading} {label_short(scope, scoped, attributes)}".strip()


def group_of(
    scope: Scope, scoped: ScopedField, attributes: Mapping[str, str] = _NOBODY
) -> tuple[str | None, str]:
    """The heading of a group of fields, and the field's name under it."""
    field = scoped.field
    heading = shown(scope, scoped, field.group_label, attributes)
    item = shown(scope, scoped, field.group_item_label, attributes)
    if heading is not None or field.dimension_group is None:
        return heading, item or label_short(scope, scoped, attributes)
    own = shown(scope, scoped, field.label, attributes)
    base = own if own is not None else titleize(field.dimension_group)
    heading = f"Duration {base}" if field.interval is not None else f"{base} Date"
    return heading.strip(), item or _variant(field)


def _variant(field: Field) -> str:
    """What tells a field from the others of its dimension group: "Day of Week", "Hours"."""
    if field.interval is not None:
        return f"{titleize(field.interval)}s"
    if field.timeframe == "yesno":
        return "Yes / No"
    return titleize(field.timeframe or "").replace(" Of ", " of ")


def shown(
    scope: Scope, scoped: ScopedField, text: str | None, attributes: Mapping[str, str] = _NOBODY
) -> str | None:
    """A label or description with its Liquid carried out as outside of any query."""
    if text is None or not has_liquid(text):
        return text
    try:
        return render(text, _Outside(scope, scoped, attributes)).strip()
    except LookmlError:
        return text


class _Outside:
    """A liquid.LiquidContext where no query is: nothing is selected, defaults are chosen."""

    dialect_name = ""
    timezone = ""

    def __init__(self, scope: Scope, scoped: ScopedField, attributes: Mapping[str, str]) -> None:
        self._scope = scope
        self._attributes = attributes
        self.model_name = scope.model.name
        self.explore_name = scope.explore.name
        self.view_name = scoped.alias
        self.field_name = scoped.field.name

    def in_query(self, name: str) -> bool:
        del name
        return False

    is_selected = is_filtered = in_query

    def condition(self, name: str, sql: str) -> str:
        del name, sql
        return "1=1"

    def parameter_value(self, name: str) -> str | None:
        found = self._scope.find_unrestricted(name) or self._scope.find_unrestricted(
            f"{self.view_name}.{name}"
        )
        if found is None or found.field.default_value is None:
            return None
        value = found.field.default_value
        return f"'{value}'" if found.field.type == "string" else value

    def parameter(self, name: str) -> str:
        return self.parameter_value(name) or ""

    def increment_condition(self, sql: str) -> str:
        del sql
        return "1=1"

    def date_start(self, name: str) -> str:
        del name
        return "NULL"

    date_end = date_start

    def user_attribute(self, name: str) -> str | None:
        return self._attributes.get(name)

    def filter_text(self, name: str) -> str | None:
        del name
        return None

    def sql_of(self, name: str) -> str:
        del name
        return ""

    def sql_quote(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"
