"""Addresses of our own beside Gradio's: a report as a page, the timeline as a file, scorecards, the state of the machine."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

from rag.answers.timeline_csv import timeline_csv
from rag.errors import RagError
from rag.types import Span
from rag.web.entry_view import render_entry
from rag.web.filters import read_filters
from rag.web.markup import literal
from rag.web.report_view import document, render_document, render_report

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant
    from rag.web.evaluation import Evaluations
    from rag.web.machine import Machine
    from rag.web.scorecards import Scorecards


def add_routes(app: FastAPI, assistant: Assistant, machine: Machine, evaluations: Evaluations, scorecards: Scorecards) -> None:
    """Add them to the application.

    Args:
        app: The application.
        assistant: Shows reports and finds events.
        machine: The background work.
        evaluations: The one under way.
        scorecards: Those of the finished ones.
    """
    from fastapi import Query
    from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

    # As many as questions answered at the same time: a timeline of everything is no lighter than a question.
    room = threading.BoundedSemaphore(assistant.settings.web.concurrency)

    def machine_status() -> JSONResponse:
        status = {**machine.status(), "evaluation": evaluations.status()}
        return JSONResponse(status, headers={"cache-control": "no-store"})

    def report(report_id: str, start: int = -1, end: int = -1, part: bool = False) -> HTMLResponse:
        try:
            found = assistant.show(report_id)
        except RagError as error:
            return HTMLResponse(f'<p class="panel-note">{literal(str(error))}</p>', status_code=404)
        quote = Span(start, end) if 0 <= start < end else None
        return HTMLResponse(render_report(found, quote) if part else render_document(found, quote))

    def entry(report_id: str, index: int, start: int = -1, end: int = -1, part: bool = False) -> HTMLResponse:
        quote = Span(start, end) if 0 <= start < end else Span(0, 0)
        try:
            found = assistant.show(report_id)
            body = render_entry(found, index, quote, root="" if part else "../../")
        except RagError as error:
            return HTMLResponse(f'<p class="panel-note">{literal(str(error))}</p>', status_code=404)
        except IndexError:
            return HTMLResponse('<p class="panel-note">The report has no such entry.</p>', status_code=404)
        return HTMLResponse(body if part else document(found.title, body, depth=2))

    def timeline(
        about: str = "",
        since: str = "",
        until: str = "",
        as_of: str = "",
        country: Annotated[tuple[str, ...], Query()] = (),
        report: Annotated[tuple[str, ...], Query()] = (),
    ) -> Response:
        try:
            with room:
                rows = assistant.timeline(about, filters=read_filters(since, until, as_of, country, report))
        except RagError as error:
            return PlainTextResponse(str(error), status_code=400)
        # With a byte order mark spreadsheets read it as UTF-8.
        return Response(
            timeline_csv(rows).encode("utf-8-sig"),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="timeline.csv"', "cache-control": "no-store"},
        )

    def evaluation(name: str, part: bool = False) -> HTMLResponse:
        try:
            return HTMLResponse(scorecards.part(name) if part else scorecards.page(name))
        except RagError as error:
            return HTMLResponse(f'<p class="panel-note">{literal(str(error))}</p>', status_code=404)

    def questions(name: str) -> Response:
        try:
            return JSONResponse(scorecards.rows(name), headers={"cache-control": "no-store"})
        except RagError as error:
            return PlainTextResponse(str(error), status_code=404)

    app.add_api_route("/evaluation/{name}", evaluation, methods=["GET"])
    app.add_api_route("/evaluation/{name}/questions", questions, methods=["GET"])
    app.add_api_route("/desk-status", machine_status, methods=["GET"])
    app.add_api_route("/report/{report_id}", report, methods=["GET"])
    app.add_api_route("/entry/{report_id}/{index}", entry, methods=["GET"])
    app.add_api_route("/timeline.csv", timeline, methods=["GET"])
