"""A follow-up made whole: what it leaves out or refers to is put in from the conversation, and shown as understood.

What is carried over is the topic: the last question that stood alone without its question words, with the days and the answer
that came after. The topic changes with a question that brings names of its own and refers to nothing before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.reports.countries import country_of
from rag.reports.date_text import format_range
from rag.reports.date_words import MONTH
from rag.reports.dates import find_dates
from rag.reports.names import NameMention, find_names, fold
from rag.search.kinds import AUXILIARIES, QUESTION_WORD, question_kind, without_request
from rag.search.periods import dated_phrase, without_dates
from rag.search.pronouns import asks_person, is_body, of_body, person_among, put_in
from rag.search.terms import FUNCTION_WORDS
from rag.types import NO_ANSWER, DateMention, Turn

MAX_TOPIC_CHARACTERS = 240
"""Of a topic carried over; the reader sees some 50 words of a question."""

_F = re.IGNORECASE
_CONJUNCTION = re.compile(r"^\s*(?:(?:and|but|so|then|also|or|ok|okay|well)\b[\s,]*)+", _F)
_OPENING = re.compile(
    r"^\s*(?:and|but|so|then|also|or|what about|how about|what of|and what|anything else|any others?|who else|where else|"
    r"what else|when else)\b",
    _F,
)
_ABOUT = re.compile(r"^\s*(?:(?:and|but|so)\s+)?(?:what about|how about|what of)\s+", _F)
_THING = (
    r"attack|attackers?|group|incident|ambush|event|operation|victims?|raid|clash|fighting|battle|bombing|bomb|town|village|camp|base|"
    r"city|region|hospital|round|same|others?|former|latter|dead|wounded|injured|killed"
)
_REFERRING = re.compile(
    rf"\b(?:he|she|it|they|them|him|her|his|its|their|theirs|this|that|these|those|there|then|both|afterwards?|"
    rf"the (?:{_THING}))\b",
    _F,
)
_HEAD = re.compile(
    rf"^\s*(?:(?:please\s+)?(?:tell\s+me|talk)\s+(?:about|of)|what\s+(?:has\s+|had\s+)?(?:happened|took\s+place)|"
    rf"(?P<ask>how\s+(?:many|much|long|far|often|old)(?:\s+(?:people|men|women|civilians|soldiers|others))?|what|which|who|whom|whose|"
    rf"when|where|why|how)\b|(?=(?:{AUXILIARIES})\b))(?:\s*\b(?:{AUXILIARIES}|been|there)\b)*\s*",
    _F,
)
_OUTCOME = re.compile(
    r"\b(?:died|dead|deaths?|die|kill(?:ed|s)?|wounded|injur\w+|hurt|casualt\w+|lost|losses|toll|arrested|captured|missing)\b", _F
)
_PREPOSITION = re.compile(r"\b(?:in|at|on|near|during|outside|by|against|of|from)\b", _F)
_PLACE_LED = re.compile(r"(?:^|\s)(?:in|at|near|outside|around)\s+(?:the\s+)?$", _F)
_MONTH = re.compile(rf"\b{MONTH}", _F)
_DEICTIC = re.compile(r"\b(?:that|same|last|next|this|previous|following)\b", _F)
_ASKING = re.compile(rf"{QUESTION_WORD.pattern}|^\s*(?:{AUXILIARIES})\b", _F)
_HAPPENED = frozenset("happened happen happens occurred took place events event news reported report day".split())
_COURTESY = re.compile(
    r"(?:\W|\b(?:thanks?|thank you|thx|cheers|very much|so much|a lot|ok|okay|great|good|fine|nice|perfect|sorry|yes|no|yeah|"
    r"really|hello|hi|bye|goodbye|i see|got it|never ?mind)\b)+",
    _F,
)
_LED = re.compile(r"^(?:in|on|at|near|outside|around|during|from|of|by|for|since|until|after|before)\b\s*(?:the\s+)?", _F)
_BARE = re.compile(rf"(?:(?:19|20)\d\d|{MONTH})", _F)
_BOUND = re.compile(r"\b(?:since|until|after|before)\s+$", _F)
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_SMALL = FUNCTION_WORDS | frozenset("about after before during any all else".split())

Namer = Callable[[str], Sequence[NameMention]]


@dataclass(frozen=True, slots=True)
class _Topic:
    """What a conversation is about.

    Attributes:
        text: The question that stood alone, without its question words.
        question: The last question, made whole.
        days: The last days spoken of, or None.
        names: Names of the last answer that are no countries.
        reply_days: Days the last answer to a *when* gives, or None.
        person: Of the names, whom "he" or "she" may mean, or "".
    """

    text: str
    question: str
    days: DateMention | None
    names: tuple[str, ...]
    reply_days: DateMention | None
    person: str = ""


def make_whole(text: str, history: Sequence[Turn], names_of: Namer = find_names) -> str:
    """Complete a follow-up from the conversation.

    Args:
        text: The question, cleaned.
        history: Earlier turns, oldest first.
        names_of: Finds names.

    Returns:
        A question that can stand alone; the text itself when it already does.
    """
    if _COURTESY.fullmatch(text):
        return text
    topic = _topic(history, names_of)
    asked = without_request(text)
    return _completed(asked, topic, names_of) if topic and needs_context(asked, names_of) else text


def needs_context(text: str, names_of: Namer = find_names) -> bool:
    """Whether a question cannot stand alone: it opens like a follow-up, refers back, or names nothing of its own."""
    if _OPENING.search(text):
        return True
    names = names_of(text)
    if _is_fragment(text, names_of) and (text.endswith("?") or _LED.search(text) or not names):
        return True
    content = _content(text)
    if find_dates(text) and set(content) <= _HAPPENED | {w for d in find_dates(text) for w in _content(d.text)}:
        return False
    if re.match(r"\s*what\s+(?:is|are|was|were|does)\s+an?\b", text, _F) and not _REFERRING.search(text):
        return False  # a definition
    if _REFERRING.search(text) and len(names) <= 1 and len(content) <= 8:
        return not (names and _starts_topic(text, names))
    return not names and len(content) <= 5


def _starts_topic(text: str, names: Sequence[NameMention]) -> bool:
    """Whether what refers back stands after a name of the question itself, and so may mean it ("did NAME say they ...")."""
    match = _REFERRING.search(text)
    return (
        match is not None
        and names[0].end <= match.start()
        and re.fullmatch(r"he|she|him|her|his|they|them|theirs?", match[0], _F) is not None
    )


def _content(text: str) -> list[str]:
    return [w for w in _WORD.findall(text.lower()) if w not in _SMALL]


def _topic(history: Sequence[Turn], names_of: Namer) -> _Topic | None:
    topic: _Topic | None = None
    is_courtesy = False  # with the reply to it
    for turn in history:
        content = " ".join(turn.content.split())
        if turn.role == "user":
            is_courtesy = bool(_COURTESY.fullmatch(content))
        if is_courtesy or not _WORD.search(content):
            continue
        if turn.role == "assistant":
            # What is shown beside a refusal is near, not the answer: nothing in it can be meant by "it".
            if topic is not None and not content.startswith(NO_ANSWER):
                topic = _answered(topic, content, names_of)
            continue
        content = without_request(content)
        if topic is None or not needs_context(content, names_of):
            days = find_dates(content)
            text = _HEAD.sub("", _CONJUNCTION.sub("", content)).rstrip(" ?.!")[:MAX_TOPIC_CHARACTERS]
            topic = _Topic(text, content, days[-1] if days else None, (), None)
        else:
            whole = _completed(content, topic, names_of)
            days = find_dates(whole)
            own = find_dates(content)
            text = f"{without_dates(topic.text)} {dated_phrase(days[-1])}" if own and days else topic.text
            if _is_fragment(core := _core(content, topic), names_of):
                text = _exchanged(topic.text, core, names_of)
            topic = replace(topic, text=text, question=whole, days=days[-1] if days else topic.days, reply_days=None)
    return topic


def _answered(topic: _Topic, reply: str, names_of: Namer) -> _Topic:
    first = " ".join(re.split(r"(?<=[a-z\d][.!?])\s+(?=[A-Z])", re.sub(r"\[\d+\]", "", reply))[:2])[:400]
    told = find_dates(first)
    dated = [(d.start, d.end) for d in told]
    known = fold(topic.question)
    found = [n for n in names_of(first) if not any(a <= n.start < b for a, b in dated)]
    found = [n for n in found if not country_of(n.text) and fold(n.text) not in known]
    new = tuple(dict.fromkeys(n.text for n in found))
    person = person_among(found, first)
    days = topic.days or (told[0] if told else None)
    when = told[0] if told and question_kind(topic.question) == "when" else None
    return replace(topic, names=new, days=days, reply_days=when, person=person)


def _core(text: str, topic: _Topic) -> str:
    core = _CONJUNCTION.sub("", _ABOUT.sub("", text)).rstrip(" ?.!") or text
    return _dates_told(f"in {core}" if _BARE.fullmatch(core) else core, topic.days)


def _completed(text: str, topic: _Topic, names_of: Namer) -> str:
    core = _core(text, topic)
    has_dates = bool(find_dates(core))
    about = without_dates(topic.text) if has_dates else topic.text
    if not has_dates and topic.reply_days and not find_dates(about):
        about = f"{about} {dated_phrase(topic.reply_days)}"
    if not _ASKING.search(core):
        return _elliptic(core, about, topic, names_of)
    core, replaced = put_in(core, topic.question, topic.names, topic.person)
    if question_kind(core) == "how_many" or _OUTCOME.search(core):
        about = _circumstances(about)
    return _joined(core, about, () if replaced else _referents(core, topic))


def _elliptic(core: str, about: str, topic: _Topic, names_of: Namer) -> str:
    """ "And in Gao?", "the wounded?", "June 2018?": the last question with that part exchanged."""
    previous = topic.question.rstrip(" ?.!")
    if _is_fragment(core, names_of):
        return _exchanged(previous, core, names_of)
    head = _HEAD.match(previous)
    ask = (head["ask"] if head else None) or "what"
    if _OUTCOME.search(core):
        ask = "how many"
        core = re.sub(r"^the\s+", "", core, flags=_F)
    return _joined(f"{ask} {core}", _circumstances(about), ())


def _is_fragment(text: str, names_of: Namer) -> bool:
    """Whether a follow-up is no more than a name or days: "Prague?", "in June 2013"."""
    core = _CONJUNCTION.sub("", text)
    rest = _LED.sub("", without_dates(core))
    names = names_of(rest)
    beside = rest[: names[0].start] + rest[names[-1].end :] if names else rest
    return not _ASKING.search(core) and not _content(beside) and bool(names or find_dates(core))


def _exchanged(previous: str, core: str, names_of: Namer) -> str:
    """The last question with its place or last name, and its days, exchanged for those of a fragment."""
    undated, days = without_dates(core), find_dates(core)
    if names := names_of(undated):
        name, lead = undated[names[0].start : names[-1].end], undated[: names[0].start].lower()
        known = names_of(previous)
        places = [n for n in known if _PLACE_LED.search(previous[: n.start])]
        if not lead:  # a body's name stands for no place
            old = [n for n in known if n not in places] if is_body(name) or not places else places
        else:
            old = places if _PLACE_LED.search(lead) else [n for n in known if previous[: n.start].lower().endswith(lead)]
        if old:
            previous = f"{previous[: old[-1].start]}{name}{previous[old[-1].end :]}"
        else:
            previous = f"{previous} {lead}{name}" if lead else f"{previous} ({name})"
    if days:
        bound = _BOUND.search(core[: days[-1].start])
        told = f"{bound[0].lower()}{format_range(days[-1].range)}" if bound else dated_phrase(days[-1])
        previous = f"{without_dates(previous)} {told}"
    return previous


def _referents(core: str, topic: _Topic) -> tuple[str, ...]:
    """Names of the last answer that "that village", "there" or "it" may mean."""
    words = {m[0].lower() for m in _REFERRING.finditer(core)}
    is_event = words <= {"it", "its"} and asks_person(topic.question) and not of_body(core)
    return tuple(n for n in topic.names if not (is_event and n == topic.person))[:3] if words else ()


def _joined(core: str, about: str, names: Sequence[str]) -> str:
    extra = [n for n in names if fold(n) not in fold(about)]
    parts = [about, *extra]
    return f"{core} ({', '.join(part for part in parts if part)})" if any(parts) else core


def _circumstances(about: str) -> str:
    """A topic without the outcome it asked for: "in the bombing" of "people died in the bombing"."""
    if (outcome := _OUTCOME.search(about)) and (place := _PREPOSITION.search(about)) and outcome.start() < place.start():
        return about[place.start() :]
    return about


def _dates_told(core: str, days: DateMention | None) -> str:
    """The question with "the year before" and "early June" told as the days they mean in the conversation."""
    if days is None:
        return core
    known = {(d.start, d.end) for d in find_dates(core)}
    for mention in reversed(find_dates(core, days.range.end)):
        if (mention.start, mention.end) not in known:
            before = core[: mention.start]
            led = re.search(r"\b(?:in|on|by|since|before|after|until|during|from|of)\s+(?:the\s+)?$", before, _F)
            told = format_range(mention.range) if led else dated_phrase(mention)
            if _MONTH.search(mention.text) and not _DEICTIC.search(mention.text):
                told = f"{mention.text} {mention.range.start.year}"  # "early June", with its year
            core = f"{re.sub(r'the +$', '', before) if led else before}{told}{core[mention.end :]}"
    return core
