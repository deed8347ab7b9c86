"""Dashboards as written to dashboards of the model: old forms understood, defaults set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from belvedere.lookml.dashboard_files import DashboardInheritance, RawDashboard
from belvedere.lookml.dashboard_vocabulary import (
    FILTER_PARAMETERS,
    FILTER_TYPES,
    LAYOUTS,
    OLD_TYPES,
    OPTIONS,
    PARAMETERS,
    STRUCTURE,
    TEXT_TYPES,
)
from belvedere.lookml.dashboards import (
    Dashboard,
    DashboardElement,
    DashboardFilter,
    DashboardRow,
    DashboardTab,
    ElementQuery,
    EmbedStyle,
    JoinField,
    Listen,
    Placement,
)
from belvedere.lookml.diagnostics import Diagnostic, Severity, did_you_mean
from belvedere.lookml.model import FilterPair, Location
from belvedere.lookml.yaml_reading import YamlValue

_OF_NOTES = frozenset({"text", "state", "display"})
_Named = TypeVar("_Named", DashboardFilter, DashboardElement)


def resolve_dashboards(
    model: str, raws: Iterable[RawDashboard]
) -> tuple[dict[str, Dashboard], list[Diagnostic]]:
    """The model's dashboards by name, and what is wrong in them."""
    inheritance = DashboardInheritance(model, raws)
    found: dict[str, Dashboard] = {}
    diagnostics: list[Diagnostic] = []
    for raw in inheritance.dashboards():
        resolver = _Resolver(model, raw)
        found[raw.name] = resolver.dashboard()
        diagnostics += resolver.diagnostics
    return found, [*inheritance.diagnostics, *diagnostics]


@lru_cache(maxsize=4096)
def _misspelt(key: str) -> str:
    """The structural parameter that a key of an element nearly is, if any."""
    return did_you_mean(key, STRUCTURE, cutoff=0.9)


