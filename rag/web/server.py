"""The web server around the page: our own routes, Gradio's, and the guard over both."""

from __future__ import annotations

import importlib.util
import logging
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.assistant import Assistant
    from rag.settings import Settings
    from rag.web.machine import Machine

logger = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"


def run(settings: Settings, sync: bool, announce: Callable[[str], None] | None = None) -> None:
    """Open the page and stay until stopped; an address that cannot be listened on is a ``UsageError``.

    Args:
        settings: All settings.
        sync: Bring the corpus folder into the library in the background.
        announce: Told the page's address; standard output when None.
    """
    from rag.web.auth import door_of

    # What is wrong with the settings is told before anything heavy is loaded.
    door_of(settings.web)
    _check_mcp(settings)
    listener = _listen(settings.web.host, settings.web.port)
    _quiet_gradio(settings)
    import uvicorn

    from rag.assistant import Assistant

    with Assistant(settings, long_lived=True) as assistant:
        app, machine = build_app(settings, assistant)
        machine.start(sync)
        host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
        # From here on visitors wait instead of being turned away while the server starts.
        listener.listen(128)
        (announce or _say)(f"Ask the Reports is open on http://{host}:{listener.getsockname()[1]}")
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)

        class Server(uvicorn.Server):
            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                # Pages that are still open hold an event stream each; cutting these off is no error worth a traceback.
                logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
                machine.begin_to_stop()
                await super().shutdown(sockets)

        try:
            Server(config).run(sockets=[listener])
        finally:
            machine.stop()


def build_app(settings: Settings, assistant: Assistant) -> tuple[FastAPI, Machine]:
    """The whole application, not yet running.

    Args:
        settings: All settings.
        assistant: Answers.

    Returns:
        The application and its background work, not yet started.
    """
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles

    from rag.library.feedback import FeedbackLog
    from rag.web.ask_tab import AskTab
    from rag.web.auth import door_of
    from rag.web.chat import Events
    from rag.web.corpus import Corpus
    from rag.web.endpoints import Endpoints
    from rag.web.evaluate_tab import EvaluateTab
    from rag.web.evaluation import Evaluations
    from rag.web.examples import Examples
    from rag.web.feedback_form import FeedbackForm
    from rag.web.filter_bar import FilterBar
    from rag.web.headers import Guard
    from rag.web.judging import Judging
    from rag.web.machine import Machine
    from rag.web.page import HEAD, build_page, theme
    from rag.web.reports_tab import ReportsTab
    from rag.web.routes import add_routes
    from rag.web.scorecards import Scorecards
    from rag.web.timeline_tab import TimelineTab
    from rag.web.tools import add_mcp, lifespan_of, mcp_server

    corpus, examples = Corpus(assistant), Examples(assistant)
    machine = Machine(assistant, corpus, examples)
    judging = Judging(FeedbackLog(settings.home), assistant.show, settings)
    scorecards = Scorecards(settings.home)
    evaluations = Evaluations(settings, scorecards, machine.changed)
    machine.at_stop(evaluations.stop)
    endpoints = Endpoints(assistant)
    page = build_page(
        settings,
        FilterBar(assistant),
        AskTab(Events(assistant, examples, lambda: machine.stopping), FeedbackForm(judging)),
        ReportsTab(assistant, corpus, machine),
        TimelineTab(assistant),
        EvaluateTab(evaluations, scorecards),
        endpoints,
    )
    tools = mcp_server(endpoints, settings.web.concurrency) if settings.web.mcp else None
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan_of(tools) if tools else None)
    if tools:
        add_mcp(app, tools)
    # A margin for what a multipart body adds to its files.
    largest = settings.web.upload_mb * 1_000_000 + 1_000_000
    app.add_middleware(Guard, host=settings.web.host, max_body=largest, head=HEAD, door=door_of(settings.web))
    app.mount("/desk", StaticFiles(directory=STATIC))
    add_routes(app, assistant, machine, evaluations, scorecards)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=theme(),
        footer_links=["api"],
        run_history=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        show_error=True,
        max_file_size=settings.web.upload_mb * 1_000_000,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return app, machine


def _check_mcp(settings: Settings) -> None:
    if settings.web.mcp and importlib.util.find_spec("mcp") is None:
        raise SettingsError('web.mcp needs a package that is not installed; run: pip install "ask-the-reports[mcp]"')


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, bound before anything heavy is loaded, so that a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(f"{host}:{port} cannot be listened on ({reason}); choose another with --port or RAG_WEB_PORT") from error
    return listener


def _quiet_gradio(settings: Settings) -> None:
    """What Gradio reads from the environment at import: nothing is reported home, uploads pass through the library's folder."""
    uploads = settings.home / "uploads"
    uploads.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        {
            "GRADIO_ANALYTICS_ENABLED": "False",
            "GRADIO_RUN_HISTORY": "False",
            "GRADIO_MCP_SERVER": "False",
            "GRADIO_TEMP_DIR": str(uploads.resolve()),
            "HF_HUB_DISABLE_TELEMETRY": "1",
        }
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
