"""Open the page: ``python app.py``. The corpus folder is read in behind it."""

from __future__ import annotations

import logging
import sys

from rag.errors import RagError
from rag.settings import Settings
from rag.web import serve


def main() -> int:
    """Run the page until it is stopped; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        serve(Settings.load(), sync=True)
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
