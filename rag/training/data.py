"""Questions with their contexts, read from gzip JSONL files and made into groups for training the reader.

A group is one question with the window that answers it and, for some, windows that look alike and do not; or one question with a
context that does not answer it. Whole articles are held out: their adversarial and merely similar no-answer questions measure the
reader and calibrate it, and no context of theirs is ever trained on.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)
Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]

HELD_OUT_ADVERSARIAL = ("Scottish_Parliament", "1973_oil_crisis")
"""Articles of human-written adversarial questions that are never trained on."""

HELD_OUT_TITLE_SHARE = 0.03
"""Share of the titles of similar-paragraph negatives that are held out."""

HELD_OUT_SEED = 17
"""Chooses the held-out titles. Not the run's seed: a run that goes on from an earlier one's weights must hold out the same."""

REPEATS: dict[str, int] = {"squad2_devA": 3, "squad2_trainsub": 3}
"""How often questions written to mislead, and their answerable neighbours, stand in a pass: they are few and teach the most."""

SHARES: dict[str, float] = {
    "policyqa_dev": 0.25,
    "realtimeqa_distant": 0.5,
    "squadshifts_amazon_reviews": 0.4,
    "squadshifts_reddit": 0.4,
}
"""Share of the answerable questions that is used of a noisy source and of those least like reports; 1 for all others."""

WRITTEN_SHARE = 0.5
"""Share of the written questions in a pass: each is repeated until they make up about so much of it."""

NEGATIVE_SHARES: dict[str, float] = {
    "realtimeqa_distant": 0.2,
    "muc4_train": 0.4,
    "timeqa_human_para": 0.6,
}
"""Share of a source's own no-answer questions that is used in one pass."""

QAMR_PER_SENTENCE = 6


