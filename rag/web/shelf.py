"""The reports last read, kept at hand: each part of an answer renders its evidence again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from rag.errors import RagError
from rag.types import Report

KEPT = 32
"""Reports whose text is kept."""


class Shelf:
    """Reports by id.

    Args:
        show: Reads one; a ``RagError`` says that there is none.
    """

    def __init__(self, show: Callable[[str], Report]) -> None:
        self._show = show
        self._lock = threading.Lock()
        self._reports: OrderedDict[str, Report] = OrderedDict()

    def report(self, report_id: str) -> Report | None:
        """A report, or None where the library does not hold it; an id stands for one text, a name does not and finds nothing."""
        with self._lock:
            if report_id in self._reports:
                self._reports.move_to_end(report_id)
                return self._reports[report_id]
        try:
            found = self._show(report_id)
        except RagError:
            return None
        if found.id != report_id:
            return None
        with self._lock:
            self._reports[report_id] = found
            while len(self._reports) > KEPT:
                self._reports.popitem(last=False)
        return found

    def clear(self) -> None:
        """Forget them all: some may have left the library."""
        with self._lock:
            self._reports.clear()
