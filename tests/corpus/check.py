"""What happens to a project's explores: compiled, translated, prepared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from tests.corpus.invented import Invented, Seeds, table_name
from tests.corpus.queries import Asker
from tests.corpus.translation import NATIVE, NotRead, dialect_of, translated

from belvedere.compiler import Compiled, compile_query, dialects
from belvedere.compiler.request import Request, Scratch
from belvedere.errors import BelvedereError, LookmlError
from belvedere.lookml.diagnostics import Diagnostic, Severity
from belvedere.lookml.model import Category, Field, Model, View
from belvedere.lookml.project import Project, open_project
from belvedere.lookml.scope import ScopedField

_TOGETHER = 25
_SCRATCH = Scratch("scratch", "corpus")
_COLUMN = re.compile(r"""\$\{TABLE\}\s*\.\s*["`]?(\w+)["`]?""")
_WORD = re.compile(r"\w+")
_ENGINE_LACKS = re.compile(
    r"^(?:Catalog|NotImplemented|Parser|Conversion|InvalidInput|OutOfRange|Syntax)\w*"
    r"|No function matches|Cannot (?:compare|mix|cast|deduce)|not supported|Could not choose"
    r"|Unimplemented|Catalog \S+ does not exist|must be|can only be|Cannot unnest|Invalid type|Failed to cast"
)
_DATATYPES = {"date": "DATE", "epoch": "BIGINT", "yyyymmdd": "BIGINT"}


class Kind(StrEnum):
    prepared = "prepared"
    """The engine took the SQL as compiled."""
    transpiled = "transpiled and prepared"
    parsed = "only parsed"
    """Right in the grammar of its own dialect; the engine lacks a function or a form of it."""
    not_parsed = "not in the grammar of its dialect"
    refused = "refused"
    """The engine says that the statement is wrong: a name that is not there, a wrong place."""
    project = "wrong in the project"
    """The compiler says so, and names the place."""
    crashed = "crashed"
    """Anything but an error of ours."""


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    where: str
    message: str = ""
    sql: str = ""


@dataclass(eq=False)
class Report:
    """All of a project. `findings` has those that are not simply right."""

    name: str
    files: int = 0
    models: int = 0
    explores: int = 0
    fields: int = 0
    dialects: Counter[str] = field(default_factory=Counter)
    counts: Counter[Kind] = field(default_factory=Counter)
    diagnostics: tuple[Diagnostic, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind in kinds]

    @property
    def errors(self) -> list[Diagnostic]:
        return [found for found in self.diagnostics if found.severity is Severity.error]


def check(root: Path, most: int | None = None) -> Report:
    """All of the project, or every n-th explore of each model so that there are about `most`."""
    project = open_project(root)
    report = Report(
        project.name,
        files=len(project.files),
        models=len(project.models),
        diagnostics=project.diagnostics,
    )
    for model in project.models.values():
        _Checker(project, model, report).run(most)
    return report


class _Checker:
    def __init__(self, project: Project, model: Model, report: Report) -> None:
        self._model = model
        self._report = report
        self._dialect = dialect_of(model, project.name)
        self._good = Kind.prepared if self._dialect == NATIVE else Kind.transpiled
        self._engine = Invented(_seeds(project, model, self._dialect))
        self._right: set[str] = set()
        self._alone_right: set[tuple[int, str]] = set()
        """Fields that another explore has too, and that were right there."""

    def run(self, most: int | None = None) -> None:
        names = list(self._model.explores)
        for name in names[:: max(len(names) // most, 1) if most else 1]:
            self._report.explores += 1
            self._report.dialects[self._dialect] += 1
            self._explore(Asker(self._model, name), name)

    def _explore(self, asker: Asker, explore: str) -> None:
        usable = []
        fields = asker.selectable()
        self._report.fields += len(fields)
        for view in dict.fromkeys((scoped.alias, scoped.field.is_measure) for scoped in fields):
            same = [f for f in fields if (f.alias, f.field.is_measure) == view]
            usable += list(self._alone(asker, explore, same))
        for what, request in asker.groups(usable):
            self._ask(request, f"{explore}: {what}")

    def _alone(
        self, asker: Asker, explore: str, fields: list[ScopedField]
    ) -> Iterator[ScopedField]:
        """Those that are right alone. Several are prepared together, and apart if that fails."""
        compiled = [f for f in fields if self._compiles(asker, explore, f)]
        known = [f for f in compiled if self._key(f) in self._alone_right]
        self._report.counts[self._good] += len(known)
        yield from known
        unknown = [f for f in compiled if self._key(f) not in self._alone_right]
        keys = [f for f in unknown if f.field.primary_key]  # beside these nothing is grouped
        rest = [f for f in unknown if not f.field.primary_key]
        parts = [[key] for key in keys]
        parts += [rest[start : start + _TOGETHER] for start in range(0, len(rest), _TOGETHER)]
        for part in parts:
            for scoped in self._prepared(asker, explore, part):
                self._alone_right.add(self._key(scoped))
                yield scoped

    def _key(self, scoped: ScopedField) -> tuple[int, str]:
        return id(scoped.field), scoped.alias

    def _prepared(
        self, asker: Asker, explore: str, part: list[ScopedField]
    ) -> Iterator[ScopedField]:
        together = self._try(asker.only(*part), explore)
        if together.kind is self._good:
            self._report.counts[together.kind] += len(part)
            yield from part
            return
        for scoped in part:
            if self._ask(asker.only(scoped), f"{explore}: {scoped.full_name}"):
                yield scoped

    def _compiles(self, asker: Asker, explore: str, scoped: ScopedField) -> bool:
        where = f"{explore}: {scoped.full_name}"
        found = self._compiled(asker.only(scoped), where)
        if isinstance(found, Finding):
            self._note(found)
            return False
        return True

    def _ask(self, request: Request, where: str) -> bool:
        found = self._try(request, where)
        self._note(found)
        return found.kind is self._good

    def _note(self, finding: Finding) -> None:
        self._report.counts[finding.kind] += 1
        if finding.kind not in (Kind.prepared, Kind.transpiled):
            self._report.findings.append(finding)

    def _compiled(self, request: Request, where: str) -> list[str] | Finding:
        try:
            compiled = self._compile(request)
        except BelvedereError as error:
            return Finding(Kind.project, where, f"{type(error).__name__}: {error}")
        except Exception as error:  # whatever it is, it is ours
            return Finding(Kind.crashed, where, f"{type(error).__name__}: {error}")
        return [part.sql for part in compiled.parts().values()]

    def _compile(self, request: Request) -> Compiled:
        """With derived tables as part of the query, so that their SQL is tried too; kept where
        only their makers' own statements make them.
        """
        dialect = dialects.get(self._dialect)
        try:
            return compile_query(request, dialect)
        except LookmlError:
            return compile_query(replace(request, scratch=_SCRATCH), dialect)

    def _try(self, request: Request, where: str) -> Finding:
        """The worst that happens to one of the query's statements."""
        statements = self._compiled(request, where)
        if isinstance(statements, Finding):
            return statements
        for sql in statements:
            found = self._prepare(sql, where)
            if found is not None:
                return found
        return Finding(self._good, where)

    def _prepare(self, sql: str, where: str) -> Finding | None:
        if sql in self._right:
            return None
        try:
            native = translated(sql, self._dialect)
        except NotRead as error:
            return Finding(Kind.not_parsed, where, str(error), sql)
        problem = self._engine.prepare(native)
        if problem is None:
            self._right.add(sql)
            return None
        lacks = self._dialect != NATIVE and _ENGINE_LACKS.search(problem)
        return Finding(Kind.parsed if lacks else Kind.refused, where, problem, native)


# What the project says of its tables


def _seeds(project: Project, model: Model, dialect: str) -> Seeds:
    tables: dict[str, dict[str, str]] = {}
    types: dict[str, str] = {}
    own: dict[str, set[str]] = {}
    homeless: set[str] = set()
    for view in model.views.values():
        name = _table_of(view, dialect)
        for column, kind in _columns(view):
            types.setdefault(column, kind)
            if name is not None:
                tables.setdefault(name, {}).setdefault(column, kind)
        if name is not None:
            own.setdefault(name, set()).update(_written_by(view))
        else:
            homeless |= _written_by(view)
    free = _free_words(project) | homeless

    def may_have(table: str, column: str) -> bool:
        known = own.get(table, set())
        return all(word in free or word in known for word in _words(column))

    return Seeds(tables, types, may_have)


def _table_of(view: View, dialect: str) -> str | None:
    """The view's table as `invented` names it; None where only a query can say it."""
    if view.derived_table is not None:
        return None
    text = view.sql_table_name or dialects.get(dialect).identifier(view.name)
    if "{" in text:
        return None
    try:
        parsed = sqlglot.parse_one(translated(f"SELECT * FROM {text}", dialect), read=NATIVE)
    except (NotRead, SqlglotError):
        return None
    table = parsed.find(exp.Table)
    return table_name(table) if table is not None else None


def _columns(view: View) -> Iterator[tuple[str, str]]:
    for found in view.fields.values():
        if found.category is Category.measure and found.sql is None and found.type == "count":
            continue
        if found.category in (Category.filter, Category.parameter):
            continue
        kind = _type(found)
        if found.sql is None:
            if found.type not in ("location", "distance") and not found.cases:
                yield (found.dimension_group or found.name).lower(), kind
            continue
        column = _COLUMN.fullmatch(found.sql.strip())
        if column is not None:
            yield column[1].lower(), kind


def _type(found: Field) -> str:
    if found.is_measure:
        return "DOUBLE" if found.type in ("sum", "average", "median", "percentile") else "VARCHAR"
    if found.timeframe is not None and found.type != "yesno":
        return _DATATYPES.get(found.datatype, "TIMESTAMP")
    if found.type == "yesno":
        return "BOOLEAN"
    return "DOUBLE" if found.type in ("number", "tier", "bin") else "VARCHAR"


def _written_by(view: View) -> set[str]:
    texts = list(view.fields)
    for found in view.fields.values():
        texts += [text for text in _texts(found) if text]
        texts.append(found.dimension_group or "")
    return {word.lower() for text in texts for word in _WORD.findall(text)}


def _texts(found: Field) -> list[str | None]:
    branches = [branch.sql for branch in found.cases]
    return [
        found.sql,
        found.sql_start,
        found.sql_end,
        found.sql_latitude,
        found.sql_longitude,
        found.sql_distinct_key,
        *branches,
    ]


_FREE = re.compile(r"\bsql(?:_on|_where|_always_where|_table_name|_create|_step)?\s*:")


def _free_words(project: Project) -> set[str]:
    """Words of statements and conditions that may name columns of any table."""
    words: set[str] = set()
    for model in project.models.values():
        for view in model.views.values():
            table = view.derived_table
            if table is not None:
                words |= _words(table.sql, table.sql_create, *table.create_process)
            for found in view.fields.values():
                for text in _texts(found):
                    words |= {word.lower() for word in re.findall(r"\w\.[\"`]?(\w+)", text or "")}
        for explore in model.explores.values():
            words |= _words(explore.sql_always_where, explore.sql_always_having)
            for join in explore.joins:
                words |= _words(join.sql_on, join.sql, join.sql_where, join.sql_table_name)
    return words


def _words(*texts: str | None) -> set[str]:
    return {word.lower() for text in texts if text for word in _WORD.findall(text)}


__all__ = ["Finding", "Kind", "LookmlError", "Report", "check"]
