from __future__ import annotations

import zipfile
from datetime import date

import made_files
import pytest

from rag.errors import ReportError
from rag.reports.extracted import Extracted
from rag.reports.files import extract
from rag.settings import Limits

LIMITS = Limits()
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>{title}</dc:title><dcterms:created>{created}</dcterms:created></cp:coreProperties>"
)


def read(data: bytes, limits: Limits = LIMITS) -> Extracted:
    return extract(data, "a.docx", limits)


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_paragraphs_and_headings_of_a_word_processor_are_read() -> None:
    extracted = read(
        made_files.docx_by_word_processor([("Mali: Quiet", 0), ("Text.", None), ("In the north", 2), ("More.", None)])
    )
    assert extracted.text == "Mali: Quiet\n\nText.\n\nIn the north\n\nMore."
    assert [(extracted.text[h.start : h.end], h.level) for h in extracted.headings] == [("Mali: Quiet", 1), ("In the north", 2)]
    assert extracted.title == "Mali: Quiet"
    assert extracted.published_on is None, "the day of python-docx's own template is nobody's"


def test_properties_give_title_and_day() -> None:
    data = made_files.docx(docProps__core_dot_xml=CORE.format(title="Mali: The Road", created="2018-04-09T08:00:00Z"))
    assert (read(data).title, read(data).published_on) == ("Mali: The Road", date(2018, 4, 9))


@pytest.mark.parametrize("title", ["Document1", "untitled", "report.docx", "Microsoft Word - x.doc", "4"])
def test_made_up_title_is_passed_over(title: str) -> None:
    assert read(made_files.docx(docProps__core_dot_xml=CORE.format(title=title, created=""))).title == ""


def test_tables_stand_where_they_are_written() -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    table = f"<w:tbl>{row.format(paragraph('Day'), paragraph('Dead'))}{row.format(paragraph('April 6'), paragraph('4'))}</w:tbl>"
    assert (
        read(made_files.docx(paragraph("Before.") + table + paragraph("After."))).text
        == "Before.\n\nDay | Dead\nApril 6 | 4\n\nAfter."
    )


def test_table_inside_a_table_is_kept() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('in')}</w:tc><w:tc>{paragraph('ner')}</w:tc></w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{paragraph('out')}</w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    assert read(made_files.docx(outer)).text == "out | in | ner"


def test_inserted_text_is_kept_and_deleted_or_hidden_text_is_not() -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>Kept. </w:t></w:r></w:ins><w:del><w:r><w:delText>Gone.</w:delText><w:t>Gone.</w:t></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>Shown.</w:t></w:r></w:p>"
    )
    assert read(made_files.docx(body)).text == "Kept. Shown."


def test_text_in_content_controls_links_and_boxes_is_read_once() -> None:
    box = (
        "<w:r><x:AlternateContent xmlns:x='mc'><x:Choice><w:txbxContent>{0}</w:txbxContent></x:Choice>"
        "<x:Fallback>{0}</x:Fallback></x:AlternateContent></w:r>"
    ).format(paragraph("In a box."))
    control = f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    body = f"{control}<w:p>{box}<w:hyperlink><w:r><w:t>A link.</w:t></w:r></w:hyperlink></w:p>"
    assert read(made_files.docx(body)).text == "In a control.\n\nIn a box.\n\nA link."


def test_breaks_tabs_and_hyphens_are_kept() -> None:
    body = "<w:p><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t></w:r></w:p>"
    assert read(made_files.docx(body)).text == "one two\nwell-known"


def test_styles_based_on_each_other_in_a_circle_end() -> None:
    styles = (
        f'<w:styles xmlns:w="{made_files.W}"><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>'
        '<w:style w:styleId="C"><w:name w:val="Own"/><w:basedOn w:val="D"/></w:style>'
        '<w:style w:styleId="D"><w:name w:val="heading 3"/></w:style></w:styles>'
    )
    body = "".join(f'<w:p><w:pPr><w:pStyle w:val="{s}"/></w:pPr><w:r><w:t>Style {s}.</w:t></w:r></w:p>' for s in "AC")
    extracted = read(made_files.docx(body, word__styles_dot_xml=styles))
    assert [(extracted.text[h.start : h.end], h.level) for h in extracted.headings] == [("Style C.", 3)]


def test_archive_that_unpacks_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ReportError, match=r"limits\.unpacked_mb"):
        read(made_files.docx_bomb(2_000_000), Limits(unpacked_mb=1))
    with pytest.raises(ReportError, match=r"limits\.ratio"):
        read(made_files.docx_bomb(2_000_000))


def test_directory_that_lies_about_sizes_brings_nothing_in() -> None:
    with pytest.raises(ReportError, match="damaged"):
        read(made_files.lying_docx(20_000_000))


def test_bomb_in_a_part_that_is_never_read_is_refused_all_the_same() -> None:
    with pytest.raises(ReportError, match=r"limits\.ratio"):
        read(made_files.docx(word__media__x_dot_bin=b"\0" * 20_000_000))


def test_archive_of_very_many_files_is_refused() -> None:
    members = {"word/document.xml": "<x/>", **{f"word/{number}": b"" for number in range(10_001)}}
    with pytest.raises(ReportError, match="files inside"):
        read(made_files.zipped(members))


def test_other_packing_than_word_uses_is_refused() -> None:
    with pytest.raises(ReportError, match="packed in a way"):
        read(made_files.zipped({"word/document.xml": "<x/>"}, zipfile.ZIP_LZMA))


@pytest.mark.parametrize("part", ["word__document_dot_xml", "word__styles_dot_xml", "docProps__core_dot_xml", "_rels___dot_rels"])
def test_entity_bomb_in_any_part_is_refused(part: str) -> None:
    with pytest.raises(ReportError, match="entity bombs"):
        read(made_files.docx(**{part: made_files.LAUGHS}))


def test_entity_bomb_in_utf16_is_refused() -> None:
    laughs = made_files.LAUGHS.replace('"1.0"', '"1.0" encoding="UTF-16"').encode("utf-16")
    with pytest.raises(ReportError, match="entity bombs"):
        read(made_files.docx(word__document_dot_xml=laughs))


@pytest.mark.parametrize("body", ["<w:p><w:r>", "<w:p>&nothing;</w:p>", "<w:sdt>" * 5000], ids=["open", "entity", "deep"])
def test_malformed_document_is_refused(body: str) -> None:
    with pytest.raises(ReportError, match="damaged"):
        read(made_files.docx(body))


def test_link_to_an_outside_document_is_not_followed() -> None:
    rels = (
        '<Relationships xmlns="r"><Relationship Type="x/officeDocument" Target="http://host.invalid/x" TargetMode="External"/>'
        '<Relationship Type="x/officeDocument" Target="../../etc/passwd"/></Relationships>'
    )
    with pytest.raises(ReportError, match="damaged"):
        read(made_files.docx(_rels___dot_rels=rels))


def test_any_damage_gives_text_or_one_line() -> None:
    data = made_files.docx("".join(paragraph(f"Sentence number {n} stands here.") for n in range(50)))
    for place in range(0, len(data) - 4, 7):
        damaged = data[:place] + b"\xff\x00\xfe" + data[place + 3 :]
        outcome = made_files.outcome(damaged, "a.docx")
        assert outcome.strip()
        assert outcome.startswith("Sentence") or "\n" not in outcome
