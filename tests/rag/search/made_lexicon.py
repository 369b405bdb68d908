"""A lexicon over a few sentences, for tests of what is read from the library's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reports.names import find_acronyms, fold
from rag.search.lexicon import Lexicon
from rag.search.terms import NameBook, stem


def made_lexicon(*texts: str) -> Lexicon:
    """The lexicon of texts; like the real index it knows words by their stems and a phrase where its words follow each other."""

    def stems(text: str) -> list[str]:
        return [stem(word) for word in re.findall(r"[^\W_]+", fold(text))]

    held = [stems(text) for text in texts]

    def contexts(term: str, k: int) -> Sequence[str]:
        wanted = stems(term)
        n = len(wanted)
        return [
            text
            for text, have in zip(texts, held, strict=True)
            if wanted and any(have[i : i + n] == wanted for i in range(len(have)))
        ][:k]

    pairs = [(pair.short, pair.long) for text in texts for pair in find_acronyms(text)]
    book = NameBook(pairs, sorted({word for have in held for word in have}))
    return Lexicon(book, lambda term: len(contexts(term, 1000)), contexts)
