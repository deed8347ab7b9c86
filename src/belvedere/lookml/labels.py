"""What things are called where people see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from belvedere.errors import LookmlError
from belvedere.lookml.liquid import has_liquid, render
from belvedere.lookml.model import Explore, Field, Model
from belvedere.lookml.parameters import chosen_value, written
from belvedere.lookml.scope import Scope, ScopedField

_NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """The query whose result is labelled: full names of its fields, its filters, its IANA zone."""

    fields: frozenset[str] = frozenset()
    filters: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""


def titleize(name: str) -> str:
    """`order_id` → "Order ID"."""
    words = (word for word in name.replace(".", "_").split("_") if word)
    return " ".join("ID" if word.lower() == "id" else word[:1].upper() + word[1:] for word in words)


def explore_label(
    explore: Explore, model: Model | None = None, attributes: Mapping[str, str] = _NOBODY
) -> str:
    return localized(model, explore.label, attributes) or titleize(explore.name)


def model_label(model: Model, attributes: Mapping[str, str] = _NOBODY) -> str:
    return localized(model, model.label, attributes) or titleize(model.name)


def localized(model: Model | None, text: str | None, attributes: Mapping[str, str]) -> str | None:
    """The text in the viewer's locale, where it is a key of the project's strings."""
    if text is None or model is None or model.localization is None:
        return text
    return model.localization.text(text, attributes.get("locale"))


def view_label(
    scope: Scope,
    scoped: ScopedField,
    attributes: Mapping[str, str] = _NOBODY,
    asked: Asked | None = None,
) -> str:
    """The heading under which the field is listed."""
    join = scope.joins.get(scoped.alias)
    stated = join.view_label if join is not None else scope.explore.view_label
    written = scoped.field.view_label or stated or scope.aliases[scoped.alias].label
    return shown(scope, scoped, written, attributes, asked) or titleize(scoped.alias)


def label_short(
    scope: Scope,
    scoped: ScopedField,
    attributes: Mapping[str, str] = _NOBODY,
    asked: Asked | None = None,
) -> str:
    """The field's label without its view's; in a result perhaps a parameter's chosen label."""
    field = scoped.field
    chosen = _parameter_label(scope, scoped, attributes, asked) if asked is not None else None
    if chosen is not None:
        return chosen
    own = shown(scope, scoped, field.label, attributes, asked)
    base = own if own is not None else titleize(field.dimension_group or field.name)
    if field.dimension_group is None:
        return f"{base} (Yes / No)" if field.type == "yesno" and field.is_dimension else base
    if field.interval is not None:
        return f"{_variant(field)} {base}".strip()
    if field.timeframe == "yesno":
        return f"{base} (Yes / No)".strip()
    return f"{base} {_variant(field)}".strip()


def _parameter_label(
    scope: Scope, scoped: ScopedField, attributes: Mapping[str, str], asked: Asked
) -> str | None:
    """What label_from_parameter makes of the parameter's value in the query."""
    name = scoped.field.label_from_parameter
    if name is None:
        return None
    context = _LabelContext(scope, scoped, attributes, asked)
    chosen = context.chosen(name)
    if chosen is None:
        return None
    parameter, value = chosen
    for choice in parameter.allowed_values:
        if choice.value == value:
            return localized(scope.model, choice.label, attributes)
    return value


def field_label(
    scope: Scope,
    scoped: ScopedField,
    attributes: Mapping[str, str] = _NOBODY,
    asked: Asked | None = None,
) -> str:
    heading = view_label(scope, scoped, attributes, asked)
    return f"{heading} {label_short(scope, scoped, attributes, asked)}".strip()


def group_of(
    scope: Scope,
    scoped: ScopedField,
    attributes: Mapping[str, str] = _NOBODY,
    asked: Asked | None = None,
) -> tuple[str | None, str]:
    """The heading of a group of fields, and the field's name under it."""
    field = scoped.field
    heading = shown(scope, scoped, field.group_label, attributes, asked)
    item = shown(scope, scoped, field.group_item_label, attributes, asked)
    if heading is not None or field.dimension_group is None:
        return heading, item or label_short(scope, scoped, attributes, asked)
    own = shown(scope, scoped, field.label, attributes, asked)
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
    scope: Scope,
    scoped: ScopedField,
    text: str | None,
    attributes: Mapping[str, str] = _NOBODY,
    asked: Asked | None = None,
) -> str | None:
    """A label or description in the viewer's locale, its Liquid carried out for the query, or
    as outside of any query.
    """
    text = localized(scope.model, text, attributes)
    if text is None or not has_liquid(text):
        return text
    try:
        made = render(text, _LabelContext(scope, scoped, attributes, asked)).strip()
    except LookmlError:
        return text
    return localized(scope.model, made, attributes)


class _LabelContext:
    """A liquid.LiquidContext of labels. Without a query nothing is selected and parameters have
    their defaults; there is no SQL in either case.
    """

    dialect_name = ""

    def __init__(
        self,
        scope: Scope,
        scoped: ScopedField,
        attributes: Mapping[str, str],
        asked: Asked | None,
    ) -> None:
        self._scope = scope
        self._attributes = attributes
        self._asked = asked or Asked()
        self.timezone = self._asked.timezone
        self.model_name = scope.model.name
        self.explore_name = scope.explore.name
        self.view_name = scoped.alias
        self.field_name = scoped.field.name

    def _find(self, name: str) -> ScopedField | None:
        scope = self._scope
        return scope.find_unrestricted(name) or scope.find_unrestricted(f"{self.view_name}.{name}")

    def _any(self, name: str, among: Iterable[str]) -> bool:
        """Whether the field, or some field of the view, of that name is among the names."""
        found = self._find(name)
        full = found.full_name if found is not None else name
        return any(item == full or item.startswith(f"{name}.") for item in among)

    def in_query(self, name: str) -> bool:
        return self.is_selected(name) or self.is_filtered(name)

    def is_selected(self, name: str) -> bool:
        return self._any(name, self._asked.fields)

    def is_filtered(self, name: str) -> bool:
        return self._any(name, [key for key, text in self._asked.filters.items() if text])

    def condition(self, name: str, sql: str) -> str:
        del name, sql
        return "1=1"

    def chosen(self, name: str) -> tuple[Field, str] | None:
        """The parameter and its value in the query, or by default."""
        found = self._find(name)
        if found is None:
            return None
        value = chosen_value(found.field, self._asked.filters.get(found.full_name))
        return None if value is None else (found.field, value)

    def parameter(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            return ""
        return written(found.field, self._asked.filters.get(found.full_name))

    parameter_value = parameter

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
        found = self._find(name)
        return self._asked.filters.get(found.full_name if found is not None else name)

    def sql_of(self, name: str) -> str:
        del name
        return ""

    def sql_quote(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def localized(self, key: str) -> str | None:
        localization = self._scope.model.localization
        return localization.lookup(key, self._attributes.get("locale")) if localization else None
