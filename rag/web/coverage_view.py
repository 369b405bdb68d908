"""What the library covers: entries by month and country, as data for a picture and as a table."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.web.markup import count, literal

NO_COUNTRY = "no country"


def render_coverage(months: Sequence[tuple[int, str, int]]) -> str:
    """The picture's place and data, and the same in a table for those who cannot see it.

    Args:
        months: ``(YYYYMM, country or "", entries)``, in order.

    Returns:
        Markup without raw line ends; the picture is drawn by ``corpus.js``.
    """
    if not months:
        return ""
    totals: dict[str, list[tuple[int, int]]] = {}
    for month, country, n in months:
        totals.setdefault(country or NO_COUNTRY, []).append((month, n))
    ordered = sorted(totals.items(), key=lambda item: (-sum(n for _, n in item[1]), item[0]))
    data = json.dumps([[country, found] for country, found in ordered], ensure_ascii=False, separators=(",", ":"))
    rows = "".join(
        f"<tr><td>{literal(country)}</td><td class='num-col'>{sum(n for _, n in found):,}</td>"
        f"<td>{_month(found[0][0])}</td><td>{_month(found[-1][0])}</td><td class='num-col'>{len(found):,}</td></tr>"
        for country, found in ordered
    )
    n_entries = sum(n for _, _, n in months)
    words = (
        f"{count(n_entries, 'dated entry', 'dated entries')} from {_month(months[0][0])} to {_month(months[-1][0])}, "
        f"{count(len(ordered), 'country', 'countries')}; the stronger the colour, the more entries."
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Country", "Entries", "First", "Last", "Months with entries"))
    return (
        f'<h2 class="part">Coverage</h2><p class="panel-note" id="coverage-words">{literal(words)}</p>'
        f'<div class="coverage-picture"></div><div class="coverage-data" hidden>{literal(data)}</div>'
        f'<details class="coverage-table"><summary>The same as a table</summary><div class="table-wrap" tabindex="0" '
        f'role="region" title="Coverage"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
    )


def _month(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}"
