from __future__ import annotations

from datetime import date

import pytest

from rag.errors import ReportError
from rag.reports.extracted import Extracted
from rag.reports.files import extract
from rag.settings import Limits

LIMITS = Limits()
LONG = "Soldiers and rebels fought for a whole day near the wells north of the town, and both sides claimed to have won. " * 4


def read(page: str, limits: Limits = LIMITS) -> Extracted:
    return extract(page.encode(), "a.html", limits)


def test_blocks_become_paragraphs_and_breaks_lines() -> None:
    page = "<p>One  <b>bold</b>\nword.</p><div>Two<br>lines<br><br>and more</div><ul><li>first<li>second</ul>loose"
    assert read(page).text == "One bold word.\n\nTwo\nlines\n\nand more\n\nfirst\n\nsecond\n\nloose"


def test_headings_are_told_with_their_places_and_levels() -> None:
    extracted = read("<h1>Mali: Quiet</h1><p>Text.</p><h3>In the <i>north</i></h3><p>More.</p>")
    assert [(extracted.text[h.start : h.end], h.level) for h in extracted.headings] == [("Mali: Quiet", 1), ("In the north", 3)]
    assert extracted.title == "Mali: Quiet"


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav>FURNITURE</nav>",
        "<aside>FURNITURE</aside>",
        "<footer>FURNITURE</footer>",
        "<header>FURNITURE</header>",
        "<form>FURNITURE <input></form>",
        "<script>FURNITURE</script>",
        "<style>FURNITURE</style>",
        "<noscript>FURNITURE</noscript>",
        "<template>FURNITURE</template>",
        "<!-- FURNITURE -->",
        "<div role='navigation'>FURNITURE</div>",
        "<div class='cookie-banner'>FURNITURE</div>",
        "<div id='newsletter'>FURNITURE</div>",
        "<ul><li><a>FURNITURE</a><li><a>two</a><li><a>three</a></ul>",
        "<div hidden>FURNITURE</div>",
        "<p aria-hidden='true'>FURNITURE</p>",
        "<p style='color:red; DISPLAY : none'>FURNITURE</p>",
        "<span style='visibility:hidden'>FURNITURE</span>",
        "<span style='opacity:0'>FURNITURE</span>",
        "<span style='font-size:0px'>FURNITURE</span>",
        "<span style='position:absolute;left:-9999px'>FURNITURE</span>",
    ],
)
def test_furniture_and_hidden_parts_are_left_out(furniture: str) -> None:
    text = read(f"<html><body><p>{LONG}</p>{furniture}<p>The end.</p></body></html>").text
    assert "FURNITURE" not in text
    assert text.endswith("The end.")


@pytest.mark.parametrize("style", ["opacity:0.9", "font-size:0.8em", "margin-left:-10px", "display:block"])
def test_ordinary_styles_hide_nothing(style: str) -> None:
    assert "Visible." in read(f"<p>{LONG}</p><p style='{style}'>Visible.</p>").text


def test_page_wrapped_in_a_form_is_read() -> None:
    assert (
        "Soldiers" in read(f"<body style='display:none'><form><div class='content-with-sidebar'><p>{LONG}</p></div></form>").text
    )


def test_article_is_taken_and_what_is_around_it_left() -> None:
    article = f"<article><header><h1>Head</h1>By X</header><p>{LONG}</p></article>"
    extracted = read(f"<body><div>Around it.</div>{article}<div>Below it.</div></body>")
    assert extracted.text.startswith("Head\n\nBy X\n\nSoldiers")
    assert "Around" not in extracted.text
    assert "Below" not in extracted.text


def test_main_content_is_found_by_its_prose_where_nothing_marks_it() -> None:
    page = f"<body><div><p>Short line.</p></div><div><div><p>{LONG}</p><p>{LONG}</p></div><div>x</div></div></body>"
    assert read(page).text == f"{LONG.strip()}\n\n{LONG.strip()}"


def test_teaser_article_does_not_replace_the_page() -> None:
    assert "Soldiers" in read(f"<body><article>Teaser.</article><div><p>{LONG}</p></div></body>").text


def test_title_outside_the_content_heads_the_text() -> None:
    extracted = read(f"<body><header><h1>Mali: Quiet</h1>Menu</header><div><p>{LONG}</p></div></body>")
    assert extracted.title == "Mali: Quiet"
    assert extracted.text.startswith("Mali: Quiet\n\nSoldiers")


def test_declared_title_is_used_when_there_is_no_heading() -> None:
    assert read("<head><title> Mali:\n Quiet </title></head><p>Text.</p>").title == "Mali: Quiet"


@pytest.mark.parametrize(
    "mark",
    [
        '<meta property="article:published_time" content="2018-04-09T08:00:00+02:00">',
        '<meta name="DC.date.issued" content="2018-04-09">',
        '<span itemprop="datePublished" content="2018-04-09"></span>',
        '<script type="application/ld+json">{"@graph":[{"@type":"Article","datePublished":"2018-04-09T01:00Z"}]}</script>',
        '<time datetime="2018-04-09">yesterday</time>',
    ],
)
def test_publication_day_is_found(mark: str) -> None:
    assert read(f"<html><body>{mark}<p>Text of the page.</p></body></html>").published_on == date(2018, 4, 9)


@pytest.mark.parametrize("written", ["2018-13-40", "soon", "0001-01-01", "1970-01-01T00:00:00Z", "9999-01-01", ""])
def test_senseless_publication_day_is_none(written: str) -> None:
    assert read(f'<meta name="date" content="{written}"><p>Text.</p>').published_on is None


def test_table_of_facts_keeps_its_rows_and_layout_table_its_paragraphs() -> None:
    facts = "<table><tr><th>Day<th>Dead<tr><td>April 6<td>4<tr><td>April 8<td>2</table>"
    assert read(f"<p>Before.</p>{facts}<p>After.</p>").text == "Before.\n\nDay | Dead\nApril 6 | 4\nApril 8 | 2\n\nAfter."
    layout = "<table><tr><td><ul><li>Menu</ul></td><td><div>One.</div><div>Two.</div></td></tr></table>"
    assert read(layout).text == "Menu\n\nOne.\n\nTwo."


def test_declared_encoding_is_used() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź jest duża</p></body></html>'
    assert extract(page.encode("iso-8859-2"), "a.html", LIMITS).text == "Łódź jest duża"


def test_preformatted_text_keeps_its_lines() -> None:
    assert read("<pre>one\n  two</pre>").text == "one\n  two"


def test_entities_of_the_page_itself_are_not_unfolded() -> None:
    entities = '<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">'
    text = read(f"<!DOCTYPE html [{entities}]><p>Text &b; &x; &amp; &eacute;</p>").text
    assert "haha" not in text
    assert "root:" not in text
    assert text.endswith("& é")


@pytest.mark.parametrize("depth", [1000, 100_000])
def test_page_nested_beyond_reason_is_refused_rather_than_cut(depth: int) -> None:
    with pytest.raises(ReportError, match="nested too deeply"):
        read("<html><body>" + "<div>" * depth + "<p>Deep.</p>")


def test_many_siblings_are_read() -> None:
    text = read("<div>" + "<script>x</script>tail " * 20_000 + "</div>").text
    assert text.count("tail") == 20_000


def test_page_with_too_much_text_is_refused() -> None:
    with pytest.raises(ReportError, match=r"limits\.text_mb"):
        read("<p>" + "word " * 250_000, Limits(text_mb=1))
