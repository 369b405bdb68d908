"""The Ask tab: where its parts stand and which handler each is tied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.web.chat import button_updates
from rag.web.evidence import EMPTY
from rag.web.examples import SHOWN
from rag.web.layout import PLAIN, PRIVATE, Desk, Follower
from rag.web.suggestions import SHOWN as SUGGESTED

if TYPE_CHECKING:
    from rag.web.chat import Events
    from rag.web.feedback_form import FeedbackForm


class AskTab:
    """The conversation with its evidence beside it.

    Args:
        events: What happens when something is asked.
        feedback: Opens under a thumb.
    """

    def __init__(self, events: Events, feedback: FeedbackForm) -> None:
        self._events = events
        self._feedback = feedback
        # In the queue: a request that runs for seconds would be cut off, with a traceback, when the program closes.
        self._suggesting = {"concurrency_id": "suggestions", "concurrency_limit": 4}

    def build(self) -> None:
        """Lay the tab out."""
        import gradio as gr

        with gr.Tab("Ask", id="ask"), gr.Row(elem_classes="desk"):
            # Inside the tab: Gradio counts whatever stands between the tabs as a tab.
            self._asked = gr.State("")
            # Between the page's script and the handlers: a conversation or a link to open, an answer to keep.
            self._restoring = gr.Textbox(visible="hidden", elem_id="restoring", label="Conversation to open")
            self._reopening = gr.Textbox(visible="hidden", elem_id="reopening", label="Link to open")
            self._kept = gr.Markdown("", **PLAIN, elem_id="kept-record")
            with gr.Column(scale=3, min_width=320, elem_classes="chat-side"):
                self._coverage = gr.Markdown("", **PLAIN, elem_id="coverage")
                self._chat = gr.Chatbot(
                    label="Conversation", show_label=False, container=False, elem_id="chat", buttons=[],
                    feedback_options=None, latex_delimiters=[], height=None, layout="panel",
                    group_consecutive_messages=False, allow_tags=False,
                    placeholder="", allow_file_downloads=False,
                )  # fmt: skip
                with gr.Column(elem_id="examples", visible=False) as self._example_box:
                    gr.Markdown('<p class="examples-label">For example</p>', **PLAIN)
                    self._examples = [gr.Button("", size="sm", visible=False, elem_classes="example") for _ in range(SHOWN)]
                with gr.Column(elem_id="suggestions", visible=False) as self._next_box:
                    self._next_label = gr.Markdown("", **PLAIN)
                    self._next = [gr.Button("", size="sm", visible=False, elem_classes="example") for _ in range(SUGGESTED)]
                with gr.Row(elem_classes="ask-row"):
                    self._question = gr.Textbox(
                        label="Question", show_label=False, container=False, lines=1, max_lines=6, scale=8,
                        elem_id="question", autofocus=True, max_length=20_000,
                        placeholder="Ask in plain words: who, when, where, how many …",
                    )  # fmt: skip
                    self._ask = gr.Button("Ask", variant="primary", scale=0, min_width=84, elem_id="ask")
                    self._fresh = gr.Button("New", scale=0, min_width=70, elem_id="fresh")
                    gr.Button("History", scale=0, min_width=84, elem_id="history")
            with gr.Column(scale=2, min_width=300, elem_classes="evidence-side"):
                self._feedback.build()
                self._evidence = gr.Markdown(EMPTY, **PLAIN, elem_id="evidence")

    def follower(self) -> Follower:
        """Coverage and example questions follow the library."""
        import gradio as gr

        def read(session: Any) -> list[Any]:
            examples = self._events.examples()
            return [
                self._events.coverage_line(),
                gr.update(visible=bool(examples) and not session),
                *button_updates(examples, SHOWN, gr.update),
            ]

        return Follower([self._coverage, self._example_box, *self._examples], read)

    def wire(self, desk: Desk) -> Any:
        """Tie the handlers.

        Args:
            desk: What they share.

        Returns:
            The event of a link that has set the filters.
        """
        import gradio as gr

        # The question leaves its field at once, in an event of its own, so that the next one can be typed meanwhile.
        def take(typed: str) -> tuple[str, Any, Any, Any]:
            gone = gr.update(visible=False) if typed.strip() else gr.skip()
            return typed, "" if typed.strip() else typed, gone, gone

        taken = [self._asked, self._question, self._example_box, self._next_box]
        shown = [desk.session, self._chat, self._evidence]
        self._answer(desk, gr.on([self._question.submit, self._ask.click], take, self._question, taken, queue=False, **PRIVATE))
        for button in (*self._examples, *self._next):
            self._answer(desk, button.click(take, button, taken, queue=False, **PRIVATE))

        def restore(kept: str, session: Any) -> list[Any]:
            return [*self._events.restore(kept, session), gr.update(visible=False), gr.update(visible=False)]

        opened = [*shown, self._example_box, self._next_box]
        self._restoring.change(restore, [self._restoring, desk.session], opened, queue=False, **PRIVATE)

        def reopen(link: str, session: Any) -> list[Any]:
            question, fields, *now = self._events.reopen(link, session)
            return [
                question,
                *(fields or [gr.skip()] * len(desk.fields)),
                *now,
                gr.update(visible=False),
                gr.update(visible=False),
            ]

        asked = [self._asked, *desk.fields, *opened]
        reopened = self._reopening.change(reopen, [self._reopening, desk.session], asked, queue=False, **PRIVATE)
        self._answer(desk, reopened)
        self._feedback.wire(desk)
        cleared = self._fresh.click(
            lambda: ((), [], EMPTY, "", gr.update(visible=False), gr.update(visible=False)),
            None,
            [*shown, self._question, self._feedback.box, self._next_box],
            queue=False,
            **PRIVATE,
        )
        desk.follow(cleared)
        return reopened

    def _answer(self, desk: Desk, event: Any) -> None:
        """Once a question has been taken: answer it, hand the answer to the browser to keep, and suggest what to ask next."""
        import gradio as gr

        def suggest(session: Any) -> list[Any]:
            questions = self._events.suggestions(session)
            # The page's script hides what belongs to an answer that is not the last one any more.
            label = f'<p class="examples-label" id="next-of-a{session[-1].number if session else 0}">Ask next</p>'
            return [gr.update(visible=bool(questions)), label, *button_updates(questions, SUGGESTED, gr.update)]

        given = [self._asked, desk.session, *desk.fields]
        shown = [desk.session, self._chat, self._evidence]
        event.then(self._events.ask, given, shown, **desk.questions, **PRIVATE).then(
            self._events.kept, desk.session, self._kept, queue=False, **PRIVATE
        ).then(suggest, desk.session, [self._next_box, self._next_label, *self._next], **self._suggesting, **PRIVATE)
