"""The page, put together from its tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.web.ask_tab import AskTab
from rag.web.evaluate_tab import EvaluateTab
from rag.web.filter_bar import FilterBar
from rag.web.layout import PLAIN, PRIVATE, Desk
from rag.web.reports_tab import ReportsTab
from rag.web.timeline_tab import TimelineTab

if TYPE_CHECKING:
    import gradio as gr

    from rag.settings import Settings
    from rag.web.endpoints import Endpoints

TITLE = "Ask the Reports"
STYLES = ("desk.css", "ask.css", "history.css", "timeline.css", "corpus.css", "evaluate.css")
SCRIPTS = ("desk.js", "ask.js", "history.js", "corpus.js", "timeline.js", "evaluate.js")
HEAD = (
    '<link rel="icon" type="image/svg+xml" href="desk/icon.svg">'
    + "".join(f'<link rel="stylesheet" href="desk/{name}">' for name in STYLES)
    + "".join(f'<script src="desk/{name}"></script>' for name in SCRIPTS)
)
"""Put into the page by the guard: Gradio would add its own ``head`` only after its scripts have run."""

HEADER = '<header class="masthead"><h1>Ask the Reports</h1><p id="machine" class="machine" role="status">starting</p></header>'
FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> Any:
    """Gradio's plain theme with fonts of the system: nothing is fetched from anywhere."""
    import gradio as gr

    return gr.themes.Base(
        primary_hue="teal", neutral_hue="slate", font=FONT, font_mono=MONO, radius_size="sm", text_size="md", spacing_size="sm"
    )


def build_page(
    settings: Settings,
    bar: FilterBar,
    ask: AskTab,
    reports: ReportsTab,
    timeline: TimelineTab,
    evaluate: EvaluateTab,
    endpoints: Endpoints,
) -> gr.Blocks:
    """The page, ready to be mounted.

    Args:
        settings: Concurrency and the length of the queue.
        bar: The filters above the tabs.
        ask: A tab.
        reports: A tab.
        timeline: A tab.
        evaluate: A tab.
        endpoints: The named interface.

    Returns:
        Blocks with a bounded queue; everything but the named endpoints is private.
    """
    import gradio as gr

    limit = {"concurrency_id": "questions", "concurrency_limit": settings.web.concurrency}
    with gr.Blocks(analytics_enabled=False, title=TITLE, fill_width=True, delete_cache=(3600, 3600)) as page:
        session = gr.State((), time_to_live=12 * 3600)
        gr.Markdown(HEADER, **PLAIN, elem_id="masthead")
        desk = Desk(session, bar.build(), limit)
        with gr.Tabs(elem_id="tabs"):
            ask.build()
            reports.build()
            timeline.build()
            evaluate.build()
        refresh = gr.Button("Refresh", visible="hidden", elem_id="refresh")

        # First, so that no handler below takes one of their names.
        for name, function in endpoints.named().items():
            gr.api(function, api_name=name, **limit)

        desk.followers += [bar.follower(desk), ask.follower(), reports.follower(), evaluate.follower()]
        gr.on([page.load, refresh.click], desk.read, desk.inputs, desk.outputs, queue=False, **PRIVATE)
        bar.wire(desk, ask.wire(desk))
        reports.wire(desk)
        timeline.wire(desk)
        evaluate.wire(desk)

    page.queue(max_size=settings.web.queue, default_concurrency_limit=settings.web.concurrency, api_open=False)
    return page
