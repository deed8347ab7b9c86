"""Tests stay on this machine."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
def test_other_machines_are_out_of_reach(address) -> None:
    with socket.socket() as out, pytest.raises(PermissionError):
        out.connect(address)


def test_this_machine_is_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as out:
        out.connect(listening.getsockname())
