"""The Reports tab: taking files, the table of reports, removal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.web.corpus import Corpus, render_lines, render_reports
from rag.web.layout import PLAIN, PRIVATE, Desk, Follower
from rag.web.markup import count

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.web.machine import Machine


class ReportsTab:
    """What can be done to the corpus from the page.

    Args:
        assistant: Lists the reports.
        corpus: Takes and removes files.
        machine: The background work, for what the last sync found.
    """

    def __init__(self, assistant: Assistant, corpus: Corpus, machine: Machine) -> None:
        self._assistant = assistant
        self._corpus = corpus
        self._machine = machine

    # --- what it does ------------------------------------------------------------------------------------------------------

    def upload(self, files: Sequence[str] | None) -> Iterator[str]:
        """Take files one by one.

        Args:
            files: Where the upload lies.

        Yields:
            The outcome so far.
        """
        paths = list(files or ())
        lines: list[tuple[str, bool, str]] = []
        yield render_lines(lines, f"Reading {count(len(paths), 'file')} …" if paths else "")
        for line in self._corpus.upload(paths):
            lines.append(line)
            left = len(paths) - len(lines)
            yield render_lines(lines, f"{count(left, 'file')} to go …" if left else "")

    def remove(self, report_id: str) -> str:
        """Remove one report; the outcome as a line."""
        try:
            return render_lines([("", True, self._corpus.remove(str(report_id or "")[:400]))])
        except RagError as error:
            return render_lines([("", False, str(error))])

    def lists(self) -> tuple[str, str]:
        """The table of reports, and what the last sync found."""
        return render_reports(self._assistant.list()), render_lines(self._machine.sync_outcome[-50:])

    # --- how it looks ------------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Lay the tab out."""
        import gradio as gr

        with gr.Tab("Reports", id="reports"):
            self._files = gr.File(label="Add reports: drop files here", file_count="multiple", elem_id="upload", height=120)
            self._outcome = gr.Markdown("", **PLAIN, elem_id="outcome")
            self._synced = gr.Markdown("", **PLAIN, elem_id="synced")
            self._table = gr.Markdown("", **PLAIN, elem_id="reports-table")
            # The Remove buttons stand in the table; a script asks for confirmation and then presses this one.
            self._removing = gr.Textbox(visible="hidden", elem_id="removing", label="Report to remove", max_length=400)
            self._remove = gr.Button("Remove", visible="hidden", elem_id="remove")

    def follower(self) -> Follower:
        """The table and the outcome of the last sync follow the library."""

        def read(_: Any) -> Sequence[str]:
            return self.lists()

        return Follower([self._table, self._synced], read)

    def wire(self, desk: Desk) -> None:
        """Tie the handlers."""
        uploaded = self._files.upload(self.upload, self._files, self._outcome, **desk.changes, **PRIVATE)
        desk.follow(uploaded.then(lambda: None, None, self._files, queue=False, **PRIVATE))
        desk.follow(self._remove.click(self.remove, self._removing, self._outcome, **desk.changes, **PRIVATE))
