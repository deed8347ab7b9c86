"""Errors as answers: one table from what went wrong to status and body."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass, field

from belvedere import errors

_STATUS: tuple[tuple[type[errors.BelvedereError], int], ...] = (
    (errors.NotFound, 404),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.Invalid, 422),
    (errors.TooManyRequests, 429),
    (errors.MethodNotAllowed, 405),
    (errors.NotBuilt, 501),
    (errors.BelvedereError, 400),
)


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Documentation:
    """Where errors are explained: `<base>/errors/4.0/404/get/looks/:look_id`."""

    base: str

    def url(self, status: int, method: str, path: str) -> str:
        written = path.replace("{", ":").replace("}", "")
        return f"{self.base}/errors/4.0/{status}/{method.lower()}{written}"


def published(error: errors.BelvedereError, statuses: Container[int]) -> errors.BelvedereError:
    """The same, said by one of the statuses that an operation is published to answer: programs
    tell errors by them.
    """
    if isinstance(error, errors.Invalid) and 422 not in statuses:
        return errors.BadRequest(str(error))
    if isinstance(error, errors.MethodNotAllowed) and 405 not in statuses:
        kind = errors.Forbidden if 403 in statuses else errors.BadRequest
        return kind(str(error))
    if isinstance(error, errors.Forbidden) and 403 not in statuses:
        return errors.NotFound(str(error))
    return error


def answer_for(error: Exception, documentation: str) -> ErrorAnswer | None:
    """The answer to an error of ours; None for anything unforeseen."""
    if not isinstance(error, errors.BelvedereError):
        return None
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    documentation = documentation.replace("/errors/4.0/0/", f"/errors/4.0/{status}/")
    body: dict[str, object] = {"message": str(error), "documentation_url": documentation}
    headers = {}
    if isinstance(error, errors.Invalid):
        body["message"] = "Validation Failed"
        body["errors"] = [
            {
                "field": problem.field,
                "code": problem.code,
                "message": problem.message,
                "documentation_url": documentation,
            }
            for problem in error.problems
        ]
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return ErrorAnswer(status, _encoded(body), headers)


def plain_answer(status: int, message: str, documentation: str) -> ErrorAnswer:
    return ErrorAnswer(status, _encoded({"message": message, "documentation_url": documentation}))


def _encoded(body: dict[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
