from __future__ import annotations

import html
import json
import re

from rag.web.coverage_view import render_coverage

MONTHS = [(201712, "Mali", 3), (201804, "", 1), (201804, "Niger", 7), (201805, "Mali", 2)]


def test_picture_and_table_tell_the_same() -> None:
    markup = render_coverage(MONTHS)
    match = re.search(r'coverage-data" hidden>(.*?)</div>', markup)
    assert match
    assert json.loads(html.unescape(match.group(1))) == [
        ["Niger", [[201804, 7]]], ["Mali", [[201712, 3], [201805, 2]]], ["no country", [[201804, 1]]],
    ]  # fmt: skip
    assert "13 dated entries from 2017-12 to 2018-05, 3 countries" in html.unescape(markup)
    assert "<td>Mali</td><td class='num-col'>5</td><td>2017-12</td><td>2018-05</td><td class='num-col'>2</td>" in markup


def test_hostile_country_is_inert() -> None:
    assert "<script" not in render_coverage([(201804, "<script>alert(1)</script>", 1)])


def test_empty_library_has_no_picture() -> None:
    assert render_coverage([]) == ""
