"""What every response and request of the page must be: a middleware with the security headers and the limits on what comes in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from rag.web.auth import Door

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio 6 works with scripts of its own files alone: no inline script, no eval, as long as no gr.HTML component and no js= is
# used (both build functions from text). Its styles are set from scripts, hence 'unsafe-inline' there.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)

_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>.*?</script>", re.DOTALL | re.IGNORECASE)
_REMOTE_META = re.compile(rb"<meta\s[^>]*https?://[^>]*>", re.IGNORECASE)


class Guard:
    """ASGI middleware around the whole page.

    Args:
        app: What it guards.
        host: Address the page listens on; on a loopback address only loopback names are answered, so that a web site
            whose name is pointed at this machine (DNS rebinding) gets nothing.
        max_body: Largest request body, in bytes.
        head: Markup put into the head of Gradio's page.
        door: Asks for a password, or None.
    """

    def __init__(self, app: App, host: str, max_body: int, head: str = "", door: Door | None = None) -> None:
        self._app = app
        self._door = door
        self._head = head.encode()
        self._only_loopback = host in _LOOPBACK
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # The page uses none; one could pass the checks below by.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        if refusal:
            await _refuse(send, *refusal)
            return
        closed = self._door and self._door.refusal(headers.get(b"authorization", b""), (scope.get("client") or ("",))[0])
        if closed:
            await _refuse(send, *closed)
            return
        wants_page = scope["method"] == "GET" and b"text/html" in headers.get(b"accept", b"")
        if wants_page:
            # The page is rewritten below, which cannot be done once it is compressed.
            scope = {**scope, "headers": [(n, v) for n, v in scope["headers"] if n.lower() != b"accept-encoding"]}
        outgoing = _Outgoing(send, self._head)
        try:
            await self._app(scope, _limited(receive, self._max_body), outgoing)
        except _BodyTooLargeError:
            if not outgoing.started:
                await _refuse(send, 413, f"at most {self._max_body // 1_000_000} MB in one upload; send fewer files")

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[int, str] | None:
        host = headers.get(b"host", b"").decode("latin-1")
        if self._only_loopback and _hostname(host) not in _LOOPBACK:
            return 421, "this page answers on this machine only"
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and scope["method"] not in ("GET", "HEAD", "OPTIONS") and urlsplit(origin).netloc != host:
            return 403, "requests from other sites are not answered"
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._max_body:
            return 413, f"at most {self._max_body // 1_000_000} MB in one upload; send fewer files"
        return None


class _BodyTooLargeError(Exception):
    """The body grew beyond the limit while it was read."""


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _BodyTooLargeError
        return message

    return limited


class _Outgoing:
    """Adds the headers, and takes inline scripts out of pages: the policy would stop them anyway, with an error each."""

    def __init__(self, send: Send, head: bytes) -> None:
        self._send = send
        self._head = head
        self.started = False
        self._held: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name for name, _ in HEADERS}
            given = [(n, v) for n, v in message["headers"] if n.lower() not in own and n.lower() != b"server"]
            message = {**message, "headers": [*given, *HEADERS]}
            kinds = {n.lower(): v for n, v in given}
            if kinds.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in kinds:
                self._held = message
                return
            self.started = True
        elif message["type"] == "http.response.body" and self._held is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = _REMOTE_META.sub(b"", _INLINE_SCRIPT.sub(b"", self._body))
            if b"<gradio-app" in body:
                body = body.replace(b"</head>", self._head + b"</head>", 1)
            start, self._held = self._held, None
            headers = [(n, v) for n, v in start["headers"] if n.lower() != b"content-length"]
            self.started = True
            await self._send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
            message = {**message, "body": body}
        await self._send(message)


async def _refuse(send: Send, status: int, reason: str, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *more, *HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
