"""HTTP for strangers: whoever begins a request has to come to the end of its head soon."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 30.0
MOST_HEAD = 400_000
"""Bytes of the address and the headers of one request. One part of what arrives is shorter."""


class GuardedHttp(HttpToolsProtocol):
    """Hangs up on connections that send no whole head for long, or one without an end: each would
    take memory and one of the few open files that a process may have.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._alarm: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_alarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head and not self._is_idle():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD:
            self._hang_up()
        elif self._alarm is None:
            self._expect_head()

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._forget_alarm()
        super().on_headers_complete()

    def _is_idle(self) -> bool:
        """Whether what came begins no request, after the last one was answered: blank lines."""
        answered = self.cycle is not None and self.cycle.response_complete
        return answered and self.timeout_keep_alive_task is None

    def _expect_head(self) -> None:
        self._alarm = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _forget_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _hang_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
