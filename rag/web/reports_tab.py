"""The Reports tab: taking files, the table of reports, replacement and removal, what the folder and the library hold."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.reports.date_text import format_day
from rag.web.corpus import Corpus, described, render_lines
from rag.web.coverage_view import render_coverage
from rag.web.layout import PLAIN, PRIVATE, Desk, Follower
from rag.web.markup import alert, count, literal, one_line
from rag.web.reports_table import DEFAULT_ORDER, render_reports
from rag.web.uploads import render_files, take_all

if TYPE_CHECKING:
    from datetime import datetime

    from rag.assistant import Assistant
    from rag.library.sync_note import SyncNote
    from rag.web.machine import Machine

logger = logging.getLogger(__name__)

_NAMED = 8
"""Files a line names before it only counts them."""


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
        for states in take_all(self._corpus, list(files or ())):
            yield render_files(states)

    def replace(self, report_id: str, file: str | None) -> str:
        """Put a file in the place of a report; the outcome as a line."""
        try:
            ok, line = self._corpus.replace(str(report_id or "")[:400], file or "")
        except RagError as error:
            ok, line = False, str(error)
        except OSError as error:
            logger.exception("a replacement failed")
            ok, line = False, f"not replaced: {error.strerror}; check the corpus folder"
        return render_lines([("", ok, line)])

    def remove(self, report_id: str) -> str:
        """Remove one report; the outcome as a line."""
        try:
            return render_lines([("", True, self._corpus.remove(str(report_id or "")[:400]))])
        except RagError as error:
            return render_lines([("", False, str(error))])

    def sync(self) -> str:
        """Begin a sync; the line that says so."""
        begun = self._machine.sync_now()
        line = "Reading the corpus folder …" if begun else "A sync is under way already."
        return f'<p class="panel-note" role="status">{literal(line)}</p>'

    def table(self, search: str = "", order: str = DEFAULT_ORDER) -> str:
        """The table of reports."""
        return render_reports(self._assistant.list(), str(search or "")[:200], str(order or ""))

    def folder(self) -> str:
        """What the last sync found, what the last one changed that found something to do, and what has changed since."""
        if not self._assistant.settings.corpus.is_dir():
            return '<p class="panel-note">The corpus folder does not exist yet; the first file added makes it.</p>'
        note = self._assistant.last_sync()
        problem = alert(self._machine.sync_problem) if self._machine.sync_problem else ""
        lines = [literal(_synced(note))] if note else []
        try:
            changes = self._assistant.folder_changes()
        except RagError as error:
            logger.info("the corpus folder cannot be compared: %s", error)
        else:
            told = [
                f"{count(len(names), 'file')} {what} ({_named(names)})"
                for names, what in (
                    (changes.new, "new"),
                    (changes.changed, "changed"),
                    (changes.gone, "gone, so that a sync removes the report" + ("s" if len(changes.gone) > 1 else "")),
                )
                if names
            ]
            lines.append(
                literal("In the folder since: " + "; ".join(told) + ".") if told else "The folder has not changed since."
            )
        body = "".join(f'<p class="panel-note">{line}</p>' for line in lines)
        return problem + body + (_changes(note) if note else "")

    # --- how it looks ------------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Lay the tab out."""
        import gradio as gr

        with gr.Tab("Reports", id="reports"):
            self._files = gr.File(label="Add reports: drop files here", file_count="multiple", elem_id="upload", height=120)
            self._outcome = gr.Markdown("", **PLAIN, elem_id="outcome")
            with gr.Row(elem_classes="sync-row"):
                self._sync = gr.Button("Sync folder", size="sm", elem_id="sync", min_width=110, scale=0)
                self._synced = gr.Markdown("", **PLAIN, elem_id="synced")
            self._coverage = gr.Markdown("", **PLAIN, elem_id="coverage-chart")
            self._search = gr.Textbox(
                label="Search the reports", show_label=False, container=False, elem_id="search-reports", max_length=200,
                placeholder="Search titles, file names, countries",
            )  # fmt: skip
            self._table = gr.Markdown("", **PLAIN, elem_id="reports-table")
            # The buttons stand in the table; a script asks for confirmation, fills these in and presses them.
            self._order = gr.Textbox(DEFAULT_ORDER, visible="hidden", elem_id="sorting", label="Order", max_length=40)
            self._sort = gr.Button("Sort", visible="hidden", elem_id="sort")
            self._removing = gr.Textbox(visible="hidden", elem_id="removing", label="Report to remove", max_length=400)
            self._remove = gr.Button("Remove", visible="hidden", elem_id="remove")
            self._replacing = gr.Textbox(visible="hidden", elem_id="replacing", label="Report to replace", max_length=400)
            self._replacement = gr.File(visible="hidden", label="Its new file", elem_id="replacement")

    def follower(self) -> Follower:
        """Table, coverage and the state of the folder follow the library."""

        def read(_: Any, search: str, order: str) -> Sequence[str]:
            return self.table(search, order), self.folder(), render_coverage(self._assistant.entries_by_month())

        return Follower([self._table, self._synced, self._coverage], read, [self._search, self._order])

    def wire(self, desk: Desk) -> None:
        """Tie the handlers."""
        import gradio as gr

        uploaded = self._files.upload(self.upload, self._files, self._outcome, **desk.changes, **PRIVATE)
        desk.follow(uploaded.then(lambda: None, None, self._files, queue=False, **PRIVATE))
        given = [self._replacing, self._replacement]
        replaced = self._replacement.upload(self.replace, given, self._outcome, **desk.changes, **PRIVATE)
        desk.follow(replaced.then(lambda: None, None, self._replacement, queue=False, **PRIVATE))
        desk.follow(self._remove.click(self.remove, self._removing, self._outcome, **desk.changes, **PRIVATE))
        self._sync.click(self.sync, None, self._synced, queue=False, **PRIVATE)
        gr.on(
            [self._search.change, self._sort.click],
            self.table,
            [self._search, self._order],
            self._table,
            queue=False,
            trigger_mode="always_last",
            **PRIVATE,
        )


def _synced(note: SyncNote) -> str:
    found = ", ".join(f"{n:,} {status}" for status, n in note.counts.items()) or "the folder is empty"
    return f"Last sync {_moment(note.at)}: {found}."


def _changes(note: SyncNote) -> str:
    """What the last sync did that found something to do."""
    if note.changed_at is None:
        return ""
    lines = render_lines([(r.name, r.status != "refused", described(r)) for r in note.changes])
    if note.changed <= _NAMED and note.changed_at == note.at:
        return lines
    when = "" if note.changed_at == note.at else f" on {_moment(note.changed_at)}"
    more = f", the first {len(note.changes)} of them" if note.changed > len(note.changes) else ""
    summary = literal(f"What it last changed{when}: {count(note.changed, 'file')}{more}")
    return f'<details class="sync-lines"><summary>{summary}</summary>{lines}</details>'


def _moment(at: datetime) -> str:
    return f"{format_day(at.date())}, {at:%H:%M} UTC"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(one_line(name, 80) for name in names[:_NAMED]) + more
