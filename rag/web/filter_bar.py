"""The filters above the tabs: their fields, and the chips that say which are in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.web.filters import in_words, read_filters
from rag.web.layout import PLAIN, PRIVATE, Desk, Follower
from rag.web.markup import alert, literal, one_line

if TYPE_CHECKING:
    from rag.assistant import Assistant


class FilterBar:
    """Fields for period, as-of date, countries and reports; they apply to every tab.

    Args:
        assistant: Says which countries and reports there are.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def build(self) -> list[Any]:
        """Lay the fields out.

        Returns:
            Since, until, as of, countries, reports.
        """
        import gradio as gr

        with gr.Accordion("Filters", open=False, elem_id="filters"), gr.Row(elem_classes="filter-row"):
            since = gr.Textbox(label="Since", placeholder="2017-10 or October 4, 2017", max_length=60, elem_id="since")
            until = gr.Textbox(label="Until", placeholder="2018", max_length=60, elem_id="until")
            as_of = gr.Textbox(label="As reported by", placeholder="2017-12-31", max_length=60, elem_id="as-of")
            countries = gr.Dropdown([], multiselect=True, label="Country", elem_id="countries")
            reports = gr.Dropdown([], multiselect=True, label="Report", elem_id="reports-filter")
        with gr.Row(elem_classes="chip-row"):
            self._chips = gr.Markdown("", **PLAIN, elem_id="chips")
            self._reset = gr.Button("Reset filters", size="sm", visible=False, elem_id="reset-filters", min_width=120, scale=0)
        return [since, until, as_of, countries, reports]

    def wire(self, desk: Desk, reopened: Any) -> None:
        """Tie the fields to the chips and the button.

        Args:
            desk: Its fields.
            reopened: Event that sets them all; single changes on the way there are not the last word.
        """
        import gradio as gr

        def show_chips(*values: Any) -> tuple[str, Any]:
            markup = chips(*values)
            return markup, gr.update(visible=bool(markup))

        changes = [part.change for part in desk.fields]
        parts = [self._chips, self._reset]
        gr.on(changes, show_chips, desk.fields, parts, queue=False, trigger_mode="always_last", **PRIVATE)
        reopened.then(show_chips, desk.fields, parts, queue=False, **PRIVATE)
        self._reset.click(lambda: ("", "", "", [], []), None, desk.fields, queue=False, **PRIVATE)

    def follower(self, desk: Desk) -> Follower:
        """The choices follow the library."""
        import gradio as gr

        def read(_: Any) -> list[Any]:
            countries, reports = self.choices()
            return [gr.update(choices=countries), gr.update(choices=reports)]

        return Follower(desk.fields[3:], read)

    def choices(self) -> tuple[list[str], list[tuple[str, str]]]:
        """What can be chosen.

        Returns:
            Country names in order; labels and file names of the reports, newest first.
        """
        rows = self._assistant.list()
        newest = sorted(rows, key=lambda r: (str(r.published_on), r.name), reverse=True)
        reports = [(one_line(f"{row.title} ({row.name})", 90), row.name) for row in newest]
        return sorted({row.country for row in rows if row.country}), reports


def chips(*fields: Any) -> str:
    """The filters in force as chips, or what is wrong with them."""
    try:
        phrases = in_words(read_filters(*fields))
    except RagError as error:
        return alert(str(error))
    if not phrases:
        return ""
    return '<p class="chips">Only ' + "".join(f'<span class="chip">{literal(p)}</span>' for p in phrases) + "</p>"
