"""An exchange as the chat shows it: the answer with its marks, what each sentence rests on, and what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from rag.library.feedback import filters_row
from rag.types import Answer, Citation, Verdict
from rag.web.conversation import Exchange
from rag.web.markup import confidence_words, day, literal

MARK = re.compile(r"\[(\d{1,3})\]")


def messages(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """The conversation as the chat shows it; every text in it is inert markup."""
    found = []
    for exchange in exchanges:
        limits = f'<span class="limits">{literal(exchange.limits)}</span>' if exchange.limits else ""
        found.append({"role": "user", "content": f'<div class="asked">{literal(exchange.question)}{limits}</div>'})
        found.append({"role": "assistant", "content": _reply(exchange)})
    return found


def _reply(exchange: Exchange) -> str:
    if exchange.error:
        return f'<div class="reply error" id="a{exchange.number}">{literal(exchange.error)}</div>'
    if exchange.answer is None:
        return f'<div class="reply waiting" id="a{exchange.number}">{literal(exchange.waiting or "Looking …")}</div>'
    answer = exchange.answer
    understood = answer.question.understood_as
    parts = [f'<div class="reply{" abstained" if answer.abstained else ""}" id="a{exchange.number}">']
    if understood:
        parts.append(f'<p class="understood">understood as: {literal(understood)}{_corrected(answer)}{_alone(exchange)}</p>')
    if answer.short_answer and not _says(answer.answer, answer.short_answer):
        parts.append(f'<p class="short-answer">{literal(answer.short_answer)}</p>')
    parts.append(f'<p class="answer-text">{"".join(_sentences(exchange.number, answer))}</p>')
    if answer.reason:
        parts.append(f'<p class="reason">{literal(answer.reason)}</p>')
    seconds = f" · {max(answer.seconds, 0.1):.1f} s" if answer.seconds else ""
    sure = literal(confidence_words(answer.confidence, answer.abstained))
    parts.append(f'<div class="foot"><span class="sure">{sure}</span>{literal(seconds)}{_acts(exchange)}</div></div>')
    return "".join(parts)


def _corrected(answer: Answer) -> str:
    """Which words were taken for typing errors."""
    words = ", ".join(f"“{c.used}” for “{c.typed}”" for c in answer.question.corrections)
    return f'<span class="corrected"> ({literal(words)})</span>' if words else ""


def _alone(exchange: Exchange) -> str:
    """A way out where a question was taken for a follow-up and was none: the same one in a conversation of its own."""
    if exchange.number == 1 or not exchange.done:
        return ""
    return f' <a class="alone" href="{literal(address(exchange))}" title="Ask it again in a new conversation">Ask it alone</a>'


def _acts(exchange: Exchange) -> str:
    """What can be done with an answer; nothing while it is still being written. The page's script answers the buttons."""
    if not exchange.done:
        return ""
    n = exchange.number
    buttons = "".join(
        f'<button type="button" class="act" id="{name}-{n}" title="{title}">{label}</button>'
        for name, label, title in (
            ("up", "Good", "This answer is good"),
            ("down", "Bad", "This answer is bad: say why, and what it should have been"),
            ("copy", "Copy", "Copy the answer with its citations, as Markdown"),
        )
    )
    link = f'<a class="act permalink" href="{literal(address(exchange))}" title="Link to this question with its filters">Link</a>'
    return f'<span class="acts-of">{buttons}{link}</span>'


def address(exchange: Exchange) -> str:
    """The address, relative to the page, that asks the question again under the same filters."""
    limits = filters_row(exchange.filters)
    days = [(name, limits[name]) for name in ("since", "until", "as_of") if name in limits]
    names = [(one, value) for one, many in (("country", "countries"), ("report", "reports")) for value in limits.get(many, ())]
    return "?" + urlencode([("q", exchange.question), *days, *names])


def _says(answer: str, short: str) -> bool:
    """Whether an answer is hardly more than its short form."""
    return len(MARK.sub("", answer).strip(" .")) <= len(short.strip(" .")) + 3


# --- sentences: what each rests on -----------------------------------------------------------------------------------------


def _sentences(number: int, answer: Answer) -> Iterator[str]:
    """The answer's text with its marks as links, each sentence marked with what the check of it came to.

    A language model's sentences carry verdicts. The others are quotations, which is checked here once more: words that are not
    exactly those of the citation they lead to are shown without the mark of a quotation.
    """
    at = 0
    for verdict in sorted(answer.verdicts, key=lambda v: v.start):
        if not at <= verdict.start < verdict.end <= len(answer.answer):
            continue
        yield _with_marks(number, answer, answer.answer[at : verdict.start])
        yield _judged(_with_marks(number, answer, answer.answer[verdict.start : verdict.end]), verdict)
        at = verdict.end
    rest = answer.answer[at:]
    yield _with_marks(number, answer, rest) if answer.verdicts else _quoted(number, answer, rest)


def _judged(sentence: str, verdict: Verdict) -> str:
    if verdict.supported:
        return f'<span class="said supported">{sentence}{_sign("✓", "the passages it cites say this")}</span>'
    why = "; ".join(verdict.problems) or "the passages it cites do not say this"
    return f'<span class="said unsupported">{sentence}{_sign("!", f"not supported: {why}")}</span>'


def _sign(sign: str, meaning: str) -> str:
    """A sign with its meaning as a tooltip, and as text for those who do not see it."""
    words = literal(meaning)
    return f'<span class="verdict" title="{words}">{literal(sign)}</span><span class="unseen"> ({words})</span>'


def _quoted(number: int, answer: Answer, text: str) -> str:
    out = []
    for words, citation in _marked(answer, text):
        mark = _mark(number, citation) if citation else ""
        said, quote = words.rstrip(), citation.quote.strip() if citation else ""
        if quote and said.endswith(quote):
            lead = len(said) - len(quote)
            # the sign goes with the mark to the next line
            end = f'<span class="marks">{mark}{_sign("❞", "quoted word for word")}</span>'
            out.append(f'{literal(words[:lead])}<span class="said quoted">{literal(words[lead:])}{end}</span>')
        else:
            out.append(f"{literal(words)}{mark}")
    return "".join(out)


def _with_marks(number: int, answer: Answer, text: str) -> str:
    """Text with its marks as links to their cards."""
    return "".join(f"{literal(words)}{_mark(number, c) if c else ''}" for words, c in _marked(answer, text))


def _marked(answer: Answer, text: str) -> Iterator[tuple[str, Citation | None]]:
    """Text up to each mark with the citation it names, and what follows the last; a bracketed number that is none stays text."""
    known = {c.number: c for c in answer.citations}
    last = 0
    for mark in MARK.finditer(text):
        citation = known.get(int(mark.group(1)))
        if citation is not None:
            yield text[last : mark.start()], citation
            last = mark.end()
    yield text[last:], None


def _mark(number: int, citation: Citation) -> str:
    title = f"{literal(citation.title)}, {day(citation.date)}"
    return f'<a class="cite" href="#e{number}-{citation.number}" title="{title}">{citation.number}</a>'
