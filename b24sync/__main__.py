"""``python -m b24sync``."""

from __future__ import annotations

from b24sync.cli import main

main()
