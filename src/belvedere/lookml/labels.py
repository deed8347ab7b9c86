"""What things are called where people see them."""

from __future__ import annotations

from belvedere.lookml.model import Explore, Field, Model
from belvedere.lookml.scope import Scope, ScopedField


def titleize(name: str) -> str:
    """`order_id` → "Order ID"."""
    words = (word for word in name.replace(".", " ").split("_") if word)
    return " ".join("ID" if word.lower() == "id" else word[:1].upper() + word[1:] for word in words)


def explore_label(explore: Explore) -> str:
    return explore.label or titleize(explore.name)


def model_label(model: Model) -> str:
    return model.label or titleize(model.name)


def view_label(scope: Scope, scoped: ScopedField) -> str:
    """The heading under which the field is listed."""
    join = scope.joins.get(scoped.alias)
    stated = join.view_label if join is not None else scope.explore.view_label
    return (
        scoped.field.view_label
        or stated
        or scope.aliases[scoped.alias].label
        or titleize(scoped.alias)
    )


def label_short(field: Field) -> str:
    """The field's label without its view's."""
    own = field.label
    if field.interval is not None and field.dimension_group is not None:
        return f"{titleize(field.interval)}s {own or titleize(field.dimension_group)}"
    if field.timeframe is not None and field.dimension_group is not None:
        base = own if own is not None else titleize(field.dimension_group)
        if field.timeframe == "yesno":
            return f"{base} (Yes / No)".strip()
        return f"{base} {titleize(field.timeframe)}".strip()
    base = own if own is not None else titleize(field.name)
    return f"{base} (Yes / No)" if field.type == "yesno" and field.is_dimension else base


def field_label(scope: Scope, scoped: ScopedField) -> str:
    return f"{view_label(scope, scoped)} {label_short(scoped.field)}".strip()


def group_of(field: Field) -> tuple[str | None, str | None]:
    """The heading of a group of fields, and the field's name under it."""
    if field.dimension_group is not None:
        base = field.label or titleize(field.dimension_group)
        if field.interval is not None:
            return field.group_label or f"Duration {base}", f"{titleize(field.interval)}s"
        variant = "Yes / No" if field.timeframe == "yesno" else titleize(field.timeframe or "")
        return field.group_label or f"{base} Date", field.group_item_label or variant
    if field.group_label is not None:
        return field.group_label, field.group_item_label or label_short(field)
    return None, None