@dataclass(frozen=True, slots=True)
class Item:
    """One question on one context.

    Attributes:
        id: As in the file.
        source: As in the file.
        title: Of the context's article, or "".
        context: The text that answers, or does not.
        question: As asked.
        span: Characters of the answer in the context, end exclusive; None when it is not answered there.
        answers: All answer texts.
        form: Index in ``rag.training.model.FORMS``; of a yes or a no the span shows it.
        on: Day of the context, or None.
    """

    id: str
    source: str
    title: str
    context: str
    question: str
    span: tuple[int, int] | None
    answers: tuple[str, ...] = ()
    form: int = 0
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Mix:
    """What is trained on and what is held out.

    Attributes:
        positives: Answerable questions.
        negatives: No-answer questions on contexts that belong with them (adversarial, other facts of the same article).
        similar: For the id of a question, contexts that look alike and do not answer it.
        held_out: Answerable, adversarial and similar questions of held-out articles, by kind; written ones by ``written_`` kind.
    """

    positives: list[Item]
    negatives: list[Item]
    similar: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    held_out: dict[str, list[Item]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A report of invented events with questions, written for this training.

    Attributes:
        items: Its questions, each with the entry that answers it.
        similar: By question id, entries that do not answer: the same one before it was changed to answer, or the others.
        held_out: Whether it measures and is never trained on.
    """

    items: tuple[Item, ...]
    similar: dict[str, list[tuple[str, str]]]
    held_out: bool


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a gzip JSONL file.

    Args:
        path: The file.

    Yields:
        dict[str, Any]: One object for each line.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: not a readable gzip JSONL file ({error}); check the path of the data") from error


def read_items(path: Path) -> list[Item]:
    """All questions of one file; the span of several answers is the one most like the others."""
    # Files repeat a context for each of its questions; one copy is kept.
    contexts: dict[str, str] = {}
    return [_item(row, contexts) for row in read_rows(path)]


def sample(items: Sequence[Item], n: int) -> list[Item]:
    """Every k-th item, so that the same ``n`` or so come out each time."""
    return list(items[:: max(1, len(items) // n)][:n]) if items else []


def _item(row: dict[str, Any], contexts: dict[str, str]) -> Item:
    answers = [] if row["is_impossible"] else row["answers"]
    span = None
    if answers:
        chosen = _medoid([answer["text"] for answer in answers])
        start = answers[chosen]["start"]
        span = (start, start + len(answers[chosen]["text"]))
    title = str(row.get("title") or "").replace("_", " ")
    context = contexts.setdefault(row["context"], row["context"])
    question = " ".join(row["question"].split())
    return Item(str(row["id"]), row["source"], title, context, question, span, tuple(answer["text"] for answer in answers))


def _medoid(texts: Sequence[str]) -> int:
    """Index of the answer with the highest mean token F1 to the others; the shorter on a tie, so that spans stay tight."""
    if len(texts) < 3:
        return min(range(len(texts)), key=lambda i: len(texts[i]))
    bags = [Counter(text.lower().split()) for text in texts]

    def likeness(i: int) -> float:
        total = 0.0
        for j, other in enumerate(bags):
            shared = sum((bags[i] & other).values())
            total += 2 * shared / max(1, sum(bags[i].values()) + sum(other.values())) if j != i else 0.0
        return total

    return max(range(len(texts)), key=lambda i: (round(likeness(i), 6), -len(texts[i])))


def load_mix(
    folder: Path,
    seed: int,
    encode: Encode | None = None,
    *,
    mine: bool = True,
    written: Sequence[Written] = (),
    written_share: float = WRITTEN_SHARE,
    kept_at: Path | None = None,
) -> Mix:
    """Read the training folder.

    Args:
        folder: With the ``*.jsonl.gz`` files.
        seed: Chooses the shares and the mined negatives.
        encode: Texts to unit vectors (n, dim); with it, passages that are like a question by meaning are mined too.
        mine: Look for similar passages at all, which takes minutes.
        written: Reports with questions, of ``rag.training.written``.
        written_share: Share of their questions in a pass, 0 to 1.
        kept_at: File in which what was mined is kept, so that the same data with the same seed is not searched again.

    Returns:
        The mix.

    Raises:
        UsageError: The folder holds no such file.
    """
    paths = sorted(folder.glob("*.jsonl.gz"))
    if not paths:
        raise UsageError(f"{folder}: no *.jsonl.gz files; give the folder of the training data")
    items = [item for path in paths for item in read_items(path)]
    derived = [item for item in items if item.source.startswith("neg_")]
    others = [item for item in items if not item.source.startswith("neg_")]
    titles = sorted({item.title for item in derived if item.title})
    random.Random(HELD_OUT_SEED).shuffle(titles)
    held_titles = set(titles[: max(1, round(len(titles) * HELD_OUT_TITLE_SHARE))]) if titles else set()
    adversarial_titles = {title.replace("_", " ") for title in HELD_OUT_ADVERSARIAL}
    held_contexts = {_key(item.context) for item in items if item.title in held_titles | adversarial_titles}

    def held(item: Item) -> bool:
        return item.title in held_titles | adversarial_titles or _key(item.context) in held_contexts

    held_out = {
        "answerable": [item for item in others if item.span and held(item)],
        "adversarial": [item for item in others if not item.span and item.title in adversarial_titles],
        "similar": [item for item in derived if held(item)],
    }
    rng = random.Random(seed)
    kept = [item for item in others if not held(item)]
    positives = _limit([item for item in kept if item.span], rng)
    negatives = [item for item in kept if not item.span and rng.random() < NEGATIVE_SHARES.get(item.source, 1.0)]
    similar = _mined(positives, rng, encode, kept_at) if mine else {}
    positives, negatives = _repeat(positives), _repeat(negatives)
    for item in derived:
        if not held(item):
            similar.setdefault(item.id.removeprefix("neg_"), []).insert(0, (item.title, item.context))
    if written:
        kept_written = [w for w in written if not w.held_out]
        own = [item for w in kept_written for item in w.items]
        positives += own * max(1, round(written_share / (1 - written_share) * (len(positives) + len(negatives)) / len(own)))
        for w in kept_written:
            similar |= w.similar
        held_out |= _told_apart([w for w in written if w.held_out])
    logger.info(
        "%d answerable, %d own negatives, %d with similar contexts; held out: %s",
        len(positives), len(negatives), len(similar), {kind: len(rows) for kind, rows in held_out.items()},
    )  # fmt: skip
    return Mix(positives, negatives, similar, held_out)


def _told_apart(reports: Iterable[Written]) -> dict[str, list[Item]]:
    """Questions of written reports, and the same ones with entries that do not answer: by the question alone nothing is told."""
    answered = [(w, item) for w in reports for item in w.items]
    others = [replace(item, context=w.similar[item.id][0][1], span=None, answers=()) for w, item in answered]
    return {"written_answerable": [item for _, item in answered], "written_unanswerable": others}


def _key(text: str) -> str:
    return "".join(re.findall(r"\w+", text.lower()))[:200]


def _limit(items: Iterable[Item], rng: random.Random) -> list[Item]:
    kept = []
    per_context: Counter[str] = Counter()
    shuffled = list(items)
    rng.shuffle(shuffled)
    for item in shuffled:
        if item.source.startswith("qamr"):
            per_context[item.context] += 1
            if per_context[item.context] > QAMR_PER_SENTENCE:
                continue
        if rng.random() < SHARES.get(item.source, 1.0):
            kept.append(item)
    return kept


def _repeat(items: Sequence[Item]) -> list[Item]:
    times = {item.source: next((n for source, n in REPEATS.items() if item.source.startswith(source)), 1) for item in items}
    return [item for item in items for _ in range(times[item.source])]


def _mined(
    items: Sequence[Item], rng: random.Random, encode: Encode | None, kept_at: Path | None
) -> dict[str, list[tuple[str, str]]]:
    """Contexts like each question with none of its answers, mined now or kept from a run over the same questions."""
    titles: dict[str, str] = {}
    for item in items:
        titles.setdefault(item.context, item.title)
    contexts = list(titles)
    if len(contexts) < 2:
        return {}
    data = [bool(encode), str(rng.getstate()), *((item.id, item.question, item.answers, item.context) for item in items)]
    fingerprint = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    kept = json.loads(kept_at.read_text(encoding="utf-8")) if kept_at and kept_at.is_file() else {}
    if kept.get("fingerprint") != fingerprint:
        kept = {"fingerprint": fingerprint, "places": _mine(items, contexts, rng, encode)}
        if kept_at:
            kept_at.parent.mkdir(parents=True, exist_ok=True)
            kept_at.write_text(json.dumps(kept), encoding="utf-8")
    return {key: [(titles[contexts[i]], contexts[i]) for i in found] for key, found in kept["places"].items()}


def _mine(
    items: Sequence[Item], contexts: Sequence[str], rng: random.Random, encode: Encode | None, block: int = 2000, top: int = 8
) -> dict[str, list[int]]:
    """For each question, places of contexts most like it that hold none of its answers; three of the best, at random.

    Likeness is the sum of TF-IDF cosine and, with ``encode``, the cosine of vectors: words and meaning, as the retriever
    joins them.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    places = {context: i for i, context in enumerate(contexts)}
    vectorizer = TfidfVectorizer(sublinear_tf=True, max_df=0.2, dtype=np.float32)
    matrix = vectorizer.fit_transform(contexts).T.tocsr()
    lowered = [context.lower() for context in contexts]
    # The opening of a context is what its vector stands for; the embedder reads 256 word pieces anyway.
    meaning = encode([context[:1200] for context in contexts]).T if encode else None
    found: dict[str, list[int]] = {}
    for first in range(0, len(items), block):
        part = items[first : first + block]
        questions = [item.question for item in part]
        likeness = (vectorizer.transform(questions) @ matrix).toarray()
        if encode and meaning is not None:
            likeness += encode(questions) @ meaning
        nearest = np.argpartition(-likeness, min(4 * top, len(contexts) - 1), axis=1)[:, : 4 * top]
        for row, item in enumerate(part):
            best = sorted(nearest[row].tolist(), key=lambda i: (-likeness[row, i], i))
            answers = [answer.lower() for answer in item.answers]
            own = places[item.context]
            fit = [i for i in best if i != own and likeness[row, i] > 0 and not any(a in lowered[i] for a in answers)][:top]
            rng.shuffle(fit)
            if fit:
                found[item.id] = fit[:3]
    return found
