"""Reports from text: title, entries, furniture."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.reports.extracted import Extracted, Heading
from rag.reports.files import extract
from rag.reports.parser import parse_report
from rag.settings import Limits
from rag.types import Report

DATED = """Norland: The Ferry War Goes On


May 9, 2016: The ferry towns are quiet again, which is more than anyone expected in March. The guard took on two hundred men.

Smuggling pays better than fishing and has done so since 2011. Nobody in the capital wants to hear it.

May 6, 2016: In the east (outside Varn) two gunmen shot at a customs boat and hit nobody.

May 5, 2016: In the south (Old Quay near the Sorn border) rockets fell on the depot, and one man died.

In central Norland (Dell) police arrested nine men and the next day all of them were let go.

April 28, 2016: In central Norland, three masked men robbed the bank in the town of Hamm.


Article Archive

Norland: Current 2016 2015 2014 2013



Keep Us Afloat

We need your help! Our subscription base is shrinking, and we would like twenty new subscribers this month.

  1. Tell a friend about us, like us on Facebook and follow us on Twitter.
  2. Subscribe to our daily newsletter.
Subscribe   Contribute   Close"""


def parse(text: str, name: str = "a.txt", **fields: object) -> Report:
    return parse_report(Extracted(text, "txt", **fields), name, "0" * 64, len(text))  # type: ignore[arg-type]


def texts(report: Report) -> list[str]:
    return [report.text[entry.start : entry.end] for entry in report.entries]


def test_a_dated_report_has_title_country_date_and_entries() -> None:
    report = parse(DATED)
    assert (report.title, report.country, report.published_on) == ("Norland: The Ferry War Goes On", "Norland", date(2016, 5, 9))
    assert [entry.on.start.day for entry in report.entries if entry.on] == [9, 6, 5, 28]
    assert [entry.is_lead for entry in report.entries] == [True, False, False, False]
    assert [entry.place for entry in report.entries] == ["", "Varn", "Old Quay", "Hamm"]
    assert report.text == DATED


def test_an_undated_paragraph_belongs_to_the_entry_above() -> None:
    found = texts(parse(DATED))
    assert found[0].endswith("wants to hear it.")
    assert found[2].endswith("all of them were let go.")


def test_furniture_is_set_apart_and_in_no_entry() -> None:
    report = parse(DATED)
    assert [report.text[span.start : span.start + 15] for span in report.furniture] == ["Article Archive"]
    assert report.furniture[0].end == len(DATED)
    assert texts(report)[-1].endswith("the town of Hamm.")


@pytest.mark.parametrize(
    "opening",
    [
        "May 6, 2016: ",
        "6 May 2016: ",
        "May 6th, 2016 - ",
        "May 6, 2016 – ",
        "**May 6, 2016**: ",
        "**May 6, 2016:** ",
        "May 6: ",
        "May 5-6, 2016: ",
        "Friday, May 6, 2016: ",
        "2016-05-06: ",
        "06/05/2016: ",
        "\u00a0May 6, 2016:\u00a0",
        "May 6, 2016 (Varn): ",
        "May 6, 2016\n",
        "### May 6, 2016\n\n",
        "- May 6, 2016: ",
    ],
)
def test_entries_open_with_dates_in_many_forms(opening: str) -> None:
    other = opening.replace("6", "3", 1) if opening.endswith("\n") else "May 3, 2016: "
    text = f"Norland: News\n\n{opening}Shots were fired at a boat.\n\nNobody was hit.\n\n{other}A calm day with nothing to tell."
    report = parse(text)
    assert len(report.entries) == 2
    assert report.entries[0].on is not None
    assert report.entries[0].on.end == date(2016, 5, 6)
    assert texts(report)[0].endswith("Nobody was hit.")


def test_a_date_beside_its_place_gives_the_place() -> None:
    report = parse("May 6, 2016 (Varn): Shots.\n\nMay 3, 2016, Old Quay: More shots.")
    assert [entry.place for entry in report.entries] == ["Varn", "Old Quay"]


def test_oldest_first_reports_keep_their_order_and_have_no_lead() -> None:
    report = parse("Norland: Week\n\nMay 1, 2016: One thing.\n\nMay 3: Another.\n\nMay 3: A third.\n\nJune 20: A last one.")
    assert [entry.on.start for entry in report.entries if entry.on] == [
        date(2016, 5, 1),
        date(2016, 5, 3),
        date(2016, 5, 3),
        date(2016, 6, 20),
    ]
    assert not any(entry.is_lead for entry in report.entries)
    assert report.published_on == date(2016, 6, 20)


def test_dates_without_year_cross_the_new_year() -> None:
    report = parse("Norland: Week\n\nJanuary 4, 2016: One thing.\n\nDecember 30: Another thing.")
    assert report.entries[1].on is not None
    assert report.entries[1].on.start == date(2015, 12, 30)


def test_a_wrapped_text_is_read_by_paragraphs_and_kept_as_it_is() -> None:
    text = (
        "Norland: Wrapped\n\n"
        "May 9, 2016: The ferry towns are quiet again, which is more than anyone\n"
        "expected in March. It began on\n"
        "May 2, 2016 and ended a day later with a truce that both of the sides have\n"
        "kept until now.\n"
        "May 6, 2016: In the east (Varn) two gunmen shot at a customs boat and hit\n"
        "nobody at all.\n"
    )
    report = parse(text)
    assert [entry.on.start.day for entry in report.entries if entry.on] == [9, 6]
    assert report.text == text


def test_page_numbers_and_running_heads_are_furniture() -> None:
    pages = [
        f"Norland Weekly {n}\n\nMay {20 - n}, 2016: Something happened in the harbour on day {n}, and nobody knew why it did."
        for n in (1, 2, 3)
    ]
    report = parse("\n\nPage 1 of 3\n\n".join(pages))
    assert len(report.entries) == 3
    assert not any("Weekly" in text or "Page" in text for text in texts(report))


def test_prose_about_subscriptions_inside_an_entry_stays() -> None:
    text = DATED.replace(
        "Nobody in the capital", "Our readers' newsletter and your subscription to us are the subject here. Nobody in the capital"
    )
    assert "newsletter" in texts(parse(text))[0]
    middle = "May 9, 2016: A first thing.\n\nPlease subscribe, you readers, said the paper.\n\nMay 2, 2016: A second thing."
    assert "Please subscribe" in texts(parse(middle))[0]


def test_an_entry_that_ends_the_report_is_never_furniture() -> None:
    report = parse("May 9, 2016: One thing.\n\nMay 2, 2016: Subscribe to our newsletter, please donate to us.")
    assert len(report.entries) == 2
    assert report.furniture == ()


def test_sections_carry_their_headings_and_the_documents_date() -> None:
    text = "Guide\n\nIntro words stand here.\n\nFirst\n\nSome text.\n\nDeeper\n\nMore text.\n\nSecond\n\nLast text."
    headings = tuple(
        Heading(text.index(word), text.index(word) + len(word), level)
        for word, level in [("Guide", 1), ("First", 2), ("Deeper", 3), ("Second", 2)]
    )
    report = parse_report(Extracted(text, "md", "Guide", date(2015, 1, 2), headings), "g.md", "0" * 64, 1)
    assert [entry.heading for entry in report.entries] == ["", "First", "First / Deeper", "Second"]
    assert texts(report)[1] == "First\n\nSome text."
    assert all(entry.on is not None and entry.on.start == date(2015, 1, 2) and not entry.is_lead for entry in report.entries)
    assert (report.title, report.country) == ("Guide", "")


def test_plain_text_without_dates_or_headings_is_one_entry() -> None:
    text = "It was a quiet year for the town, and the ferry ran on time.\n\nNobody complained about anything that mattered."
    report = parse(text, "notes.txt")
    assert texts(report) == [text]
    assert (report.title, report.published_on, report.entries[0].on) == ("notes", None, None)


def test_the_only_entry_of_a_report_is_an_event_not_a_lead() -> None:
    report = parse("Norland: A Cafe Burned\n\nMay 2, 2016: In the capital (Varn) a cafe burned down and nobody was hurt.")
    assert [(entry.place, entry.is_lead) for entry in report.entries] == [("Varn", False)]


def test_plain_headings_make_sections() -> None:
    text = "ANNUAL REVIEW\n\nThe year was quiet, and the ferry ran on time.\n\n2.1 Results\n\nThe results were good, all in all."
    report = parse(text)
    assert report.title == "ANNUAL REVIEW"
    assert [entry.heading for entry in report.entries] == ["", "2.1 Results"]


def test_the_date_of_an_undated_document_comes_from_its_head_or_its_name() -> None:
    body = "The town council met and agreed on the ferry, after a long talk about the price of oil."
    assert parse(f"Minutes Of The Council\n\nMarch 4, 2015\n\n{body}").published_on == date(2015, 3, 4)
    assert parse(body, "minutes-2015-03-04.txt").published_on == date(2015, 3, 4)
    assert parse(body, "minutes-2015-33-04.txt").published_on is None
    assert parse(body, "x.txt", published_on=date(2014, 1, 1)).published_on == date(2014, 1, 1)


def test_an_appeal_as_a_documents_subject_is_not_furniture() -> None:
    text = "Our newsletter policy: you subscribe, we send, and please donate.\n\nSponsors support us and our readers, and you."
    assert texts(parse(text)) == [text]


@pytest.mark.parametrize("text", ["One line only", "Norland: Headline", "May 9, 2016:", "2016", "Share Print", "May 9, 2016: x"])
def test_tiny_texts_have_an_entry_or_only_furniture(text: str) -> None:
    report = parse(text)
    assert len(report.entries) + len(report.furniture) >= 1


def test_the_id_depends_on_name_and_content_only() -> None:
    one = parse(DATED)
    assert re.fullmatch(r"[0-9a-f]{16}", one.id)
    assert parse(DATED).id == one.id
    assert parse(DATED, "b.txt").id != one.id


LINES = st.sampled_from(
    [
        "Norland: A Headline",
        "May 9, 2016: In the north (Kell) shots were fired at a boat. Nobody was hit.",
        "April 3: Another thing happened.",
        "2016-05-01",
        "A paragraph of prose with some words in it, and a full stop at its end.",
        "wrapped line without an end that goes on and on until the margin is met",
        "Share   Print   Subscribe",
        "Article Archive",
        "Norland: Current 2016 2015 2014 2013",
        "Please subscribe to our newsletter, dear readers.",
        "Page 3 of 7",
        "7",
        "# A Heading",
        "SECOND PART",
        "- an item",
        "",
        "",
        "\u00a0\t",
        "=====",
        "x" * 200,
    ]
)


@settings(max_examples=80)
@given(st.lists(LINES, max_size=14))
def test_every_word_lies_in_one_entry_or_is_title_heading_or_furniture(lines: list[str]) -> None:
    text = "\n".join(lines)
    report = parse(text)
    at = 0
    for index, entry in enumerate(report.entries):
        assert entry.index == index
        assert at <= entry.start < entry.end <= len(text)
        assert text[entry.start : entry.end].strip() == text[entry.start : entry.end]
        at = entry.end
    at = 0
    for span in report.furniture:
        assert at <= span.start < span.end <= len(text)
        at = span.end
    covered = [*report.entries, *report.furniture]
    loose = [m[0] for m in re.finditer(r"\w+", text) if not any(s.start <= m.start() and m.end() <= s.end for s in covered)]
    known = f"{report.title} A Heading SECOND PART Norland A Headline 2016 05 01 {'x' * 200}"
    assert set(loose) <= set(re.findall(r"\w+", known))


CORPUS = sorted(
    path for path in (Path(__file__).parents[3] / "corpus").iterdir() if path.suffix in (".txt", ".html", ".docx", ".pdf", ".md")
)


@pytest.mark.parametrize("path", [path for path in CORPUS if not path.stem.isupper()], ids=lambda path: path.name)
def test_the_shipped_reports_are_understood(path: Path) -> None:
    report = parse_report(extract(path.read_bytes(), path.name, Limits()), path.name, "0" * 64, 1)
    assert report.entries
    assert not any(re.search(r"Subscribe\s*\Z|^Archive$", text, re.MULTILINE) for text in texts(report))
    named = re.search(r"(.*)-(\d{4}-\d\d-\d\d)$", path.stem)
    if named:
        assert str(report.published_on) == named[2]
        assert report.country.lower().replace(" ", "-") == named[1]
        assert [entry.is_lead for entry in report.entries].count(True) == 1
        assert all(
            entry.on is not None and entry.on.end <= report.entries[0].on.end for entry in report.entries if report.entries[0].on
        )
        assert len(report.entries) >= 2
