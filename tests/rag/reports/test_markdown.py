from __future__ import annotations

from datetime import date

import pytest

from rag.reports.extracted import Extracted
from rag.reports.files import extract
from rag.settings import Limits


def read(text: str) -> Extracted:
    return extract(text.encode(), "a.md", Limits())


def headings(extracted: Extracted) -> list[tuple[str, int]]:
    return [(extracted.text[h.start : h.end], h.level) for h in extracted.headings]


def test_headings_of_both_kinds_are_told_and_their_marks_taken_off() -> None:
    extracted = read("# Mali: *Quiet* #\n\nText.\n\nIn the north\n------------\n\n### C# #\nMore.\n")
    assert extracted.text == "Mali: Quiet\n\nText.\n\nIn the north\n\nC#\n\nMore.\n"
    assert headings(extracted) == [("Mali: Quiet", 1), ("In the north", 2), ("C#", 3)]
    assert extracted.title == "Mali: Quiet"


@pytest.mark.parametrize("mark", ["---", "+++"])
def test_front_matter_gives_title_and_day_and_leaves_the_text(mark: str) -> None:
    sign = ":" if mark == "---" else " ="
    extracted = read(
        f'{mark}\ntitle{sign} "Mali: The Road"\ndate{sign} 2018-04-09T10:00:00Z\ntags{sign} [a]\n{mark}\n# Other\nText.'
    )
    assert (extracted.title, extracted.published_on) == ("Mali: The Road", date(2018, 4, 9))
    assert extracted.text == "Other\n\nText."


@pytest.mark.parametrize("text", ["---\n\nA rule above it.\n\n---\n", "---\ntitle: never closed\n\nText."])
def test_what_only_looks_like_front_matter_stays(text: str) -> None:
    assert read(text).text == text


def test_comments_are_removed_and_an_open_one_is_not() -> None:
    assert read("One <!-- hidden\n\nhidden --> two.\n[//]: # (hidden)\nThree <!-- open").text == "One  two.\nThree <!-- open"


def test_links_pictures_and_emphasis_become_their_words() -> None:
    text = 'The [ISGS](https://x.invalid "title") and ![a map](m.png) were **very** *near* [here][1]; 2 * 3 * 4, a_b_c.'
    assert read(text).text == "The ISGS and a map were very near here; 2 * 3 * 4, a_b_c."


def test_code_is_kept_as_written() -> None:
    extracted = read("Text.\n\n```sh\n# no heading\n[a](b) **c**\n```\nEnd.")
    assert extracted.text == "Text.\n\n# no heading\n[a](b) **c**\nEnd."
    assert extracted.headings == ()


def test_lists_and_tables_make_no_headings() -> None:
    assert read("- item\n---\n| a |\n---\n1. x\n---\n").headings == ()


@pytest.mark.parametrize("unit", ["<!--", "[a](", "**a", "[", "# ", "```\n", "---\n", "*", '[a](x "'])
def test_hostile_repetition_is_read_whole(unit: str) -> None:
    assert "words" in read(unit * 50_000 + " words").text


def test_heading_beside_its_text_is_set_apart_so_that_no_sentence_runs_through_it() -> None:
    made = extract(b"# Review\n## Velm\nThe toll fell.\nIt rose again\n## Tarn\n\nThe dam held.\n", "a.md", Limits())
    assert made.text == "Review\n\nVelm\n\nThe toll fell.\nIt rose again\n\nTarn\n\nThe dam held.\n"
    assert [made.text[h.start : h.end] for h in made.headings] == ["Review", "Velm", "Tarn"]
