"""Puts the repository before this folder on the path: ``tests/rag`` must not be taken for the package ``rag``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
