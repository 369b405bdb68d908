"""The named endpoints as tools for MCP clients, over the page's own server: the same functions, all of them read-only."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.web.endpoints import Endpoints

ADDRESS = "/mcp"


def mcp_server(endpoints: Endpoints, concurrency: int) -> Any:
    """An MCP server (streamable HTTP, no state between calls) with one tool for each endpoint.

    Not Gradio's: that one asks the page over HTTP as a client of its own, which a password at the door keeps out.

    Args:
        endpoints: Functions; signatures and docstrings become the tools' descriptions.
        concurrency: Calls worked on at the same time.

    Returns:
        A ``FastMCP``.
    """
    import anyio
    from mcp.server.fastmcp import FastMCP
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.types import ToolAnnotations

    # Host and origin are checked by the guard around the whole page.
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server: Any = FastMCP(
        "Ask the Reports",
        instructions="Questions about dated reports; every answer is made of quotations that can be checked, or says that the "
        "reports do not say.",
        stateless_http=True,
        json_response=True,
        streamable_http_path=ADDRESS,
        transport_security=unchecked,
        log_level="WARNING",
    )
    room = anyio.CapacityLimiter(concurrency)
    for name, function in endpoints.named().items():
        server.add_tool(
            _in_thread(function, room),
            name=name,
            annotations=ToolAnnotations(readOnlyHint=True, openWorldHint=False),
            structured_output=False,
        )
    return server


def add_mcp(app: FastAPI, server: Any) -> None:
    """Serve it under ``ADDRESS``.

    Args:
        app: The application, made with ``lifespan_of(server)``.
        server: From ``mcp_server``.
    """
    app.router.routes.extend(server.streamable_http_app().routes)


def lifespan_of(server: Any) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What has to run while the application does."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return lifespan


def _in_thread(function: Callable[..., Any], room: Any) -> Callable[..., Any]:
    """The function off the event loop, so that a long answer holds nobody else up."""
    import anyio.to_thread

    @functools.wraps(function)
    async def call(*args: Any, **given: Any) -> Any:
        return await anyio.to_thread.run_sync(functools.partial(function, *args, **given), limiter=room)

    return call
