"""Elements of dashboards: what is on them read once for all of them, however many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from belvedere.api.call import Call
from belvedere.api.fields import Fields
from belvedere.api.present.content import text_of
from belvedere.api.present.looks import present_looks_with_queries
from belvedere.api.present.queries import present_query
from belvedere.clock import iso
from belvedere.content import result_makers
from belvedere.content.among import among, encoded
from belvedere.content.tables import (
    Dashboard,
    DashboardElement,
    DashboardImage,
    Look,
    ResultMaker,
)
from belvedere.instance import markup, pictures
from belvedere.lookml.intervals import milliseconds
from belvedere.query import stored
from belvedere.query.tables import MergeQueryRow, StoredQuery

_PLAIN = (
    "aria_description",
    "body_text",
    "extension_id",
    "filter_id",
    "lookml_link_id",
    "note_display",
    "note_state",
    "note_text",
    "refresh_interval",
    "rich_content_json",
    "subtitle_text",
    "title",
    "title_hidden",
    "title_text",
    "type",
)
_RENDERED = {
    "body_text": markup.rendered,
    "note_text": markup.rendered,
    "subtitle_text": markup.rendered_line,
    "title_text": markup.rendered_line,
}
_WITH_QUERIES = ("query", "result_maker", "look")


def present_elements(call: Call, rows: Sequence[DashboardElement]) -> list[dict[str, Any]]:
    """For a call that answers elements."""
    return Presenter(call, rows).present_all()


class Presenter:
    """Elements of any number of dashboards; `call.fields` are those of an element."""

    def __init__(self, call: Call, rows: Sequence[DashboardElement]) -> None:
        self._call = call
        self.rows = rows
        self._fields: Fields = call.fields
        self._sees = call.session.permissions.may_see_model
        self._makers = self._read_makers()
        self._looks = self._read_looks()
        self._images = self._read_images() if self._fields.wants("images") else {}
        self._merges = self._read_merges()
        self._queries = self._read_queries()
        self._shown: dict[str, dict[str, Any]] = {}
        self._abilities = self._read_abilities()
        self._shown_looks = self._present_looks()

    # Reading

    def _among(self, table: Any, column: Any, keys: Iterable[int | str | None]) -> Sequence[Any]:
        wanted = {key for key in keys if key is not None}
        if not wanted:
            return ()
        return self._call.db.scalars(select(table).where(among(column, encoded(wanted)))).all()

    def _read_makers(self) -> dict[int, ResultMaker]:
        ids = (row.result_maker_id for row in self.rows)
        return {row.id: row for row in self._among(ResultMaker, ResultMaker.id, ids)}

    def _read_looks(self) -> dict[int, Look]:
        """Those that the caller may see; one in the trash is not there."""
        reach = self._call.reach
        rows = self._among(Look, Look.id, (row.look_id for row in self.rows))
        return {row.id: row for row in rows if row.deleted_at is None and reach.sees_look(row)}

    def _read_images(self) -> dict[tuple[int, str], DashboardImage]:
        found = self._among(DashboardImage, DashboardImage.id, (row.image_id for row in self.rows))
        return {(image.dashboard_id, image.id): image for image in found}

    def _read_merges(self) -> dict[str, MergeQueryRow]:
        slugs = (row.merge_slug for row in self.rows)
        return {row.slug: row for row in self._among(MergeQueryRow, MergeQueryRow.slug, slugs)}

    def _read_queries(self) -> dict[str, StoredQuery]:
        slugs: set[str | None] = {row.query_slug for row in self.rows}
        slugs |= {look.query_slug for look in self._looks.values()}
        for merge in self._merges.values():
            slugs |= {part["query_id"] for part in merge.definition["source_queries"]}
        return {row.slug: row for row in self._among(StoredQuery, StoredQuery.slug, slugs)}

    def _read_abilities(self) -> dict[int, dict[str, bool]]:
        reach = self._call.reach
        ids = {row.dashboard_id for row in self.rows} if self._fields.wants("can") else set()
        return {
            row.id: abilities(edits=reach.edits_dashboard(row))
            for row in self._among(Dashboard, Dashboard.id, ids)
        }

    def _present_looks(self) -> dict[int, dict[str, Any]]:
        if not self._looks or not self._fields.wants("look"):
            return {}
        looks = list(self._looks.values())
        nested = self._call.narrowed(self._fields.child("look"))
        shown = present_looks_with_queries(nested, looks)
        return {row.id: one for row, one in zip(looks, shown, strict=True)}

    # What they show

    def _query_of(self, row: DashboardElement) -> StoredQuery | None:
        slug = row.query_slug
        if row.look_id is not None:
            look = self._looks.get(row.look_id)
            slug = look.query_slug if look is not None else None
        return self._queries.get(slug or "")

    def sources_of(self, row: DashboardElement) -> list[result_makers.Source]:
        merge = self._merges.get(row.merge_slug or "")
        return result_makers.sources_of(self._query_of(row), merge, self._queries)

    def vis_type(self, row: DashboardElement) -> str | None:
        """Of the picture, for those who may see the data; the element's type where it has none."""
        config = self._vis_config(row)
        found = config.get("type") if config else None
        return found if isinstance(found, str) else row.type

    def _vis_config(self, row: DashboardElement) -> Mapping[str, Any] | None:
        if not self._is_open(row):
            return None
        maker = self._makers.get(row.result_maker_id or 0)
        if maker is not None and maker.vis_config is not None:
            return maker.vis_config
        merge, query = self._merges.get(row.merge_slug or ""), self._query_of(row)
        if merge is not None:
            config: Mapping[str, Any] | None = merge.definition.get("vis_config")
            return config
        return stored.definition_of(query).vis_config if query is not None else None

    def _is_open(self, row: DashboardElement) -> bool:
        """Whether the caller may see its Look, and the models of all that it asks."""
        if row.look_id is not None and row.look_id not in self._looks:
            return False
        return all(self._sees(source.model) for source in self.sources_of(row))

    # Presenting

    def present_all(self) -> list[dict[str, Any]]:
        return [self.present(row) for row in self.rows]

    def present(self, row: DashboardElement) -> dict[str, Any]:
        shown: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN} | {
            "can": self._abilities.get(row.dashboard_id, {}),
            "id": str(row.id),
            "dashboard_id": str(row.dashboard_id),
            "dashboard_layout_id": text_of(row.dashboard_layout_id),
            "edit_uri": f"/dashboards/{row.dashboard_id}/elements/{row.id}/edit",
            "look_id": text_of(row.look_id),
            "query_id": row.query_slug,
            "merge_result_id": row.merge_slug,
            "result_maker_id": text_of(row.result_maker_id),
            "refresh_interval_to_i": milliseconds(row.refresh_interval),
            "alert_count": 0,
            "images": self._present_images(row),
            "query": None,
        }
        for name, render in _RENDERED.items():
            if self._fields.wants(f"{name}_as_html"):
                text = getattr(row, name)
                shown[f"{name}_as_html"] = render(text) if text else None
        optional = {name: getattr(row, name) for name in ("group_id", "image_id")}
        shown |= {name: value for name, value in optional.items() if value is not None}
        if any(map(self._fields.wants, _WITH_QUERIES)):
            shown |= self._present_data(row)
        if shown["query"] is None:
            del shown["query"]
        return shown

    def _present_images(self, row: DashboardElement) -> list[dict[str, Any]]:
        image = self._images.get((row.dashboard_id, row.image_id or ""))
        if image is None:
            return []
        return [
            {
                "can": {"show": True},
                "id": image.id,
                "file_name": image.file_name or image.id,
                "format": pictures.ON_PAGES[image.media_type].upper(),
                "label": row.aria_description or row.title or "",
                "url": f"/api/4.0/dashboards/{row.dashboard_id}/images/{image.id}",
                "created_at": iso(image.created_at),
                "updated_at": iso(image.created_at),
            }
        ]

    def _present_data(self, row: DashboardElement) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        look = self._shown_looks.get(row.look_id or 0)
        if look is not None:
            shown["look"] = look
        if not self._is_open(row):
            return shown
        query = self._query_of(row)
        if row.look_id is None and query is not None and self._fields.wants("query"):
            shown["query"] = self._present_query(query)
        maker = self._makers.get(row.result_maker_id or 0)
        if maker is not None and self._fields.wants("result_maker"):
            shown["result_maker"] = self._present_maker(row, maker, query)
        return shown

    def _present_query(self, row: StoredQuery) -> dict[str, Any]:
        found = self._shown.get(row.slug)
        if found is None:
            found = self._shown[row.slug] = present_query(self._call, row)
        return found

    def _present_maker(
        self, row: DashboardElement, maker: ResultMaker, query: StoredQuery | None
    ) -> dict[str, Any]:
        sources, kept = self.sources_of(row), maker.filterables or []
        asked = stored.definition_of(query) if query is not None else None
        sorts, fields = maker.sorts, maker.dynamic_fields
        if sorts is None and asked is not None and asked.sorts is not None:
            sorts = list(asked.sorts)
        if fields is None and asked is not None:
            fields = asked.dynamic_fields
        shown = {
            "id": str(maker.id),
            "dynamic_fields": fields,
            "filterables": result_makers.filterables(sources, kept) if sources else kept,
            "sorts": sorts,
            "merge_result_id": maker.merge_slug,
            "total": maker.total,
            "query_id": query.slug if query is not None else None,
            "sql_query_id": maker.sql_slug,
            "vis_config": self._vis_config(row),
        }
        if query is not None and self._fields.child("result_maker").wants("query"):
            shown["query"] = self._present_query(query)
        return shown


def abilities(*, edits: bool) -> dict[str, bool]:
    """Of a part of a dashboard."""
    return {"index": True, "show": True, "create": edits, "update": edits, "destroy": edits}
