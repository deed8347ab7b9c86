"""What templates and tables ask of the resolver that they work for.

It needs both and both need it: here is what they may count on.
"""

from __future__ import annotations

from typing import Protocol

from belvedere.compiler.conditions import TimeContext
from belvedere.compiler.dialects.base import Dialect
from belvedere.compiler.fragments import Fragment
from belvedere.compiler.increments import Since
from belvedere.compiler.request import Request
from belvedere.lookml.model import Field
from belvedere.lookml.scope import Scope, ScopedField


class Resolving(Protocol):
    request: Request
    scope: Scope
    dialect: Dialect
    filters: dict[str, str]
    selected: frozenset[str]
    reads_query: bool
    since: Since | None

    @property
    def time(self) -> TimeContext: ...

    @property
    def asked_by(self) -> Resolving: ...

    def rendered(self, text: str, alias: str, field: str | None = None) -> str: ...

    def substituted(self, scoped: ScopedField, cast: str | None = None) -> Fragment: ...

    def case_sensitive(self, field: Field) -> bool: ...
