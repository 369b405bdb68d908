"""The Evaluate tab: questions with known answers asked of the corpus, and the scorecards that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import RagError, UsageError
from rag.web.evaluation import Wish
from rag.web.layout import PLAIN, PRIVATE, Desk, Follower
from rag.web.markup import alert, literal

if TYPE_CHECKING:
    from rag.web.evaluation import Evaluations
    from rag.web.scorecards import Scorecards

OWN = "own"
CHOICES = [("Development questions", "dev"), ("Test questions", "test"), ("Both", "all"), ("My own file", OWN)]
MOST = 100_000


class EvaluateTab:
    """Starting, cancelling and reading evaluations.

    Args:
        evaluations: Runs them.
        scorecards: Those of the finished ones.
    """

    def __init__(self, evaluations: Evaluations, scorecards: Scorecards) -> None:
        self._evaluations = evaluations
        self._scorecards = scorecards

    # --- what it does ------------------------------------------------------------------------------------------------------

    def start(self, questions: str, file: str | None, limit: float | None, ablation: bool, compare: str | None) -> str:
        """Begin an evaluation; what went wrong as markup, or nothing.

        Args:
            questions: One of ``CHOICES``.
            file: An uploaded file of questions, for the user's own.
            limit: A sample of so many; 0 or nothing for all.
            ablation: Also with each part switched off.
            compare: Name of an earlier one.

        Returns:
            Markup.
        """
        try:
            if questions == OWN and not file:
                raise UsageError('choose a file of questions first: JSON lines such as {"id","question","answers","evidence"}')
            if questions not in {value for _, value in CHOICES}:
                raise UsageError("choose which questions to ask")
            n = int(min(max(limit or 0, 0), MOST))
            self._evaluations.start(Wish(str(file) if questions == OWN else questions, n, bool(ablation), compare or ""))
        except RagError as error:
            return alert(str(error))
        return ""

    def cancel(self) -> str:
        """Stop the one under way."""
        return "" if self._evaluations.cancel() else '<p class="panel-note">No evaluation is under way.</p>'

    def shown(self, name: str | None, compare: str | None) -> str:
        """Where the script puts a scorecard: its name, and that of the earlier one, in markup."""
        if not name:
            note = (
                "No evaluation has been made yet. The questions are asked of a library of their own, made from the corpus folder."
            )
            return f'<p class="panel-note">{literal(note)}</p>'
        return f'<div class="run" hidden>{literal(name)}</div><div class="earlier" hidden>{literal(compare or "")}</div>'

    # --- how it looks ------------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Lay the tab out."""
        import gradio as gr

        with gr.Tab("Evaluate", id="evaluate"):
            with gr.Row(elem_classes="evaluate-row"):
                self._questions = gr.Radio(CHOICES, value="dev", label="Questions", elem_id="eval-questions")
                self._limit = gr.Number(0, label="Sample of (0: all)", minimum=0, maximum=MOST, precision=0, elem_id="eval-limit")
                self._compare = gr.Dropdown([("nothing", "")], value="", label="Compare with", elem_id="eval-compare")
            self._file = gr.File(label="My questions (JSON lines)", visible=False, elem_id="eval-file", height=110)
            with gr.Row(elem_classes="evaluate-row"):
                self._ablation = gr.Checkbox(False, label="Also with each part switched off (slow)", elem_id="eval-ablation")
                self._start = gr.Button("Evaluate", variant="primary", scale=0, min_width=120, elem_id="eval-start")
                self._cancel = gr.Button("Cancel", scale=0, min_width=100, elem_id="eval-cancel")
            self._told = gr.Markdown("", **PLAIN, elem_id="eval-told")
            # Filled by the script from the state of the machine.
            gr.Markdown('<div class="eval-progress"></div>', **PLAIN, elem_id="eval-progress")
            self._run = gr.Dropdown([], label="Scorecard", elem_id="eval-run")
            self._view = gr.Markdown("", **PLAIN, elem_id="eval-view")
            # The newest one when this visitor's page last looked.
            self._newest = gr.State("")
            with gr.Column(elem_id="eval-host"):
                gr.Markdown("", **PLAIN)

    def follower(self) -> Follower:
        """The finished ones follow; the newest is shown when a new one has come."""
        import gradio as gr

        def read(_: Any, shown: str | None, compare: str | None, before: str) -> Sequence[Any]:
            runs = self._scorecards.runs()
            names = [name for _, name in runs]
            kept = compare if compare in names else ""
            # A choice stays; one that had the newest goes on to a newer one.
            newest = names[0] if names else ""
            chosen = shown if shown in names and shown != before else newest or None
            return [
                gr.update(choices=runs, value=chosen),
                gr.update(choices=[("nothing", ""), *runs], value=kept),
                self.shown(chosen, kept),
                newest,
            ]

        return Follower([self._run, self._compare, self._view, self._newest], read, [self._run, self._compare, self._newest])

    def wire(self, desk: Desk) -> None:
        """Tie the handlers."""
        import gradio as gr

        def show_file(chosen: str) -> Any:
            return gr.update(visible=chosen == OWN)

        self._questions.change(show_file, self._questions, self._file, queue=False, **PRIVATE)
        given = [self._questions, self._file, self._limit, self._ablation, self._compare]
        self._start.click(self.start, given, self._told, queue=False, **PRIVATE)
        self._cancel.click(self.cancel, None, self._told, queue=False, **PRIVATE)
        gr.on(
            [self._run.change, self._compare.change],
            self.shown,
            [self._run, self._compare],
            self._view,
            queue=False,
            trigger_mode="always_last",
            **PRIVATE,
        )
