"""Values that a filter on a field can suggest: listed by the model, or asked of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from belvedere.accounts.tokens import AccessSession
from belvedere.compiler.conditions import Grammar, grammar_of
from belvedere.errors import NotFound
from belvedere.lookml import metadata
from belvedere.lookml.field_traits import suggestable
from belvedere.lookml.model import Explore
from belvedere.lookml.scope import Scope, ScopedField
from belvedere.lookml.spans import seconds_of
from belvedere.query.definition import Definition
from belvedere.query.preparing import Offer
from belvedere.query.runner import Runner

MOST = 1000
_KEPT_SECONDS = 6 * 3600


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
    filters: Mapping[str, str],
    asker: AccessSession,
) -> Suggestions:
    """Values of the field that begin with `term`, or have a word that does. NotFound for a
    field that the asker cannot see; empty for one that suggests nothing.
    """
    offer = runner.offer(model, explore, asker)
    scoped = offer.find(field if "." in field else f"{offer.scope.explore.base}.{field}")
    if scoped is None:
        raise NotFound
    fixed = _fixed(scoped, offer.model.week_start_day)
    if fixed is not None:
        return Suggestions(_matching(fixed, term))
    if not suggestable(offer.scope, scoped):
        return Suggestions([])
    target = _target(runner, offer, scoped, asker)
    if target is None:
        return Suggestions([])
    return _asked(runner, *target, scoped, term, filters, asker)


def _fixed(scoped: ScopedField, week_start: str) -> list[str] | None:
    """Values that need no question."""
    field = scoped.field
    if not field.suggestable:
        return []
    if field.suggestions:
        return list(field.suggestions)
    if field.allowed_values:
        return [choice.value for choice in field.allowed_values]
    found = metadata.enumerations(field, week_start)
    return [str(item["value"]) for item in found] if found is not None else None


def _target(
    runner: Runner, offer: Offer, scoped: ScopedField, asker: AccessSession
) -> tuple[Offer, ScopedField] | None:
    """Where the values come from; None where the asker may not have them from there."""
    field = scoped.field
    name = field.suggest_dimension or scoped.full_name
    if "." not in name:
        name = f"{scoped.alias}.{name}"
    if field.suggest_explore is not None:
        try:
            offer = runner.offer(offer.model.name, field.suggest_explore, asker)
        except NotFound:
            return None
    found = offer.find(name)
    if found is None or not found.field.is_dimension:
        return None
    if field.full_suggestions is False and _is_restricted(offer.scope.explore):
        return (offer, found) if field.bypass_suggest_restrictions else None
    return offer, found


def _alone(scope: Scope, target: ScopedField, asking: ScopedField, *, linked: bool) -> str | None:
    """The view that the values come from without the rest of the explore, as is the rule where
    nothing restricts the explore; None for the whole explore.
    """
    stated, explore = asking.field.full_suggestions, scope.explore
    join = scope.joins.get(target.alias)
    if linked or _is_restricted(explore) or (join is not None and join.sql is not None):
        return None
    whole = bool(explore.always_join) if stated is None else stated
    return None if whole else target.alias


def _is_restricted(explore: Explore) -> bool:
    return bool(explore.access_filters or explore.sql_always_where)


def _asked(
    runner: Runner,
    offer: Offer,
    target: ScopedField,
    asking: ScopedField,
    term: str | None,
    filters: Mapping[str, str],
    asker: AccessSession,
) -> Suggestions:
    """The values that the view has, or those that the explore shows the asker: where it restricts
    rows, its restrictions hold like in any query.
    """
    name, elsewhere = target.full_name, asking.field.suggest_explore is not None
    conditions = {
        other: text for other, text in filters.items() if not elsewhere or offer.find(other)
    }
    linked = bool(conditions)
    if term and term.strip() and grammar_of(target.field) is Grammar.string:
        conditions[name] = _term_filter(term)
    query = Definition(
        model=offer.model.name,
        view=offer.scope.explore.name,
        fields=(name,),
        filters=conditions or None,
        sorts=(name,),
        limit=str(MOST),
    )
    stated = asking.field.suggest_persist_for
    kept = seconds_of(stated) if stated else None
    reuse = _KEPT_SECONDS if kept is None else kept
    alone = _alone(offer.scope, target, asking, linked=linked)
    values, from_cache, error = runner.column(query, asker, reuse, alone)
    shown = [str(value) for value in values if value is not None]
    return Suggestions(_matching(shown, term), from_cache, len(values) >= MOST, error)


def _term_filter(term: str) -> str:
    """The database narrows down, in the usual spellings of case; `_matching` decides."""
    plain = term.strip()
    spellings = dict.fromkeys(
        [plain, plain.lower(), plain.upper(), plain.capitalize(), plain.title()]
    )
    written = ("".join(map(_literal, text)) for text in spellings)
    return ",".join(f"{text}%,% {text}%" for text in written)


def _literal(character: str) -> str:
    """The character in a filter expression, where none but letters and digits is safe."""
    plain = character.isalnum() or ord(character) > 0xFFFF
    return character if plain else f"\\u{ord(character):04x}"


def _matching(values: list[str], term: str | None) -> list[str]:
    wanted = (term or "").strip().lower()
    if not wanted:
        return values
    return [
        value
        for value in values
        if value.lower().startswith(wanted) or f" {wanted}" in value.lower()
    ]
