"""``python -m b24sync.sandbox``."""

from __future__ import annotations

from .serve import main

raise SystemExit(main())
