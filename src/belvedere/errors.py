"""What can go wrong, as nouns. They know no HTTP: `belvedere.api.errors` maps them to answers."""

from __future__ import annotations

from dataclasses import dataclass


class BelvedereError(Exception):
    """Base of every error this program raises on purpose; `str()` is one clear sentence."""


class NotFound(BelvedereError):
    """The thing does not exist, or the asker may not know that it does."""

    def __init__(self, message: str = "Not found") -> None:
        super().__init__(message)


class Forbidden(BelvedereError):
    """The thing is known to the asker, who may not do this with it."""


class Conflict(BelvedereError):
    """The change contradicts what is there already."""


class BadRequest(BelvedereError):
    """The request can be read but not carried out; the message says why."""


class Unauthenticated(BelvedereError):
    """No valid credentials came with the request."""


class TooManyRequests(BelvedereError):
    """A limit was reached; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotBuilt(BelvedereError):
    """Published, but not offered by this version yet."""


class MethodNotAllowed(BelvedereError):
    """A built-in thing was asked to change in a way that built-in things do not."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One field's complaint, in the shape that validation answers list."""

    field: str
    code: str
    message: str


class Invalid(BelvedereError):
    """The input's values are wrong; every problem is named at once."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems) or "Validation Failed")


class LookmlError(BelvedereError):
    """The model cannot be used as asked; `where` is `file:line:column` where known."""

    def __init__(self, message: str, where: str | None = None) -> None:
        self.where = where
        super().__init__(f"{message} ({where})" if where else message)


class QueryError(BelvedereError):
    """The query cannot be compiled: its fields, filters, sorts or pivots are wrong."""


class EngineError(BelvedereError):
    """The database refused or failed; `sql` is what it was given, for those who may see it."""

    def __init__(self, message: str, sql: str | None = None) -> None:
        self.sql = sql
        super().__init__(message)


class EngineUnavailable(EngineError):
    """The database cannot be reached, or has no free connection in time."""


class QueryTimeout(EngineError):
    """The database was stopped because the statement took longer than allowed."""


class QueryCancelled(EngineError):
    """Someone stopped the running query."""
