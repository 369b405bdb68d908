from __future__ import annotations

import made_files
import pytest

from rag.errors import ReportError
from rag.reports.files import extract
from rag.settings import Limits

LIMITS = Limits()
SENTENCE = "The troops drove along the river towards Gao and met nobody on the way, which surprised them. "


def test_paragraphs_broken_over_lines_and_pages_are_put_together() -> None:
    paragraphs = [
        " ".join(f"On day {number} patrol {n} drove along the river and met nobody." for n in range(9)) for number in range(30)
    ]
    extracted = extract(made_files.pdf(paragraphs), "a.pdf", LIMITS)
    assert extracted.text == "\n\n".join(paragraphs)
    assert extracted.format == "pdf"
    assert extracted.headings == ()


def test_running_heads_and_page_numbers_are_left_out() -> None:
    text = extract(made_files.pdf([SENTENCE * 8] * 30, head="Weekly situation report"), "a.pdf", LIMITS).text
    assert "Weekly" not in text
    assert "Page" not in text
    assert text.count("The troops") == 240


def test_title_of_the_properties_is_used_only_when_a_person_wrote_it() -> None:
    assert extract(made_files.pdf(title="Mali: The Road"), "a.pdf", LIMITS).title == "Mali: The Road"
    assert extract(made_files.pdf(title="Microsoft Word - report_final.docx"), "a.pdf", LIMITS).title == ""
    assert extract(made_files.pdf(), "a.pdf", LIMITS).title == ""


def test_made_up_day_of_creation_is_none() -> None:
    # reportlab's "invariant" mode writes 1 January 2000, as programs do that know no date.
    assert extract(made_files.pdf(), "a.pdf", LIMITS).published_on is None


def test_pdf_protected_against_changes_only_is_read() -> None:
    assert "Kidal" in extract(made_files.encrypted_pdf("", "AES-256"), "a.pdf", LIMITS).text


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_pdf_with_a_password_is_refused(algorithm: str) -> None:
    with pytest.raises(ReportError, match="encrypted"):
        extract(made_files.encrypted_pdf("secret", algorithm), "a.pdf", LIMITS)


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(ReportError, match=r"3 pages \(at most 2\); split it, or raise limits\.pages"):
        extract(made_files.scanned_pdf(3), "a.pdf", Limits(pages=2))


def test_decompression_bomb_is_refused() -> None:
    bomb = made_files.pdf_bomb(60_000_000)
    assert len(bomb) < 200_000
    with pytest.raises(ReportError, match="decompression bombs"):
        extract(bomb, "a.pdf", LIMITS)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.97])
def test_pdf_cut_short_is_refused(share: float) -> None:
    data = made_files.pdf([SENTENCE] * 30)
    with pytest.raises(ReportError, match="cut short"):
        extract(data[: int(len(data) * share)], "a.pdf", LIMITS)


def test_any_damage_gives_text_or_one_line() -> None:
    data = made_files.pdf([SENTENCE] * 3)
    outcomes = [
        made_files.outcome(data[:place] + b"\xff<<[(" + data[place + 5 :], "a.pdf") for place in range(20, len(data) - 20, 61)
    ]
    refused = [outcome for outcome in outcomes if outcome.startswith("a.pdf: ")]
    assert 0 < len(refused) < len(outcomes)
    assert not any("\n" in outcome for outcome in refused)
