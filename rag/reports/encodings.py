"""Bytes to clean text: the encoding found, mojibake repaired, what a reader cannot see removed.

The stored text of every report went through ``clean``, so nothing hidden in it reaches a passage, a model or a page.
"""

from __future__ import annotations

import codecs
import logging
import re

from rag.errors import ReportError

logger = logging.getLogger(__name__)

# The longer UTF-32 marks come first: the little-endian one begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes no text holds: C0 controls but tab, line feed, vertical tab, form feed, carriage return and escape; and DEL.
_CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27} | {127})
_ASCII_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
# Windows-1252 signs between two letters: a sign that the bytes are another code page's letters.
_SIGN_IN_WORD = re.compile(r"(?<=[A-Za-z])[¡-´¶-¿×÷†‡‰ˆ˜\ufffd](?=[A-Za-z])")
_GUESS_BYTES = 200_000

_VARIATIONS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Scripts that spell with the zero-width joiner and non-joiner (Arabic to Mongolian, later Indic blocks).
_JOINING = "\u0600-\u1cff\ua800-\uabff\U00010a00-\U00011fff"
_PICTURES = "\u00a9\u00ae\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"
_INVISIBLE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # terminal colours and cursor moves
    "|[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff]"
    "|[\ufdd0-\ufdef\U000e0000-\U000e007f]"
    # A joiner counts between letters of a script that needs it, or between the parts of one picture; elsewhere it only hides.
    f"|[\u200c\u200d](?<![{_JOINING}{_PICTURES}].)"
    f"|[\u200c\u200d](?![{_JOINING}{_PICTURES}])"
    # One variation selector may follow a character; a run of them is a hidden message.
    f"|[{_VARIATIONS}](?<=[{_VARIATIONS}].)"
    "|[\U000e0100-\U000e01ef](?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff].)"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CARRIAGE = re.compile("\r\n?")
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(data: bytes, name: str, declared: str = "") -> str:
    """Turn the bytes of a text file into text, without cleaning it.

    A byte-order mark decides; then UTF-16 without one (by its NULs), UTF-8 (a few stray bytes in it are taken as Windows-1252),
    the declared encoding, Windows-1252 where that makes words, and last what charset-normalizer finds.

    Args:
        data: The file.
        name: For messages.
        declared: Encoding the file itself names (HTML's meta charset), or "".

    Returns:
        The text, line ends as they were.

    Raises:
        ReportError: The bytes are no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if encoding := _utf16_without_mark(data):
        return data.decode(encoding, "replace")
    n_controls = len(data) - len(data.translate(None, _CONTROL_BYTES))
    if n_controls > 1 + len(data) // 100:
        raise ReportError(name, "binary data, not text; give a txt, md, html, pdf or docx file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if (text := _mostly_utf8(data)) is not None:
        return text
    if declared:
        try:
            return data.decode(declared)
        except (LookupError, ValueError):  # unknown name, wrong bytes, or a codec that makes no text
            logger.debug("%s: declared encoding %r does not fit", name, declared)
    if not _looks_western(data) and (found := _guess(data)):
        return data.decode(found, "replace")
    return data.decode("cp1252", "replace")


def clean(text: str) -> str:
    r"""The stored form of a text: mojibake repaired, line ends ``\n``, nothing invisible left. Deterministic.

    Removed: control characters, terminal sequences, zero-width and bidirectional controls, soft hyphens, Unicode tags, runs of
    variation selectors. The zero-width joiner and non-joiner stay only between letters of scripts spelled with them (Arabic to
    Indic) and inside emoji. Curly quotes, ligatures, character widths and accents stay as written.
    """
    text = _CARRIAGE.sub("\n", text)
    if not text.isascii():
        text = _repair(text)
    return _LINE_ENDS.sub("\n", _INVISIBLE.sub("", text))


def has_words(text: str) -> bool:
    """Whether any letter or digit is in the text."""
    return any(character.isalnum() for character in text)


def _repair(text: str) -> str:
    import ftfy

    # fix_line_breaks is ours to do (it would also cut the text at other places than _LINE_ENDS).
    config = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    lines = text.split("\n")
    fixed = "\n".join(line if line.isascii() else ftfy.fix_text(line, config) for line in lines)
    return _SURROGATE.sub("\ufffd", fixed)


def _utf16_without_mark(data: bytes) -> str:
    """Western text in UTF-16 has a NUL in nearly every other byte."""
    if len(data) < 4 or len(data) % 2:
        return ""
    sample = data[:4096]
    half = len(sample) // 2
    n_even, n_odd = sample[::2].count(0), sample[1::2].count(0)
    if n_odd > 0.7 * half and n_even < 0.05 * half:
        return "utf-16-le"
    if n_even > 0.7 * half and n_odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with stray bytes pasted in from Windows-1252; None when it is rather some other encoding."""
    text = data.decode("utf-8", "surrogateescape")
    strays = len(re.findall("[\udc80-\udcff]", text))
    n_good = sum(len(run) for run in re.findall("[^\x00-\x7f\udc80-\udcff]+", text))
    if n_good <= 2 * strays:
        return None
    return re.sub("[\udc80-\udcff]", lambda m: bytes([ord(m[0]) - 0xDC00]).decode("cp1252", "replace"), text)


def _looks_western(data: bytes) -> bool:
    n_letters = len(data) - len(data.translate(None, _ASCII_LETTERS))
    n_high = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", data))
    if n_high * 4 > n_letters:
        return False
    n_odd = sum(1 for _ in _SIGN_IN_WORD.finditer(data.decode("cp1252", "replace")))
    return n_odd * 10 <= n_high


def _guess(data: bytes) -> str:
    import charset_normalizer

    sample = data[:_GUESS_BYTES]
    if len(data) > _GUESS_BYTES:
        # Cut where a multi-byte character cannot be cut through.
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best else ""
