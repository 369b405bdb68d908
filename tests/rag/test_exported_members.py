from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import rag
from rag import errors, types


def test_all_is_sorted_and_every_name_is_there() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    assert all(getattr(rag, name).__name__ == name for name in rag.__all__)


def test_errors_and_data_types_are_complete() -> None:
    raised = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, errors.RagError)}
    public = {
        "Answer",
        "Citation",
        "DateRange",
        "Entry",
        "Filters",
        "Passage",
        "Question",
        "Report",
        "RetrievedPassage",
        "TimelineRow",
        "Turn",
        "Verdict",
    }
    assert raised | public | {"Assistant", "Settings"} == set(rag.__all__)
    assert public <= set(vars(types))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Asistant"):
        _ = rag.Asistant


def test_importing_rag_is_cheap() -> None:
    code = "import sys, rag; print([m for m in ('pydantic', 'numpy', 'onnxruntime', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
