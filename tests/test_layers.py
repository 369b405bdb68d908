"""The rooms of the house in import order; nothing imports upward, and heavy packages stay in their rooms."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = "errors types settings reports models library search answers assistant llamaindex web cli".split()
"""Ground floor first. ``rag.training`` stands beside the house: it may use any room below the answers, and no room uses it."""

ONLY_IN = {
    "gradio": ("rag/web/", "app.py"),
    "chromadb": ("rag/library/", "eval/bench/"),
    "llama_index": ("rag/llamaindex/", "rag/models/llm.py", "rag/models/local_llm.py", "rag/models/providers.py", "eval/"),
    "sqlite3": ("rag/library/",),
}


def modules() -> list[Path]:
    return sorted([*(ROOT / "rag").rglob("*.py"), *(ROOT / "eval").rglob("*.py"), ROOT / "app.py"])


def imports(path: Path) -> set[str]:
    """Every module name an import statement of the file names, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "rag" and len(parts) > 1 and parts[1] in ORDER else None


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    return relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_nothing_imports_upward(path: Path) -> None:
    own = room(dotted(path))
    if own is None:
        return
    above = {name for name in imports(path) if (other := room(name)) and ORDER.index(other) > ORDER.index(own)}
    # The two faces stand side by side: `rag serve` opens the page, nothing else looks up.
    assert above <= ({"rag.web", "rag.web.serve"} if own == "cli" else set())


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_only_the_faces_import_eval(path: Path) -> None:
    name = relative(path)
    if name.startswith(("eval/", "rag/web/", "rag/cli/")):
        return
    assert not {m for m in imports(path) if m.split(".")[0] == "eval"}


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_training_is_used_by_nothing(path: Path) -> None:
    if relative(path).startswith("rag/training/"):
        return
    assert not {m for m in imports(path) if m.startswith("rag.training")}


@pytest.mark.parametrize("package", ONLY_IN)
def test_package_stays_in_its_room(package: str) -> None:
    strangers = [
        relative(path)
        for path in modules()
        if any(m.split(".")[0] == package for m in imports(path)) and not relative(path).startswith(ONLY_IN[package])
    ]
    assert strangers == []


def test_there_is_no_cycle() -> None:
    names = {dotted(path): path for path in modules()}
    edges: dict[str, set[str]] = defaultdict(set)
    for name, path in names.items():
        edges[name] = {m for m in imports(path) if m in names and m != name and not name.startswith(m + ".")}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name in done:
            return
        for other in edges[name]:
            visit(other, (*trail, name))
        done.add(name)

    for name in names:
        visit(name, ())


def test_no_module_is_called_utils() -> None:
    assert [relative(p) for p in modules() if p.stem in ("utils", "helpers", "misc")] == []
