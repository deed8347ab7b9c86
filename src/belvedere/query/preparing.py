"""From a definition and a person to a compiled query, and where it will run."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from belvedere import activity
from belvedere.accounts.permissions import Permission
from belvedere.accounts.tokens import AccessSession
from belvedere.clock import Clock
from belvedere.compiler import compile_query, dialects
from belvedere.compiler.compiled import Compiled
from belvedere.compiler.handwritten import Handwritten, fill_in
from belvedere.compiler.request import Request, Scratch
from belvedere.compiler.selection import Selector
from belvedere.connections.connections import is_timezone
from belvedere.connections.registry import EngineRegistry, OpenConnection
from belvedere.errors import BadRequest, NotFound, QueryError
from belvedere.lookml.field_metadata import Audience
from belvedere.lookml.model import Model
from belvedere.lookml.scope import Scope, ScopedField, scope_of
from belvedere.projects.served import Served, ServedModels
from belvedere.query.datagroups import DatagroupStates
from belvedere.query.definition import Definition
from belvedere.query.persistence import reuse_seconds
from belvedere.query.viewer import viewer_of
from belvedere.results.separators import DEFAULT_NUMBER_FORMAT
from belvedere.settings import Settings

_MOST_COMPILED = 2000
_OTHER_TIME = timedelta(days=417, hours=5, minutes=7, seconds=11)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query compiled for a person, and where it will run."""

    model: Model
    scope: Scope
    compiled: Compiled
    connection: OpenConnection
    depends_on_time: bool
    may_see_sql: bool
    audience: Audience
    reuse: float
    fresh_since: float
    """Unix seconds: older results do not count any more."""
    request: Request
    took: float
    """Seconds that it took to prepare."""
    number_format: str = DEFAULT_NUMBER_FORMAT
    """How the asker reads numbers, as 1234.56 is written."""
    vis_config: dict[str, Any] | None = None

    def may_name(self, name: str) -> bool:
        """False for fields of the model that the asker may not know of."""
        return self.audience.may_name(self.scope, name)


@dataclass(frozen=True, slots=True)
class OwnSql:
    """SQL that a person wrote over a model, and where it will run."""

    text: Handwritten
    request: Request
    connection: OpenConnection


@dataclass(frozen=True, slots=True)
class Offer:
    """An explore as a person may see it."""

    model: Model
    scope: Scope
    selector: Selector

    def find(self, name: str) -> ScopedField | None:
        """The field of that full name, if the person may see it."""
        return self.selector.find(name)


