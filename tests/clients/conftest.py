"""A running server with the demo, as a newcomer starts it, for real clients to talk to."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from .node_sdk import NodeSdk, install


@dataclass(frozen=True)
class Server:
    url: str
    home: Path
    client_id: str
    client_secret: str

    @property
    def ini(self) -> Path:
        return self.home / "looker.ini"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("demo")
    port = free_port()
    log = home / "server.log"
    command = [
        sys.executable,
        "-m",
        "belvedere",
        "demo",
        "--home",
        str(home),
        "--port",
        str(port),
        "--scale",
        "0.1",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", log)
        ini = configparser.ConfigParser()
        ini.read(home / "looker.ini")
        section = ini["Looker"]
        yield Server(
            f"http://127.0.0.1:{port}", home, section["client_id"], section["client_secret"]
        )
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/alive").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def node_sdk(tmp_path_factory: pytest.TempPathFactory) -> NodeSdk:
    return install(tmp_path_factory.mktemp("node"))
