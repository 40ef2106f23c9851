"""Unit tests open no sockets: what talks over one is in tests/integration."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    """Fail a test that listens or connects."""

    def refuse(self, address):
        raise AssertionError(f"a unit test uses the network, {address} (move it to tests/integration)")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
