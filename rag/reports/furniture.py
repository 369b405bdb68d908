"""Site furniture: what stands around a report and is none of it.

The rule, from shape and vocabulary, never from a name:

- Anywhere, a line by itself: buttons (only words such as Share, Print, Subscribe), lists of years, copyright notes, page
  numbers ("Page 3 of 7").
- At the tail, going up from the end while each paragraph is one of these: the above, an archive heading, related links, a
  cookie or newsletter note, an appeal (it asks its readers for subscriptions, gifts or sharing: a word of giving and a word of
  address), or a short line without a full stop that has furniture below it. The walk ends at the first other paragraph. In a
  dated report an entry's opening paragraph also ends it.
- After an archive heading or a list of years with no dated entry below, the rest is furniture if at least half of it is by
  its own marks.
- At the head, above the first entry or heading: buttons, paths such as Home > Africa > Mali, cookie notes and bylines.
- In documents that are no dated reports appeals must be short and are at most a quarter of the text: there such words may be
  the subject.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.reports.layout import Paragraph

_BUTTONS = frozenset(
    "share print subscribe contribute close follow tweet email e-mail mail facebook twitter x linkedin whatsapp telegram "
    "reddit like home "
    "login log in sign up register menu search next previous prev back top to comments comment rss feed contact about us "
    "privacy terms "
    "donate newsletter skip content save pdf download reply copy link more read archive archives sitemap help faq this "
    "article page "
    "on by post story and or & of conditions policy".split()
)
_STRONG_BUTTONS = frozenset(
    "share print subscribe contribute close follow tweet email e-mail facebook twitter linkedin whatsapp telegram login "
    "register menu search "
    "comments rss contact privacy donate newsletter skip download home next previous sitemap".split()
)
_WORD = re.compile(r"[\w&][\w'’-]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ARCHIVE = re.compile(
    r"(?:the\s)?(?:(?:article|report|news|story|post|full|complete|monthly|yearly)\s)?archives?(?:\sof\s\w+(?:\s\w+)?)?:?"
    r"|(?:older|earlier|previous|past|more|other|recent|latest|all|related|similar|further)\s(?:\w+\s)?(?:reports?|articles?|posts?|stories|entries|updates|links|news|reading|coverage)"
    r"(?:\s\w+){0,3}:?|(?:see|read)\salso:?|you\smay\s(?:also\s)?like:?|most\sread:?",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)\s|copyright\b).{0,80}(?:19|20)\d\d|all\srights\sreserved", re.IGNORECASE)
_PAGE = re.compile(
    r"(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|\d{1,4}\s*(?:/|of)\s*\d{1,4}|[-–—]\s*\d{1,4}\s*[-–—]", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"\d{1,4}")
_PATH = re.compile(r"[^.!?\n]{1,40}(?:\s(?:>|»|›|/|::|\|)\s[^.!?\n]{1,40}){1,6}")
_BYLINE = re.compile(
    r"(?:by\s|posted|published|updated|last\s(?:updated|modified)|written\sby|source:|filed\sunder|tags?:|categor(?:y|ies):)",
    re.IGNORECASE,
)
_COOKIE = re.compile(r"\bcookies?\b", re.IGNORECASE)
_CONSENT = re.compile(r"\b(?:accept|consent|agree|browsing|this\s(?:web)?site|our\s(?:web)?site|preferences)\b", re.IGNORECASE)
_GIVING = re.compile(
    r"\b(?:subscri(?:be|bes|bing|bers?|ptions?)|donat(?:e|es|ions?|ing)|contribut(?:e|ions?|ing)|crowdfund\w*|newsletters?|sponsors?|advertis\w+"
    r"|membership|patreon|paypal|support\sus|help\s(?:us|wanted)|your\s(?:help|support)|follow\sus|facebook|twitter|gifts?|sign\sup"
    r"|spread\sthe\sword|like\sus|tell\s(?:a|your)\s(?:friend|colleague)s?|pass\s(?:it|the\spage|this)\son|paid\sfor\sby)\b",
    re.IGNORECASE,
)
_CORE_GIVING = re.compile(
    r"\b(?:subscri|donat|newsletter|crowdfund|advertis|sponsor|patreon|paypal|follow\sus|support\sus|like\sus|spread\sthe\sword|contribut\w+|your\s(?:help|support))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:you|your|we|our|us|readers?|please|this\s(?:site|page|service|work)|these\s(?:pages|reports)|those\swho\scan|the\slights\son)\b",
    re.IGNORECASE,
)


def find_furniture(text: str, paragraphs: Sequence[Paragraph], *, dated: bool, first: int) -> set[int]:
    """Indexes of the paragraphs that are furniture.

    Args:
        text: The text.
        paragraphs: All its paragraphs.
        dated: Whether it is a dated report; its entries are then the paragraphs with an opening.
        first: Index of the first paragraph that is certainly content (first entry, or the one after the title).

    Returns:
        Indexes into ``paragraphs``.
    """
    pieces = [text[p.start : p.end] for p in paragraphs]
    shut = {i for i, p in enumerate(paragraphs) if dated and p.opening is not None}
    found = {i for i, piece in enumerate(pieces) if i not in shut and _is_line(piece)}
    found |= _running_lines(pieces, shut)
    tail = _tail(pieces, shut, found, dated)
    if not dated and sum(len(pieces[i]) for i in tail) * 4 > sum(map(len, pieces)):
        tail = {i for i in tail if i in found or not _is_appeal(pieces[i], short=True)}
    found |= tail
    limit = first if dated else min(first + 1, len(pieces))
    found |= {i for i in range(limit) if i not in shut and not paragraphs[i].level and is_head_line(pieces[i])}
    return found


def _is_line(piece: str) -> bool:
    """Furniture by shape alone, wherever it stands."""
    if len(piece) > 300:
        return False
    words = [word.lower() for word in _WORD.findall(piece)]
    if _PAGE.fullmatch(piece.strip()) or not words:
        return bool(words) or not any(c.isalnum() for c in piece)
    return _is_buttons(words, piece) or _is_years(words, piece) or (len(words) <= 30 and _COPYRIGHT.search(piece) is not None)


def _is_buttons(words: list[str], piece: str) -> bool:
    if len(words) > 14 or piece.rstrip().endswith((".", "?", "!", ":")):
        return False
    strong = sum(word in _STRONG_BUTTONS for word in words)
    return all(word in _BUTTONS for word in words) and strong >= 2


def _is_years(words: list[str], piece: str) -> bool:
    years = [word for word in words if _YEAR.fullmatch(word)]
    others = len(words) - len(years)
    return len(years) >= 3 and others <= 5 and len(years) > others and not re.search(r"[.!?]\s*\Z", piece)


def _running_lines(pieces: Sequence[str], shut: set[int]) -> set[int]:
    """Short lines that come back three times or more, their numbers aside, with much text between: heads and feet of pages."""
    places: dict[str, list[int]] = {}
    for i, piece in enumerate(pieces):
        if i not in shut and len(piece) <= 100 and "\n" not in piece and not re.search(r"[.!?:][\"”’)]?\Z", piece):
            places.setdefault(re.sub(r"\d+", "#", piece), []).append(i)
    counts = Counter({key: len(where) for key, where in places.items()})
    found = {i for key, where in places.items() if counts[key] >= 3 and any(c.isdigit() or c == "#" for c in key) for i in where}
    numbers = [i for i in places.get("#", []) if _BARE_NUMBER.fullmatch(pieces[i])]
    return found | (set(numbers) if len(numbers) >= 2 else set())


def _tail(pieces: Sequence[str], shut: set[int], found: set[int], dated: bool) -> set[int]:
    tail: set[int] = set()
    i = len(pieces) - 1
    while i >= 0 and i not in shut:
        piece = pieces[i]
        sure = i in found or _is_heading_of_links(piece) or _is_note(piece) or _is_appeal(piece, short=not dated)
        if not sure and not (tail and _is_short(piece) and dated) and not _is_lone_button(piece):
            break
        tail.add(i)
        i -= 1
    # A short line on top belongs to the report unless it heads an appeal or links.
    last = max(shut, default=-1)
    for i in range(last + 1, len(pieces)):
        if (
            dated
            and i not in tail
            and (_is_heading_of_links(pieces[i]) or (i in found and _is_years(_lower_words(pieces[i]), pieces[i])))
        ):
            rest = range(i, len(pieces))
            marked = sum(j in tail or j in found or _is_appeal(pieces[j], short=False) or _is_short(pieces[j]) for j in rest)
            if marked * 2 >= len(rest):
                tail |= set(rest)
            break
    return tail


def _lower_words(piece: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(piece)]


def _is_heading_of_links(piece: str) -> bool:
    return len(piece) <= 60 and _ARCHIVE.fullmatch(piece.strip(" *#_:\t")) is not None


def _is_note(piece: str) -> bool:
    return len(piece) <= 400 and _COOKIE.search(piece) is not None and _CONSENT.search(piece) is not None


def _is_appeal(piece: str, *, short: bool) -> bool:
    if len(piece) > (400 if short else 1200):
        return False
    giving = {hit.lower() for hit in _GIVING.findall(piece)}
    address = {hit.lower() for hit in _ADDRESS.findall(piece)}
    if not giving or not _CORE_GIVING.search(piece):
        return len(giving) >= 2 and len(address) >= 2 and not short
    sentences = max(1, len(re.findall(r"[.!?](?:\s|\Z)", piece)))
    if short:
        return len(giving) >= 2 and len(address) >= 2
    return (bool(address) or len(giving) >= 2 or len(piece) <= 120) and (len(giving) + len(address)) * 2 >= sentences


def _is_short(piece: str) -> bool:
    return len(piece) <= 60 and len(piece.split()) <= 8 and not re.search(r"[.;:,]\s*\Z", piece)


def _is_lone_button(piece: str) -> bool:
    words = _lower_words(piece)
    return 1 <= len(words) <= 4 and all(word in _BUTTONS for word in words) and any(word in _STRONG_BUTTONS for word in words)


def is_head_line(piece: str) -> bool:
    """Whether a paragraph above the content is a button, a path, a byline or a cookie note."""
    if _is_lone_button(piece) or _is_note(piece):
        return True
    one_line = "\n" not in piece and len(piece) <= 140
    return one_line and (_PATH.fullmatch(piece) is not None or (_BYLINE.match(piece) is not None and len(piece) <= 100))
