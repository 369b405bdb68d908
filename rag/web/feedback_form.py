"""The form that opens under a thumb: why, and what the answer should have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.web.judging import ALL, ANY, MAX_CHARACTERS, NONE, Judging
from rag.web.layout import PLAIN, PRIVATE, Desk
from rag.web.markup import alert

if TYPE_CHECKING:
    from collections.abc import Sequence

MEANINGS = (
    ("Any line below would be right", ANY),
    ("All lines below together (a list)", ALL),
    ("The reports do not say", NONE),
)


class FeedbackForm:
    """Stands above the evidence, so that the passages can be read while it is filled in.

    Args:
        judging: Keeps what is given.
    """

    def __init__(self, judging: Judging) -> None:
        self._judging = judging

    def build(self) -> None:
        """Lay the form out, hidden."""
        import gradio as gr

        # A script writes here which button was pressed.
        self._pressed = gr.Textbox(visible="hidden", elem_id="pressed", label="Answer judged", max_length=40)
        with gr.Column(visible=False, elem_id="feedback") as self._box:
            self._title = gr.Markdown("", **PLAIN)
            self._reason = gr.Textbox(label="Why? (optional)", lines=1, max_lines=4, max_length=MAX_CHARACTERS, elem_id="why")
            with gr.Column(visible=False, elem_id="correction") as self._correction:
                self._meaning = gr.Radio(list(MEANINGS), value=ANY, label="What it should have been", elem_id="meaning")
                self._expected = gr.Textbox(
                    label="The right answer, short; one a line",
                    lines=2,
                    max_lines=6,
                    max_length=MAX_CHARACTERS,
                    elem_id="expected",
                )
                self._evidence = gr.Dropdown(
                    [], multiselect=True, allow_custom_value=True, elem_id="chosen-evidence",
                    label="The words that state it: choose, or paste them from a report shown",
                )  # fmt: skip
            self._status = gr.Markdown("", **PLAIN, elem_id="kept")
            with gr.Row(elem_classes="feedback-acts"):
                self._save = gr.Button("Save", size="sm", elem_id="save-feedback", min_width=80)
                self._save_question = gr.Button("Save as eval question", size="sm", elem_id="save-question", min_width=160)
                self._close = gr.Button("Close", size="sm", elem_id="close-feedback", min_width=80)

    def wire(self, desk: Desk) -> None:
        """Tie the handlers."""
        import gradio as gr

        def pressed(which: str, session: Any) -> list[Any]:
            try:
                form = self._judging.press(which, session)
            except RagError as error:
                problem = alert(str(error))
                return [gr.update(visible=True), problem, "", gr.update(visible=False), ANY, "", gr.update(value=[]), ""]
            return [
                gr.update(visible=True),
                form.title,
                "",
                gr.update(visible=form.bad),
                ANY,
                "",
                gr.update(choices=list(form.choices), value=[]),
                form.status,
            ]

        form = [
            self._box,
            self._title,
            self._reason,
            self._correction,
            self._meaning,
            self._expected,
            self._evidence,
            self._status,
        ]
        self._pressed.change(pressed, [self._pressed, desk.session], form, queue=False, **PRIVATE)

        def save(which: str, session: Any, reason: str, meaning: str, expected: str, evidence: Sequence[str] | None) -> str:
            return self._judging.save(which, session, reason, meaning, expected, evidence)

        def save_question(which: str, session: Any, *typed: Any) -> str:
            return self._judging.save(which, session, *typed, as_question=True)

        filled = [self._pressed, desk.session, self._reason, self._meaning, self._expected, self._evidence]
        self._save.click(save, filled, self._status, queue=False, **PRIVATE)
        self._save_question.click(save_question, filled, self._status, queue=False, **PRIVATE)
        self._close.click(lambda: gr.update(visible=False), None, self._box, queue=False, **PRIVATE)

    @property
    def box(self) -> Any:
        """The part that is shown or hidden."""
        return self._box
