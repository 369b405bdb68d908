"""The Timeline tab: events by their own date."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.types import Filters
from rag.web.chat import FAILED
from rag.web.filters import read_filters
from rag.web.layout import PLAIN, PRIVATE, Desk
from rag.web.markup import alert
from rag.web.timeline_view import render_timeline

if TYPE_CHECKING:
    from rag.assistant import Assistant

logger = logging.getLogger(__name__)


def csv_query(about: str, filters: Filters) -> list[tuple[str, str]]:
    """The same question as parameters of the CSV file's address."""
    pairs = [("about", about.strip())]
    pairs += [(key, on.isoformat()) for key in ("since", "until", "as_of") if (on := getattr(filters, key))]
    pairs += [("country", name) for name in filters.countries] + [("report", name) for name in filters.reports]
    return [(key, value) for key, value in pairs if value]


class TimelineTab:
    """Events about something, within the filters.

    Args:
        assistant: Finds the events.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def events(self, about: str, *fields: Any) -> str:
        """Picture and table of the events about something, within the filters."""
        try:
            filters: Filters = read_filters(*fields)
            return render_timeline(self._assistant.timeline(about or "", filters=filters), csv_query(about or "", filters))
        except RagError as error:
            return alert(str(error))
        except Exception:
            logger.exception("the timeline could not be made")
            return alert(FAILED)

    def build(self) -> None:
        """Lay the tab out."""
        import gradio as gr

        with gr.Tab("Timeline", id="timeline"):
            with gr.Row(elem_classes="ask-row"):
                self._about = gr.Textbox(
                    label="About", show_label=False, container=False, scale=8, elem_id="about", max_length=1000,
                    placeholder="A place, a group or any words; empty for all events",
                )  # fmt: skip
                self._show = gr.Button("Show events", variant="primary", scale=0, min_width=120, elem_id="show-timeline")
            self._table = gr.Markdown("", **PLAIN, elem_id="timeline-table")

    def wire(self, desk: Desk) -> None:
        """Tie the handlers."""
        import gradio as gr

        triggers = [self._about.submit, self._show.click]
        gr.on(triggers, self.events, [self._about, *desk.fields], self._table, **desk.questions, **PRIVATE)
