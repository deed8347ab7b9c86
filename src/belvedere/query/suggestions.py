"""Values that a filter on a field can suggest."""

from __future__ import annotations

from dataclasses import dataclass

from belvedere.accounts.tokens import AccessSession
from belvedere.errors import NotFound
from belvedere.lookml import metadata
from belvedere.lookml.scope import ScopedField
from belvedere.query.definition import Definition
from belvedere.query.runner import Runner

MOST = 1000


@dataclass(frozen=True, slots=True)
class Suggestions:
    values: list[str]
    from_cache: bool = False
    hit_limit: bool = False
    error: str | None = None


def suggest(
    runner: Runner,
    model: str,
    explore: str,
    field: str,
    term: str | None,
    filters: dict[str, str],
    asker: AccessSession,
) -> Suggestions:
    """Values of the field that begin with `term`, or have a word that does. NotFound for a
    field that the asker cannot see; empty for one that is not suggestable.
    """
    name = field if "." in field else f"{explore}.{field}"
    probe = Definition(model=model, view=explore, fields=(name,), limit="0")
    prepared = runner.prepare(probe, asker)
    scoped = prepared.scope.find(name)
    if scoped is None or scoped.full_name not in prepared.compiled.dimensions:
        raise NotFound
    fixed = _fixed(scoped, prepared.model.week_start_day)
    if fixed is not None:
        return Suggestions(_matching(fixed, term))
    if not metadata.field_metadata(prepared.scope, scoped)["suggestable"]:
        return Suggestions([])
    if prepared.scope.explore.access_filters and scoped.field.full_suggestions is False:
        return Suggestions([])
    target = _target(scoped)
    query = Definition(
        model=model,
        view=scoped.field.suggest_explore or explore,
        fields=(target,),
        filters={**filters, target: _term_filter(term)} if term else dict(filters) or None,
        sorts=(target,),
        limit=str(MOST),
    )
    values, from_cache, error = runner.column(query, asker)
    shown = [str(value) for value in values if value is not None]
    if term:
        shown = _matching(shown, term)
    return Suggestions(shown, from_cache, len(values) >= MOST, error)


def _target(scoped: ScopedField) -> str:
    other = scoped.field.suggest_dimension
    if other is None:
        return scoped.full_name
    return other if "." in other else f"{scoped.alias}.{other}"


def _fixed(scoped: ScopedField, week_start: str) -> list[str] | None:
    field = scoped.field
    if field.suggestions:
        return list(field.suggestions)
    if field.allowed_values:
        return [choice.value for choice in field.allowed_values]
    found = metadata.enumerations(field, week_start)
    return [str(item["value"]) for item in found] if found is not None else None


def _term_filter(term: str) -> str:
    """The database narrows down, in the usual spellings of case; `_matching` decides."""
    plain = term.strip()
    spellings = dict.fromkeys(
        [plain, plain.lower(), plain.upper(), plain.capitalize(), plain.title()]
    )
    escaped = ["".join(f"^{c}" if c in '^%_",' else c for c in text) for text in spellings]
    return ",".join(f"{text}%,% {text}%" for text in escaped)


def _matching(values: list[str], term: str | None) -> list[str]:
    if not term:
        return values
    wanted = term.lower()
    return [
        value
        for value in values
        if value.lower().startswith(wanted) or f" {wanted}" in value.lower()
    ]
