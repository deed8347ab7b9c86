"""The real server in a process of its own, and a client that keeps one connection to it."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil

from benchmarks.load import HOST

COMMAND = Path(sys.executable).with_name("belvedere")
ALIVE = "/alive"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


class Client:
    """A caller of the API: JSON in, bytes out, one keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = ""
        self.connection = http.client.HTTPConnection(HOST, port, timeout=120)

    def login(self, client_id: str, client_secret: str) -> None:
        form = urlencode({"client_id": client_id, "client_secret": client_secret})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", "/api/4.0/login", form, headers)
        self.token = json.loads(self._answer())["access_token"]

    def run(self, body: dict[str, object], form: str = "json", **options: str) -> bytes:
        """Run a query inline; raises RuntimeError with the answer unless it is 200."""
        path, data, headers = self._run_request(body, form, options)
        self.connection.request("POST", path, data, headers)
        return self._answer()

    def get(self, path: str) -> bytes:
        self.connection.request("GET", f"/api/4.0{path}", headers=self._headers())
        return self._answer()

    def post(self, path: str) -> bytes:
        self.connection.request("POST", f"/api/4.0{path}", headers=self._headers())
        return self._answer()

    def patch(self, path: str, body: dict[str, object]) -> bytes:
        return self._send("PATCH", path, body)

    def put(self, path: str, body: dict[str, object]) -> bytes:
        return self._send("PUT", path, body)

    def _send(self, method: str, path: str, body: dict[str, object]) -> bytes:
        data = json.dumps(body).encode()
        self.connection.request(method, f"/api/4.0{path}", data, self._headers())
        return self._answer()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}", "Content-Type": "application/json"}

    def rows(self, body: dict[str, object], **options: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run(body, **options))
        return rows

    def raw(self, body: dict[str, object], form: str = "json", **options: str) -> bytes:
        """The bytes of that request, for clients that are faster than this one."""
        path, data, headers = self._run_request(body, form, options)
        headers |= {"Host": f"{HOST}:{self.port}", "Content-Length": str(len(data))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {path} HTTP/1.1\r\n{lines}Connection: keep-alive\r\n\r\n".encode() + data

    def _run_request(
        self, body: dict[str, object], form: str, options: dict[str, str]
    ) -> tuple[str, bytes, dict[str, str]]:
        query = f"?{urlencode(options)}" if options else ""
        return f"/api/4.0/queries/run/{form}{query}", json.dumps(body).encode(), self._headers()

    def _answer(self) -> bytes:
        response = self.connection.getresponse()
        content = response.read()
        if response.status != http.client.OK:
            raise RuntimeError(f"{response.status}: {content[:2000]!r}")
        return content


class Server:
    """A running `belvedere serve`. `started` is how long it took to answer, in seconds."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        began = time.perf_counter()
        command = [str(COMMAND), "serve", "--home", str(home), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=None)
        self._wait()
        self.started = time.perf_counter() - began

    def _wait(self) -> None:
        for _ in range(12_000):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
                connection.request("GET", ALIVE)
                if connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR:
                    connection.close()
                    return
            except OSError:
                time.sleep(0.005)
        raise TimeoutError("the server did not answer")

    @property
    def memory(self) -> float:
        """Resident memory of the server and its children, in MB."""
        process = psutil.Process(self.process.pid)
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in family) / 1e6

    @property
    def processor_time(self) -> float:
        """Seconds of processor time spent so far."""
        spent = psutil.Process(self.process.pid).cpu_times()
        return spent.user + spent.system

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@contextmanager
def running(home: Path) -> Iterator[Server]:
    server = Server(home)
    try:
        yield server
    finally:
        server.stop()


def fresh(folder: Path) -> Path:
    """Empty a folder, or make it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
