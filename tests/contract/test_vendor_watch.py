"""The watch over what the program sends sees what is wrong, and only what the program sent."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from b24sync.sandbox import Sandbox, SandboxServer
from tests.support.vendor_watch import VendorWatch


@pytest.fixture
def watch(shared: Path) -> VendorWatch:
    return VendorWatch(shared / "vendor" / "methods")


@pytest.mark.parametrize(("agent", "seen"), [("b24sync/1", True), ("another/1", False)])
def test_a_command_of_the_program_that_no_schema_knows_is_seen(
    watch, vendor_watch, monkeypatch, agent, seen
) -> None:
    watch.install(monkeypatch)
    with SandboxServer(Sandbox()) as server:
        commands = {"cmd": {"a": "crm.item.list?entityTypeId=2&filters[id]=1"}}
        requests.post(f"{server.webhook}batch", json=commands, headers={"User-Agent": agent}, timeout=10)
    assert watch.take() == (["crm.item.list: unknown filters"] if seen else [])
    assert watch.take() == []
    assert len(vendor_watch.take()) == seen, "the watch of the whole run has seen it, too"