class _Resolver:
    def __init__(self, model: str, raw: RawDashboard) -> None:
        self._model = model
        self._raw = raw
        self.diagnostics: list[Diagnostic] = []

    # Reading

    def _place(self, value: YamlValue) -> Location:
        return Location(value.path, value.line, value.column)

    def _report(self, message: str, value: YamlValue, severity: Severity = Severity.error) -> None:
        self.diagnostics.append(
            Diagnostic(
                severity=severity,
                kind="dashboard",
                message=message,
                location=self._place(value),
                model=self._model,
            )
        )

    def _text(self, holder: YamlValue, key: str) -> str | None:
        value = holder.get(key)
        if value is None or (value.kind == "scalar" and value.value is None):
            return None
        if value.kind != "scalar":
            self._report(f"{key} takes one value, not a {value.kind}", value)
            return None
        return value.text

    def _flag(self, holder: YamlValue, key: str, default: bool) -> bool:
        found = self._maybe_flag(holder, key)
        return default if found is None else found

    def _maybe_flag(self, holder: YamlValue, key: str) -> bool | None:
        value = holder.get(key)
        if value is None or value.value is None:
            return None
        if value.text.lower() in ("yes", "true", "on"):
            return True
        if value.text.lower() not in ("no", "false", "off"):
            self._report(f"{key} takes true or false, not {value.text}", value)
        return False

    def _whole(self, holder: YamlValue, key: str) -> int | None:
        text = self._text(holder, key)
        if not text:
            return None
        try:
            return int(float(text.removesuffix("px")))
        except (ValueError, OverflowError):
            self._report(f"{key} takes a number, not {text}", holder.pairs[key])
            return None

    def _names(self, holder: YamlValue, key: str) -> tuple[str, ...]:
        value = holder.get(key)
        return tuple(self._each_name(value, key)) if value is not None else ()

    def _each_name(self, value: YamlValue, key: str) -> Iterator[str]:
        for item in value.members():
            if item.kind == "scalar":
                yield item.text.strip()
            elif item.kind == "map" and key == "sorts":
                yield from (f"{name} {way.text}" for name, way in item.pairs.items())
            else:
                self._report(f"{key} takes names", item)

    def _map(self, holder: YamlValue, key: str) -> dict[str, Any] | None:
        value = holder.get(key)
        if value is None or (value.value is None and value.kind == "scalar"):
            return None
        plain = value.plain()
        if not isinstance(plain, dict):
            self._report(f"{key} takes parameters of its own", value)
            return None
        return plain

    def _one_of(self, holder: YamlValue, key: str, allowed: tuple[str, ...], default: str) -> str:
        text = self._text(holder, key)
        if text is None:
            return default
        if text not in allowed:
            hint = did_you_mean(text, allowed)
            self._report(
                f"{key} takes one of {', '.join(allowed)}, not {text}.{hint}", holder.pairs[key]
            )
            return default
        return text

    def _check_keys(self, holder: YamlValue, known: frozenset[str], owner: str) -> None:
        for key, place in holder.keys.items():
            if key not in known:
                hint = did_you_mean(key, known)
                message = f'Unknown or unexpected parameter "{key}" in {owner}.{hint}'
                self._report(message, place, Severity.warning)

    def _maps(self, holder: YamlValue, key: str) -> Iterator[YamlValue]:
        value = holder.get(key)
        for item in value.members() if value is not None else []:
            if item.kind == "map":
                yield item
            else:
                self._report(f"{key} takes a list of parameters with names", item)

    # Dashboards

    def dashboard(self) -> Dashboard:
        whole = self._raw.whole
        self._check_keys(whole, PARAMETERS, f'dashboard "{self._raw.name}"')
        options = {key: whole.pairs[key].plain() for key in OPTIONS if key in whole.pairs}
        return Dashboard(
            name=self._raw.name,
            model=self._model,
            title=self._text(whole, "title"),
            description=self._text(whole, "description"),
            preferred_slug=self._text(whole, "preferred_slug"),
            preferred_viewer=self._text(whole, "preferred_viewer"),
            layout=self._one_of(whole, "layout", LAYOUTS, "newspaper"),
            rows=tuple(self._rows(whole)),
            tile_size=self._whole(whole, "tile_size") or 160,
            width=self._whole(whole, "width") or 1200,
            tabs=tuple(self._tabs(whole)),
            refresh=self._text(whole, "refresh"),
            auto_run=self._flag(whole, "auto_run", True),
            load_configuration=self._load_configuration(whole),
            query_timezone=self._text(whole, "query_timezone"),
            crossfilter_enabled=self._flag(whole, "crossfilter_enabled", False),
            enable_viz_full_screen=self._flag(whole, "enable_viz_full_screen", True),
            filters_bar_collapsed=self._flag(whole, "filters_bar_collapsed", False),
            filters_location_top=self._flag(whole, "filters_location_top", True),
            embed_style=self._embed_style(whole),
            filters=tuple(self._unique(whole, "filters", self._filter)),
            elements=tuple(self._unique(whole, "elements", self._element)),
            options=options,
            location=self._place(whole),
        )

    def _load_configuration(self, whole: YamlValue) -> str | None:
        """`auto_run: false` says in LookML what `wait` says of dashboards that people make."""
        found = self._text(whole, "load_configuration")
        waits = found is None and not self._flag(whole, "auto_run", True)
        return "wait" if waits else found

    def _rows(self, whole: YamlValue) -> Iterator[DashboardRow]:
        for item in self._maps(whole, "rows"):
            yield DashboardRow(
                elements=self._names(item, "elements"), height=self._whole(item, "height")
            )

    def _tabs(self, whole: YamlValue) -> Iterator[DashboardTab]:
        for item in self._maps(whole, "tabs"):
            name = self._text(item, "name") or ""
            yield DashboardTab(name=name, label=self._text(item, "label"))

    def _embed_style(self, whole: YamlValue) -> EmbedStyle:
        style = whole.get("embed_style")
        if style is None or style.kind != "map":
            return EmbedStyle()
        known = frozenset(EmbedStyle.__struct_fields__)
        self._check_keys(style, known, "embed_style")
        flags = {key: self._maybe_flag(style, key) for key in ("show_title", "show_filters_bar")}
        texts = {key: self._text(style, key) for key in known - flags.keys()}
        return EmbedStyle(**flags, **texts)  # type: ignore[arg-type]

    def _unique(
        self, whole: YamlValue, key: str, make: Callable[[YamlValue, str], _Named]
    ) -> Iterator[_Named]:
        """Each with a name of its own: a second one of the same name gets a number."""
        seen: dict[str, int] = {}
        for item in self._maps(whole, key):
            name = self._text(item, "name") or self._text(item, "title") or ""
            if item.get("name") is None and not name:
                self._report(f"Each of the {key} of a dashboard needs a name", item)
                continue
            count = seen[name] = seen.get(name, 0) + 1
            if count > 1:
                kind = key.removesuffix("s")
                message = (
                    f'There are several {key} named "{name}"; this {kind} is "{name} ({count})"'
                )
                self._report(message, item, Severity.warning)
            yield make(item, name if count == 1 else f"{name} ({count})")

    # Filters

    def _filter(self, item: YamlValue, name: str) -> DashboardFilter:
        self._check_keys(item, FILTER_PARAMETERS, f'filter "{name}"')
        return DashboardFilter(
            name=name,
            title=self._text(item, "title"),
            type=self._one_of(item, "type", FILTER_TYPES, "field_filter"),
            default_value=self._text(item, "default_value"),
            allow_multiple_values=self._flag(item, "allow_multiple_values", True),
            required=self._flag(item, "required", False),
            ui_config=self._map(item, "ui_config"),
            model=self._text(item, "model"),
            explore=self._text(item, "explore") or self._text(item, "base_view"),
            field=self._text(item, "field") or self._text(item, "dimension"),
            listens_to_filters=self._names(item, "listens_to_filters"),
            location=self._place(item),
        )

    # Elements

    def _element(self, item: YamlValue, name: str) -> DashboardElement:
        kind = self._text(item, "type") or "table"
        config = {}
        for key, value in item.pairs.items():
            if key not in STRUCTURE:
                config[key] = value.plain()
                hint = _misspelt(key)
                if hint:
                    message = f'Unknown or unexpected parameter "{key}" in element "{name}".{hint}'
                    self._report(message, item.keys[key], Severity.warning)
        note = self._note(item)
        return DashboardElement(
            name=name,
            type=OLD_TYPES.get(kind, kind),
            title=self._text(item, "title"),
            title_hidden=self._flag(item, "title_hidden", False),
            queries=() if kind in TEXT_TYPES else tuple(self._queries(item)),
            shape=self._query(item, ()) if item.get("merged_queries") is not None else None,
            placement=Placement(
                **{key: self._whole(item, key) for key in Placement.__struct_fields__}
            ),
            note_text=self._text(item, "note_text") or note["text"],
            note_state=self._text(item, "note_state") or note["state"],
            note_display=self._text(item, "note_display") or note["display"],
            refresh=self._text(item, "refresh"),
            title_text=self._text(item, "title_text"),
            subtitle_text=self._text(item, "subtitle_text"),
            body_text=self._text(item, "body_text"),
            rich_content_json=self._text(item, "rich_content_json"),
            extension_id=self._text(item, "extension_id"),
            filter_id=self._text(item, "filter_id"),
            aria_description=self._text(item, "aria_description"),
            tab_name=self._text(item, "tab_name"),
            group=self._text(item, "group"),
            vis_config=config,
            location=self._place(item),
        )

    def _note(self, item: YamlValue) -> dict[str, str | None]:
        """The older form, with parameters of its own; a text alone is one too."""
        note = item.get("note")
        if note is None or note.kind != "map":
            return {"text": self._text(item, "note"), "state": None, "display": None}
        self._check_keys(note, _OF_NOTES, "note")
        return {key: self._text(note, key) for key in _OF_NOTES}

    def _queries(self, item: YamlValue) -> Iterator[ElementQuery]:
        parts = item.get("merged_queries")
        listen = item.get("listen")
        if parts is None:
            if item.get("extension_id") is None:
                yield self._query(item, self._listen(listen))
            return
        heard = listen.items if listen is not None and listen.kind == "list" else []
        for number, part in enumerate(self._maps(item, "merged_queries")):
            own = part.get("listen")
            fallback = heard[number] if number < len(heard) else None
            heard_here = self._listen(own if own is not None else fallback)
            yield self._query(part, heard_here, part=True)

    def _query(
        self, item: YamlValue, listen: tuple[Listen, ...], *, part: bool = False
    ) -> ElementQuery:
        total = item.get("row_total")
        return ElementQuery(
            name=self._text(item, "name") if part else None,
            model=self._text(item, "model"),
            explore=self._text(item, "explore") or self._text(item, "base_view"),
            fields=self._names(item, "fields") or self._fields_by_kind(item),
            pivots=self._names(item, "pivots"),
            sorts=self._names(item, "sorts"),
            fill_fields=self._names(item, "fill_fields"),
            filters=tuple(self._pairs(item)),
            filter_expression=self._text(item, "filter_expression"),
            limit=self._whole(item, "limit"),
            column_limit=self._whole(item, "column_limit"),
            total=self._flag(item, "total", False),
            row_total=None if total is None or total.value is False else total.text or None,
            subtotals=self._names(item, "subtotals"),
            dynamic_fields=self._dynamic_fields(item),
            hidden_fields=self._names(item, "hidden_fields"),
            query_timezone=self._text(item, "query_timezone"),
            analysis_config=self._map(item, "analysis_config"),
            listen=listen,
            join_fields=tuple(
                JoinField(
                    self._text(part, "field_name") or "",
                    self._text(part, "source_field_name") or "",
                )
                for part in self._maps(item, "join_fields")
            ),
            location=self._place(item),
        )

    def _fields_by_kind(self, item: YamlValue) -> tuple[str, ...]:
        """The older form, in which pivoted dimensions may stand among the pivots only."""
        dimensions = self._names(item, "dimensions")
        measures = (*self._names(item, "measures"), *self._names(item, "detail"))
        pivots = self._names(item, "pivots") if dimensions or measures else ()
        return (*dict.fromkeys((*dimensions, *pivots)), *measures)

    def _pairs(self, item: YamlValue) -> Iterator[FilterPair]:
        """`{field: expression}`, or a list of such maps; texts stay as they are written."""
        value = item.get("filters")
        for part in value.members() if value is not None else []:
            if part.kind != "map":
                self._report("filters take field: expression", part)
                continue
            for name, expression in part.pairs.items():
                yield FilterPair(name, expression.text)

    def _listen(self, value: YamlValue | None) -> tuple[Listen, ...]:
        """`{filter: field}`, or the older list of such maps."""
        found: list[Listen] = []
        for part in value.members() if value is not None else []:
            if part.kind == "map":
                found += [Listen(name, field.text) for name, field in part.pairs.items()]
            else:
                self._report("listen takes filter: field", part)
        return tuple(listen for listen in found if listen.field)

    def _dynamic_fields(self, item: YamlValue) -> tuple[dict[str, Any], ...]:
        value = item.get("dynamic_fields")
        if value is None:
            return ()
        plain = value.plain()
        if value.kind == "scalar" and value.text:
            try:
                plain = json.loads(value.text)
            except (ValueError, RecursionError):
                self._report("dynamic_fields is neither a list nor JSON", value)
                return ()
        found = plain if isinstance(plain, list) else []
        return tuple(part for part in found if isinstance(part, dict))