class Preparer:
    """Thread-safe; remembers what it compiled."""

    def __init__(
        self,
        engines: EngineRegistry,
        models: ServedModels,
        datagroups: DatagroupStates,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._engines = engines
        self._models = models
        self._datagroups = datagroups
        self._settings = settings
        self._clock = clock
        self._compiled: OrderedDict[tuple[object, ...], Compiled] = OrderedDict()
        self._lock = threading.Lock()

    def _model(self, name: str, explore: str, asker: AccessSession) -> tuple[Served, Model]:
        if not asker.permissions.may_see_model(name):
            raise NotFound
        served = self._models.get(name)
        if served.model is None or explore not in served.model.explores:
            raise NotFound
        return served, served.model

    def offer(self, model_name: str, explore: str, asker: AccessSession) -> Offer:
        """What an explore offers to the asker; NotFound where it is nothing."""
        _, model = self._model(model_name, explore, asker)
        scope = scope_of(model, explore)
        request = Request(model, explore, (), self._clock(), viewer=viewer_of(asker))
        return Offer(model, scope, Selector(request, scope))

    def prepare(
        self,
        definition: Definition,
        asker: AccessSession,
        limit: int | None = None,
        alone: str | None = None,
    ) -> Prepared:
        """Compile for the asker. NotFound for what the asker cannot see; `limit` overrides;
        `alone` is the one view that is read, if it is one.
        """
        began = time.perf_counter()
        served, model = self._model(definition.model, definition.view, asker)
        connection = self._connected(served, model)
        request = self._request(model, definition, asker, connection, limit)
        request = replace(request, alone=alone)
        compiled, depends = self._compile(request, definition, connection)
        scope = scope_of(model, definition.view)
        return Prepared(
            model=model,
            scope=scope,
            compiled=compiled,
            connection=connection,
            depends_on_time=depends,
            may_see_sql=asker.permissions.has(Permission("see_sql"), model.name),
            audience=Audience(
                Selector(request, scope).visible,
                asker.permissions.has(Permission("see_lookml"), model.name),
                asker.attributes,
            ),
            reuse=reuse_seconds(
                model,
                scope.explore,
                self._settings.cache_seconds,
                triggered=self._datagroups.is_triggered(model, scope.explore),
            ),
            fresh_since=self._datagroups.fresh_since(model, scope.explore),
            request=request,
            took=time.perf_counter() - began,
            number_format=asker.attributes.get("number_format") or DEFAULT_NUMBER_FORMAT,
            vis_config=definition.vis_config,
        )

    def handwritten(self, model_name: str, sql: str, asker: AccessSession) -> OwnSql:
        """The asker's own SQL over the model's tables and fields; times are not converted."""
        served, model = self._models.get(model_name), self._models.model(model_name)
        connection = self._connected(served, model)
        database = connection.config.timezone
        request = Request(
            model=model,
            explore=next(iter(model.explores), ""),
            fields=(),
            now=self._clock(),
            timezone=database,
            database_timezone=database,
            viewer=viewer_of(asker),
            scratch=_scratch(connection),
        )
        dialect = dialects.get(connection.config.dialect)
        return OwnSql(fill_in(sql, request, dialect), request, connection)

    def connected(self, model: Model) -> OpenConnection:
        """What queries of the model run on; BadRequest where it may not run anywhere."""
        return self._connected(self._models.get(model.name), model)

    def _connected(self, served: Served, model: Model) -> OpenConnection:
        if model.connection is None:
            raise BadRequest(f'The model "{model.name}" names no connection')
        if not served.may_use(model.connection):
            raise BadRequest(
                f'The model "{model.name}" is not configured to use the connection '
                f'"{model.connection}"'
            )
        try:
            return self._connection(model)
        except NotFound:
            message = f'The model "{model.name}" uses the connection "{model.connection}", '
            raise BadRequest(message + "which does not exist") from None

    def _connection(self, model: Model) -> OpenConnection:
        """Only System Activity reaches the application database, whatever others name."""
        if model.name == activity.MODEL:
            return self._engines.application_database()
        return self._engines.open(model.connection or "")

    def _request(
        self,
        model: Model,
        definition: Definition,
        asker: AccessSession,
        connection: OpenConnection,
        limit: int | None,
    ) -> Request:
        sorts, unsorted = definition.sort_terms()
        database = connection.config.timezone
        zone = definition.query_timezone or connection.query_timezone or database
        if zone == "user_timezone":
            zone = asker.timezone or connection.query_timezone or database
        if not is_timezone(zone):
            raise QueryError(f"{zone} is not a time zone")
        own = definition.row_limit()
        chosen = own if limit is None else (None if limit < 0 else limit)
        return Request(
            model=model,
            explore=definition.view,
            fields=definition.fields or (),
            now=self._clock(),
            pivots=definition.pivots or (),
            fill_fields=definition.fill_fields or (),
            filters=definition.filters or {},
            filter_expression=definition.filter_expression,
            sorts=sorts,
            unsorted=unsorted,
            limit=chosen,
            column_limit=definition.pivot_limit(),
            total=bool(definition.total),
            row_total=definition.row_total,
            subtotals=definition.subtotals or (),
            dynamic_fields=definition.dynamic_items(),
            timezone=zone,
            database_timezone=database,
            viewer=viewer_of(asker),
            scratch=_scratch(connection),
        )

    def from_source(self, prepared: Prepared) -> Prepared:
        """The same without aggregate tables."""
        request = replace(prepared.request, from_source=True)
        dialect = dialects.get(prepared.connection.config.dialect)
        return replace(
            prepared,
            compiled=compile_query(request, dialect),
            request=request,
            depends_on_time=True,
        )

    def _compile(
        self, request: Request, definition: Definition, connection: OpenConnection
    ) -> tuple[Compiled, bool]:
        """The compiled query, and whether its SQL depends on the time of asking."""
        key = (
            request.model.project,
            request.model.name,
            request.model.version,
            definition.fingerprint(),
            request.limit,
            request.alone,
            request.timezone,
            request.database_timezone,
            connection.config.dialect,
            request.scratch,
            tuple(sorted(request.viewer.attributes.items())),
            request.viewer.literal_attributes,
            request.viewer.editable_attributes,
            request.viewer.hidden_attributes,
        )
        found = self._compiled.get(key)
        if found is not None:
            return found, False
        dialect = dialects.get(connection.config.dialect)
        compiled = compile_query(request, dialect)
        if compiled.reads_clock:
            return compiled, True
        if _may_tell_time(compiled, request.model):
            later = compile_query(replace(request, now=request.now + _OTHER_TIME), dialect)
            if later.sql != compiled.sql:
                return compiled, True
        with self._lock:
            self._compiled[key] = compiled
            while len(self._compiled) > _MOST_COMPILED:
                self._compiled.popitem(last=False)
        return compiled, False


def _scratch(connection: OpenConnection) -> Scratch | None:
    return None if connection.scratch is None else Scratch(connection.scratch, connection.place)


def _may_tell_time(compiled: Compiled, model: Model) -> bool:
    """Whether some literal in the SQL may have been computed from the time of asking."""
    if "TIMESTAMP '" in compiled.sql or "DATE '" in compiled.sql:
        return True
    return model.has_numeric_times
