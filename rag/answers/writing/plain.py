"""Plain text of what reports and models write: no hidden characters, no markup, no addresses."""

from __future__ import annotations

import re
import unicodedata

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]{0,400}>?")
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\](?:\([^)\s]{0,2000}[^)]{0,300}\)?|\[[^\]\n]{0,200}\])")
_LINK = re.compile(r"\[([^\]\n]{0,300})\]\([^)]{0,2000}\)?")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]\n]{1,200}\]:\s*\S+.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:\b(?:https?|ftp|file|data|javascript|mailto|vbscript)\s{0,2}:|//(?=[\w.-]+\.[a-z]{2,})|\bwww\.)[^\s\])>\"'”]*",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(\*\*|__|`{1,3}|~~)")
_LEAD = re.compile(r"^[ \t]*(?:#{1,6}\s+|>\s+|[-*•]\s+)", re.MULTILINE)

_KEPT_FORMATS = frozenset("\u200c\u200d")
"""Zero-width joiners: other scripts need them; between Latin letters they are taken out all the same."""

_HIDDEN_JOIN = re.compile(r"(?<=[!-~])[\u200c\u200d]+|[\u200c\u200d]+(?=[!-~])")
LINK_REMOVED = "(link removed)"


def visible(text: str) -> str:
    """The text without characters nobody sees: zero-width and direction marks, Unicode tags, soft hyphens, controls.

    Args:
        text: Anything.

    Returns:
        What a reader sees; line ends and tabs stay.
    """
    kept = "".join(
        c for c in text if c in "\n\t" or c in _KEPT_FORMATS or unicodedata.category(c) not in ("Cf", "Cc", "Cn", "Co", "Cs")
    )
    return _HIDDEN_JOIN.sub("", "".join(c for c in kept if not "\ufe00" <= c <= "\ufe0f"))


def has_hidden_text(text: str) -> bool:
    """Whether a text holds characters that can only have been put in to hide words: Unicode tags, direction overrides."""
    return any(0xE0000 <= ord(c) <= 0xE007F or c in "\u202d\u202e\u2066\u2067\u2068" for c in text)


def plain(text: str) -> str:
    """What a model wrote as plain text: comments, tags, images, links and emphasis gone, addresses named as removed.

    Args:
        text: As it came, or as much of it as has come.

    Returns:
        Text that shows nothing but words wherever it is put; ``[n]`` marks stay.
    """
    text = _COMMENT.sub(" ", visible(text))
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(lambda m: m[0] if re.fullmatch(r"\d{1,3}", m[1].strip()) and not _ADDRESS.search(m[0]) else m[1], text)
    text = _TAG.sub(" ", _REFERENCE.sub(" ", text))
    text = _ADDRESS.sub(LINK_REMOVED, text)
    return _EMPHASIS.sub("", _LEAD.sub("", text))
