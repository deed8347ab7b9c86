"""How tiles get their rows: one query or merge query, and the dashboard filters it listens to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from belvedere.content import properties
from belvedere.content.among import among, encoded
from belvedere.content.tables import DashboardElement, ResultMaker
from belvedere.errors import Invalid, Problem
from belvedere.query import stored
from belvedere.query.tables import MergeQueryRow, StoredQuery

_MOST = 1_000
_CHECKS: dict[str, properties.Check] = {
    "dynamic_fields": properties.text(1_000_000),
    "sorts": properties.names,
    "total": properties.flag,
    "vis_config": properties.mapping,
}
Listen = dict[str, str]
"""`dashboard_filter_name` is put on `field`."""


@dataclass(frozen=True, slots=True)
class Source:
    """What filters can be put on: the query of a tile, or one of those that it merges."""

    model: str
    view: str
    name: str | None = None


def sources_of(
    query: StoredQuery | None,
    merge: MergeQueryRow | None,
    merged: Mapping[str, StoredQuery],
) -> list[Source]:
    """`merged` are the queries that the merge query merges, by slug."""
    if merge is not None:
        return [
            _source(merged[part["query_id"]], part.get("name"))
            for part in merge.definition["source_queries"]
            if part["query_id"] in merged
        ]
    return [_source(query, None)] if query is not None else []


def _source(query: StoredQuery, name: str | None) -> Source:
    definition = stored.definition_of(query)
    return Source(definition.model, definition.view, name)


def filterables(sources: Sequence[Source], kept: Sequence[Mapping[str, Any]]) -> list[Any]:
    """One for each source; `kept` are those that were there before, in the same order."""
    listens = [list(part.get("listen") or ()) for part in kept]
    listens += [[] for _ in sources[len(listens) :]]
    return [
        {"model": source.model, "view": source.view, "name": source.name, "listen": listen}
        for source, listen in zip(sources, listens, strict=False)
    ]


def set_given(maker: ResultMaker, values: Mapping[str, Any], sources: Sequence[Source]) -> None:
    """Set what is given of a result maker as clients send it, the read-only `listen` of its
    filterables included.
    """
    properties.assign(maker, values, _CHECKS)
    given = values.get("filterables")
    if given is not None:
        kept = [{"listen": _listens(part.get("listen"))} for part in given]
        if not sources:  # of a Look or query that is gone: as they are
            kept = [
                {"model": part.get("model"), "view": part.get("view"), "name": part.get("name")}
                | {"listen": listen["listen"]}
                for part, listen in zip(given, kept, strict=True)
            ]
            maker.filterables = kept
            return
    else:
        kept = maker.filterables or []
    maker.filterables = filterables(sources, kept)


def _listens(given: Any) -> list[Listen]:
    where = "result_maker.filterables.listen"
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > _MOST:
        raise Invalid(Problem(where, "invalid", f"{where} is a list of {_MOST} at most"))
    found = []
    for item in given:
        names = [item.get(key) if isinstance(item, dict) else None for key in _KEYS]
        if not all(isinstance(name, str) and name for name in names):
            message = f"Each {where} names a dashboard_filter_name and a field"
            raise Invalid(Problem(where, "invalid", message))
        properties.names(where, names)
        found.append({key: str(name) for key, name in zip(_KEYS, names, strict=True)})
    return found


_KEYS = ("dashboard_filter_name", "field")


def listen(maker: ResultMaker, wanted: Iterable[tuple[Source, Listen]]) -> None:
    """Let every source of that model and view listen too, where it does not listen to the filter
    yet and nothing else is put on that field.
    """
    changed = [dict(part) | {"listen": list(part["listen"])} for part in maker.filterables or ()]
    for source, listen in wanted:
        for part in changed:
            if (part["model"], part["view"]) != (source.model, source.view):
                continue
            if all(one[key] != listen[key] for one in part["listen"] for key in _KEYS):
                part["listen"].append(dict(listen))
    maker.filterables = changed


def rename_filter(session: Session, dashboard_id: int, before: str, after: str) -> None:
    """What listened to the filter of a dashboard goes on listening to it."""
    for maker in session.scalars(_of([dashboard_id], select(ResultMaker))):
        parts = maker.filterables or []
        maker.filterables = [
            part | {"listen": [_renamed(one, before, after) for one in part["listen"]]}
            for part in parts
        ]


def _renamed(listen: Listen, before: str, after: str) -> Listen:
    hears = listen["dashboard_filter_name"] == before
    return listen | {"dashboard_filter_name": after} if hears else listen


def remove_of(session: Session, dashboard_ids: Iterable[int]) -> None:
    """Before dashboards are deleted: their result makers go with them."""
    ids = session.scalars(_of(dashboard_ids, select(ResultMaker.id))).all()
    if ids:
        session.execute(
            delete(ResultMaker).where(among(ResultMaker.id, encoded(ids))),
            execution_options={"synchronize_session": False},
        )


def _of(dashboard_ids: Iterable[int], chosen: Any) -> Any:
    joined = chosen.join(DashboardElement, DashboardElement.result_maker_id == ResultMaker.id)
    return joined.where(among(DashboardElement.dashboard_id, encoded(dashboard_ids)))
