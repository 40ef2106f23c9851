"""What the crash tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Where killed polls come from."""
    found = Zygote()
    yield found
    print(f"\ncrash tests: {found.polls} polls, {found.kills} of them killed")
    found.close()
