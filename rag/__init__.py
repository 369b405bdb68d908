"""Ask the Reports: short answers from a folder of reports, every claim a quotation that can be checked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.errors import (
        IndexFailedError,
        IndexMismatchError,
        IndexMissingError,
        LibraryError,
        ModelError,
        RagError,
        ReportError,
        SettingsError,
        UsageError,
    )
    from rag.settings import Settings
    from rag.types import (
        Answer,
        Citation,
        DateRange,
        Entry,
        Filters,
        Passage,
        Question,
        Report,
        RetrievedPassage,
        TimelineRow,
        Turn,
        Verdict,
    )

# Libraries below report usage to their makers unless told not to before they are first imported; nothing here is reported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"

_HOMES = {
    "Answer": "rag.types",
    "Assistant": "rag.assistant",
    "Citation": "rag.types",
    "DateRange": "rag.types",
    "Entry": "rag.types",
    "Filters": "rag.types",
    "IndexFailedError": "rag.errors",
    "IndexMismatchError": "rag.errors",
    "IndexMissingError": "rag.errors",
    "LibraryError": "rag.errors",
    "ModelError": "rag.errors",
    "Passage": "rag.types",
    "Question": "rag.types",
    "RagError": "rag.errors",
    "Report": "rag.types",
    "ReportError": "rag.errors",
    "RetrievedPassage": "rag.types",
    "Settings": "rag.settings",
    "SettingsError": "rag.errors",
    "TimelineRow": "rag.types",
    "Turn": "rag.types",
    "UsageError": "rag.errors",
    "Verdict": "rag.types",
}

__all__ = [
    "Answer",
    "Assistant",
    "Citation",
    "DateRange",
    "Entry",
    "Filters",
    "IndexFailedError",
    "IndexMismatchError",
    "IndexMissingError",
    "LibraryError",
    "ModelError",
    "Passage",
    "Question",
    "RagError",
    "Report",
    "ReportError",
    "RetrievedPassage",
    "Settings",
    "SettingsError",
    "TimelineRow",
    "Turn",
    "UsageError",
    "Verdict",
]


def __getattr__(name: str) -> object:
    """Fetch a public name from the module that defines it, when it is first asked for: ``import rag`` alone stays cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
