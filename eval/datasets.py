"""Outside collections by path: SQuAD-style JSON lines and BEIR-style folders, read as streams.

A SQuAD-style file holds an object a line, ``{"id", "title", "context", "question", "answers": [{"text", "start"}],
"is_impossible"}``; a BEIR-style folder holds ``docs.jsonl`` or ``corpus.jsonl`` (id, title, text), ``queries.jsonl`` (id, text)
and ``qrels.tsv`` (query, document, grade). Any of the JSON files may end in ``.gz``; ``_id`` is read as ``id``.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError

SEED = 20180409


@dataclass(frozen=True, slots=True)
class Document:
    """A context or document of a collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question of a collection.

    Attributes:
        id: Unique in it.
        text: The question.
        gold: Grade by document id; only grades above 0.
        answers: Acceptable answers, for SQuAD-style files.
        answerable: Whether its gold document answers it.
        document: The document it was asked of, or "".
    """

    id: str
    text: str
    gold: Mapping[str, float]
    answers: tuple[str, ...] = ()
    answerable: bool = True
    document: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents and questions.

    Attributes:
        name: Of the file or folder.
        path: Where it was read.
        documents: All of them.
        queries: All, or a sample.
        is_reading: True for SQuAD-style files, which can be scored as reading too.
    """

    name: str
    path: Path
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    is_reading: bool


def open_collection(spec: str, limit: int | None = None) -> Collection:
    """Read what ``--dataset`` names.

    Args:
        spec: ``squad:PATH`` or ``beir:DIR``.
        limit: Keep a sample of so many questions, the same at every run; all documents stay.

    Returns:
        The collection.

    Raises:
        UsageError: It is no such thing, or a file of it is missing or wrong.
    """
    kind, _, place = spec.partition(":")
    if kind not in ("squad", "beir") or not place:
        raise UsageError(f"--dataset {spec}: give squad:PATH or beir:DIR")
    path = Path(place).expanduser()
    if not path.exists():
        raise UsageError(f"--dataset {spec}: {path} does not exist; check the path")
    collection = read_squad(path) if kind == "squad" else read_beir(path)
    if not collection.queries:
        raise UsageError(f"{path}: holds no questions")
    queries = sample(collection.queries, limit)
    return Collection(collection.name, path, collection.documents, tuple(queries), collection.is_reading)


def sample(queries: Sequence[Query], limit: int | None) -> list[Query]:
    """So many questions drawn with a fixed seed, in their own order; all when there are no more."""
    if limit is None or limit >= len(queries):
        return list(queries)
    chosen = random.Random(SEED).sample(range(len(queries)), limit)
    return [queries[i] for i in sorted(chosen)]


def stream_json(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Objects of a JSON-lines file, plain or gzip, with "file:line" of each.

    Args:
        path: The file.

    Yields:
        Where it stands, and the object.

    Raises:
        UsageError: A line is no JSON object, or the file cannot be read.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                data = json.loads(line)
                if not isinstance(data, dict):
                    raise UsageError(f"{path}:{number}: should be a JSON object")
                yield f"{path}:{number}", data
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(f"{path}:{number}: cannot be read ({error}); it should be JSON lines, plain or gzip") from error


def read_squad(path: Path) -> Collection:
    """Read a SQuAD-style file.

    Args:
        path: JSON lines, plain or gzip.

    Returns:
        Its contexts as documents, each once.

    Raises:
        UsageError: A line lacks a field.
    """
    documents: dict[str, Document] = {}
    queries = []
    for where, row in stream_json(path):
        try:
            context, question, key = row["context"], row["question"], str(row["id"])
            answers = tuple(dict.fromkeys(str(answer["text"]) for answer in row.get("answers") or ()))
        except (KeyError, TypeError) as error:
            raise UsageError(f"{where}: lacks {error}; a line needs id, context, question and answers") from error
        document = documents.setdefault(context, Document(f"c{len(documents):06}", _clean(row.get("title") or ""), context))
        answerable = bool(answers) and not row.get("is_impossible", False)
        queries.append(Query(key, question, {document.id: 1.0} if answerable else {}, answers, answerable, document.id))
    return Collection(path.name.split(".")[0], path, tuple(documents.values()), tuple(queries), True)


def read_beir(folder: Path) -> Collection:
    """Read a BEIR-style folder.

    Args:
        folder: With documents, queries and qrels.

    Returns:
        The collection; queries without a relevant document are left out.

    Raises:
        UsageError: A file is missing or wrong.
    """
    documents = []
    for where, row in stream_json(_first(folder, "docs.jsonl", "corpus.jsonl")):
        text = row.get("text")
        if not isinstance(text, str):
            raise UsageError(f"{where}: a document needs id and text")
        documents.append(Document(_key(row, where), _clean(row.get("title") or ""), text))
    texts = {}
    for where, row in stream_json(_first(folder, "queries.jsonl")):
        if not isinstance(row.get("text"), str):
            raise UsageError(f"{where}: a query needs id and text")
        texts[_key(row, where)] = row["text"]
    grades = _read_qrels(_first(folder, "qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv"))
    known = {document.id for document in documents}
    queries = []
    for key, text in texts.items():
        gold = {document: grade for document, grade in grades.get(key, {}).items() if grade > 0 and document in known}
        if gold:
            queries.append(Query(key, text, gold))
    return Collection(folder.resolve().name, folder, tuple(documents), tuple(queries), False)


def _read_qrels(path: Path) -> dict[str, dict[str, float]]:
    grades: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            parts = line.rstrip("\r\n").split("\t")
            if len(parts) == 4:  # TREC's form has an iteration number in the second column
                del parts[1]
            if not line.strip() or (number == 1 and parts[-1] == "score"):
                continue
            try:
                query, document, grade = parts
                grades.setdefault(query, {})[document] = float(grade)
            except ValueError as error:
                raise UsageError(f"{path}:{number}: should be query, document and grade, parted by tabs") from error
    return grades


def _first(folder: Path, *names: str) -> Path:
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise UsageError(f"{folder}: has no {' or '.join(names)}; a BEIR-style folder holds docs.jsonl, queries.jsonl and qrels.tsv")


def _key(row: Mapping[str, Any], where: str) -> str:
    key = row.get("id", row.get("_id"))
    if key is None:
        raise UsageError(f"{where}: lacks id")
    return str(key)


def _clean(title: str) -> str:
    """SQuAD writes titles with underscores."""
    return " ".join(title.replace("_", " ").split())
