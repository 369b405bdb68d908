"""The layout of the page and which handler each field is tied to. The only module that speaks Gradio at length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.web.chat import Events, example_updates
from rag.web.endpoints import Endpoints
from rag.web.evidence import EMPTY
from rag.web.examples import SHOWN

if TYPE_CHECKING:
    import gradio as gr

    from rag.settings import Settings

TITLE = "Ask the Reports"
HEAD = (
    '<link rel="stylesheet" href="desk/desk.css"><link rel="icon" type="image/svg+xml" href="desk/icon.svg">'
    '<script src="desk/desk.js"></script>'
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


def build_page(settings: Settings, events: Events, endpoints: Endpoints) -> gr.Blocks:
    """The page, ready to be mounted.

    Args:
        settings: Concurrency and the length of the queue.
        events: Handlers.
        endpoints: The named interface.

    Returns:
        Blocks with a bounded queue; everything but the named endpoints is private.
    """
    import gradio as gr

    limit = {"concurrency_id": "questions", "concurrency_limit": settings.web.concurrency}
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    # Markdown, not HTML: it sanitises once more what we made, and gr.HTML would need 'unsafe-eval' in the policy.
    plain: dict[str, Any] = {"latex_delimiters": [], "sanitize_html": True, "container": False}

    with gr.Blocks(analytics_enabled=False, title=TITLE, fill_width=True, delete_cache=(3600, 3600)) as page:
        session = gr.State((), time_to_live=12 * 3600)
        asked = gr.State("")
        gr.Markdown(HEADER, **plain, elem_id="masthead")
        with gr.Accordion("Filters", open=False, elem_id="filters"), gr.Row(elem_classes="filter-row"):
            since = gr.Textbox(label="Since", placeholder="2017-10 or October 4, 2017", max_length=60, elem_id="since")
            until = gr.Textbox(label="Until", placeholder="2018", max_length=60, elem_id="until")
            as_of = gr.Textbox(label="As reported by", placeholder="2017-12-31", max_length=60, elem_id="as-of")
            countries = gr.Dropdown([], multiselect=True, label="Country", elem_id="countries")
            reports = gr.Dropdown([], multiselect=True, label="Report", elem_id="reports-filter")
        with gr.Row(elem_classes="chip-row"):
            chips = gr.Markdown("", **plain, elem_id="chips")
            reset = gr.Button("Reset filters", size="sm", visible=False, elem_id="reset-filters", min_width=120, scale=0)
        fields: list[Any] = [since, until, as_of, countries, reports]

        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Ask", id="ask"), gr.Row(elem_classes="desk"):
                with gr.Column(scale=3, min_width=320, elem_classes="chat-side"):
                    coverage = gr.Markdown("", **plain, elem_id="coverage")
                    chat = gr.Chatbot(
                        label="Conversation", show_label=False, container=False, elem_id="chat", buttons=[],
                        feedback_options=None, latex_delimiters=[], height=None, layout="panel",
                        group_consecutive_messages=False, allow_tags=False,
                        placeholder="", allow_file_downloads=False,
                    )  # fmt: skip
                    with gr.Column(elem_id="examples", visible=False) as example_box:
                        gr.Markdown('<p class="examples-label">For example</p>', **plain)
                        example_buttons = [gr.Button("", size="sm", visible=False, elem_classes="example") for _ in range(SHOWN)]
                    with gr.Row(elem_classes="ask-row"):
                        question = gr.Textbox(
                            label="Question", show_label=False, container=False, lines=1, max_lines=6, scale=8,
                            elem_id="question", autofocus=True, max_length=20_000,
                            placeholder="Ask in plain words: who, when, where, how many …",
                        )  # fmt: skip
                        ask = gr.Button("Ask", variant="primary", scale=0, min_width=84, elem_id="ask")
                        fresh = gr.Button("New", scale=0, min_width=70, elem_id="fresh")
                with gr.Column(scale=2, min_width=300, elem_classes="evidence-side"):
                    evidence = gr.Markdown(EMPTY, **plain, elem_id="evidence")
            with gr.Tab("Reports", id="reports"):
                files = gr.File(label="Add reports: drop files here", file_count="multiple", elem_id="upload", height=120)
                outcome = gr.Markdown("", **plain, elem_id="outcome")
                synced = gr.Markdown("", **plain, elem_id="synced")
                table = gr.Markdown("", **plain, elem_id="reports-table")
                # The Remove buttons stand in the table; a script asks for confirmation and then presses this one.
                removing = gr.Textbox(visible="hidden", elem_id="removing", label="Report to remove", max_length=400)
                remove = gr.Button("Remove", visible="hidden", elem_id="remove")
            with gr.Tab("Timeline", id="timeline"):
                with gr.Row(elem_classes="ask-row"):
                    about = gr.Textbox(
                        label="About", show_label=False, container=False, scale=8, elem_id="about", max_length=2000,
                        placeholder="A place, a group or any words; empty for all events",
                    )  # fmt: skip
                    show = gr.Button("Show events", variant="primary", scale=0, min_width=120, elem_id="show-timeline")
                events_table = gr.Markdown("", **plain, elem_id="timeline-table")
        refresh = gr.Button("Refresh", visible="hidden", elem_id="refresh")

        # First, so that no handler below takes one of their names.
        for name, function in endpoints.named().items():
            gr.api(function, api_name=name, **limit)

        lists: list[Any] = [table, coverage, countries, reports, synced, example_box, *example_buttons]

        def read_lists(now: tuple[Any, ...]) -> list[Any]:
            found = events.lists()
            return [
                found["reports"],
                found["coverage"],
                gr.update(choices=found["countries"]),
                gr.update(choices=found["report_choices"]),
                found["synced"],
                gr.update(visible=bool(found["examples"]) and not now),
                *example_updates(found["examples"], gr.update),
            ]

        gr.on([page.load, refresh.click], read_lists, session, lists, queue=False, **private)

        # The question leaves its field at once, in an event of its own, so that the next one can be typed meanwhile.
        def take(typed: str) -> tuple[str, Any, Any]:
            return typed, "" if typed.strip() else typed, gr.update(visible=False) if typed.strip() else gr.skip()

        gr.on([question.submit, ask.click], take, question, [asked, question, example_box], queue=False, **private).then(
            events.ask, [asked, session, *fields], [session, chat, evidence], **limit, **private
        )
        for button in example_buttons:
            button.click(take, button, [asked, question, example_box], queue=False, **private).then(
                events.ask, [asked, session, *fields], [session, chat, evidence], **limit, **private
            )
        fresh.click(lambda: ((), [], EMPTY, ""), None, [session, chat, evidence, question], queue=False, **private).then(
            read_lists, session, lists, queue=False, **private
        )

        def show_chips(*values: Any) -> tuple[str, Any]:
            markup = events.chips(*values)
            return markup, gr.update(visible=bool(markup))

        gr.on([f.change for f in fields], show_chips, fields, [chips, reset], queue=False, trigger_mode="always_last", **private)
        reset.click(lambda: ("", "", "", [], []), None, fields, queue=False, **private)

        uploading: dict[str, Any] = {"concurrency_id": "corpus", "concurrency_limit": 1, **private}
        files.upload(events.upload, files, outcome, **uploading).then(lambda: None, None, files, queue=False, **private).then(
            read_lists, session, lists, queue=False, **private
        )
        remove.click(events.remove, removing, outcome, **uploading).then(read_lists, session, lists, queue=False, **private)
        gr.on([about.submit, show.click], events.timeline, [about, *fields], events_table, **limit, **private)

    page.queue(max_size=settings.web.queue, default_concurrency_limit=settings.web.concurrency, api_open=False)
    return page
