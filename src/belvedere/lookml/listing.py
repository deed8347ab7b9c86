"""What a model's explores offer, for programs that use LookML as a library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from belvedere.lookml import labels
from belvedere.lookml.field_traits import api_type
from belvedere.lookml.metadata import explore_metadata
from belvedere.lookml.model import Model
from belvedere.lookml.scope import scope_of


class FieldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A field of an explore: `name` as queries take it, `category` dimension, measure, filter or
    parameter, `type` as the API reports it.
    """

    name: str
    category: str
    type: str
    label: str
    description: str | None = None
    hidden: bool = False


def list_fields(
    model: Model, explore: str, attributes: Mapping[str, str] | None = None
) -> list[FieldLine]:
    """The explore's fields in the order of its views, hidden ones included. Labels are those
    that a viewer with these user attributes sees. Raises LookmlError for an unknown explore.
    """
    scope = scope_of(model, explore)
    seen = attributes or {}
    return [
        FieldLine(
            name=scoped.full_name,
            category=str(scoped.field.category),
            type=api_type(scope, scoped),
            label=labels.field_label(scope, scoped, seen),
            description=labels.shown(scope, scoped, scoped.field.description, seen),
            hidden=scoped.field.hidden,
        )
        for scoped in scope.fields()
    ]


def describe_explore(
    model: Model, explore: str, attributes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Everything about the explore, as the API's lookml_model_explore answers it for somebody
    who may see all of it. Raises LookmlError for an unknown explore.
    """
    return explore_metadata(
        scope_of(model, explore), lambda _: True, {}, attributes=attributes or {}
    )
