"""Batches of windows for training: a pure function of the data, the seed and the batch's number, so that a run can be resumed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rag.models.windows import Window, heading, make_window
from rag.reports.dates import find_dates
from rag.training.augment import dated_prefix, hurried, polar, unanswerable, without_answer
from rag.training.data import Item, Mix
from rag.training.written import WRITTEN

ROOMS = ((64, 0.25), (96, 0.35), (128, 0.25), (176, 0.15))
"""Most passage word pieces of a window, and how often."""

WITH_SIMILAR = 0.5
POLAR = 0.04
TURNED = 0.20
CUT = 0.25
"""Share of answered questions also asked of their context without the sentences that answer: the commonest way in which reports
about the right event do not say what is asked."""

DATED = 0.10
HEADED = 0.45
CHUNK = 2048

WRITTEN_HEADED, WRITTEN_SIMILAR, WRITTEN_CUT = 0.85, 0.9, 0.5
"""The same shares for written questions, whose entries are contrasted with each other nearly always.

Nine in ten: every question stands as often with an entry that does not answer it as with one that does."""

_TITLED = ("squad11", "squad2", "squadshifts_new_wiki", "qed", "timeqa", "fairytaleqa", "realtimeqa", WRITTEN)


@dataclass(frozen=True, slots=True)
class Target:
    """A window and what is to be read from it.

    Attributes:
        window: The window.
        start: Place of the answer's first word piece in the window; 0 for none.
        end: Place of its last.
        form: Index in ``rag.training.model.FORMS``.
    """

    window: Window
    start: int
    end: int
    form: int


class Batches:
    """All batches of a run, in order, without end."""

    def __init__(self, mix: Mix, tokenizer: Any, seed: int, batch_tokens: int) -> None:
        self._mix = mix
        self._tokenizer = tokenizer
        self._seed = seed
        self._batch_tokens = batch_tokens
        self._answers: dict[str, list[str]] = {}
        for item in mix.positives:
            self._answers.setdefault(_kind(item.question), []).append(item.answers[0])

    def after(self, chunk: int, done: int) -> Iterator[tuple[int, int, list[list[Target]]]]:
        """Yield batches from a place on.

        Args:
            chunk: Number of the chunk to begin in.
            done: Batches of that chunk to leave out.

        Yields:
            tuple[int, int, list[list[Target]]]: The chunk, how many of its batches are done after this one, and its groups.
        """
        while True:
            batches = self._chunk(chunk)
            for number in range(done, len(batches)):
                yield chunk, number + 1, batches[number]
            chunk, done = chunk + 1, 0

    def n_chunks(self) -> int:
        """Chunks of one pass over the data."""
        return -(-(len(self._mix.positives) + len(self._mix.negatives)) // CHUNK)

    def _chunk(self, number: int) -> list[list[list[Target]]]:
        items = self._mix.positives + self._mix.negatives
        turn, part = divmod(number, self.n_chunks())
        order = list(range(len(items)))
        random.Random(f"{self._seed}-pass-{turn}").shuffle(order)
        rng = random.Random(f"{self._seed}-chunk-{number}")
        groups: list[list[Target]] = []
        for i in order[part * CHUNK : (part + 1) * CHUNK]:
            groups += self._groups(items[i], rng)
        groups.sort(key=lambda group: (max(len(target.window.ids) for target in group), len(group)))
        batches: list[list[list[Target]]] = [[]]
        n = 0
        for group in groups:
            longest = max(len(target.window.ids) for target in group)
            if n and (n + len(group)) * longest > self._batch_tokens:
                batches.append([])
                n = 0
            batches[-1].append(group)
            n += len(group)
        rng.shuffle(batches)
        return batches

    def _groups(self, item: Item, rng: random.Random) -> list[list[Target]]:
        room = rng.choices([size for size, _ in ROOMS], [share for _, share in ROOMS])[0]
        # Drawn once for a group: a heading on the right window alone would give it away.
        headed, dated = rng.random() < HEADED, rng.random() < DATED
        day = date(1995, 1, 1) + timedelta(days=rng.randrange(11500)) if rng.random() < 0.3 else None
        if item.source == WRITTEN:
            # As the program shows its own entries: whole, under the report's title and day.
            room, headed, dated, day = ROOMS[-1][0], rng.random() < WRITTEN_HEADED, False, item.on

        def target(question: str, title: str, context: str, span: tuple[int, int] | None, form: int) -> Target | None:
            shown = title if item.source.removeprefix("neg_").startswith(_TITLED) else ""
            head = heading(shown, _day_of(context) or day if item.source == WRITTEN else day) if headed else ""
            return self._target(question, head, context, span, form, room, dated, rng)

        question = hurried(item.question, rng)
        similar = self._mix.similar.get(item.id)
        if item.span is None:
            only = target(question, item.title, item.context, None, 3)
            return [[only]] if only else []
        form = item.form
        if item.source != WRITTEN and rng.random() < POLAR:
            wrong = rng.random() < 0.5
            answer = rng.choice(self._answers[_kind(item.question)]) if wrong else item.answers[0]
            asked = polar(item.question, answer)
            if asked and (not wrong or answer.lower() not in item.context.lower()):
                question, form = asked, 2 if wrong else 1
        gold = target(question, item.title, item.context, item.span, form)
        if gold is None:
            return []
        groups = [[gold]]
        if similar and rng.random() < (WRITTEN_SIMILAR if item.source == WRITTEN else WITH_SIMILAR):
            title, context = rng.choice(similar)
            other = target(question, title, context, None, 3)
            groups[0] += [other] if other else []
        if rng.random() < (WRITTEN_CUT if item.source == WRITTEN else CUT):
            left = without_answer(item.context, item.answers)
            # A question made from an answer is no longer about the sentences that were left.
            other = target(question, item.title, left, None, 3) if left and form == item.form else None
            groups[0] += [other] if other else []
        if rng.random() < TURNED and item.source != WRITTEN:
            turned = unanswerable(item.question, similar[0][1] if similar else "", rng)
            if turned:
                other = target(hurried(turned, rng), item.title, item.context, None, 3)
                groups += [[other]] if other else []
        return groups

    def _target(
        self,
        question: str,
        head: str,
        context: str,
        span: tuple[int, int] | None,
        form: int,
        room: int,
        dated: bool,
        rng: random.Random,
    ) -> Target | None:
        # Word pieces are at most ten characters on average, so this much text always fills the window.
        centre = span[0] if span else rng.randrange(max(1, len(context)))
        low = max(0, centre - 12 * room) if len(context) > 24 * room else 0
        low = context.find(" ", low, low + 60) + 1 if low else 0
        context = context[low : low + 24 * room]
        if span:
            span = (span[0] - low, span[1] - low)
        if dated and not low:
            opening = dated_prefix(rng)
            context = opening + context
            if span:
                span = (span[0] + len(opening), span[1] + len(opening))
        encoded = self._tokenizer.encode(context, add_special_tokens=False)
        ids, n = encoded.ids, len(encoded.ids)
        if not n:
            return None
        first = last = -1
        if span:
            inside = [i for i, (a, b) in enumerate(encoded.offsets) if b > span[0] and a < span[1]]
            if not inside or inside[-1] - inside[0] >= min(room, 60):
                return None
            first, last = inside[0], inside[-1]
        offset = 0
        if n > room:
            lowest, highest = (max(0, last + 1 - room), min(first, n - room)) if span else (0, n - room)
            # Passages begin with a sentence more often than in the middle of one.
            offset = lowest if lowest == 0 and rng.random() < 0.3 else rng.randint(lowest, max(lowest, highest))
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids
        heading_ids = self._tokenizer.encode(head, add_special_tokens=False).ids[:24] if head else []
        window = make_window(asked, heading_ids, ids, offset, min(n, offset + room))
        shift = window.first - offset
        return Target(window, first + shift, last + shift, form) if span else Target(window, 0, 0, form)


def _day_of(context: str) -> date | None:
    """The day that an entry opens with."""
    opening = find_dates(context[:40])
    return opening[0].range.start if opening and opening[0].start == 0 and opening[0].range.is_day else None


def _kind(question: str) -> str:
    return " ".join(question.lower().split()[:2])
