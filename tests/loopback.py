"""A small server on a free loopback port that speaks the chat protocols of OpenAI, Ollama and Anthropic, well or badly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class OpenAI:
    """Server-sent events of ``/v1/chat/completions``."""

    media = "text/event-stream"
    broken = b'data: {"choices": [{"delta": {"content": \n\n'

    def opening(self) -> bytes:
        return b""

    def piece(self, text: str) -> bytes:
        return self._event({"role": "assistant", "content": text}, None)

    def closing(self) -> bytes:
        return self._event({"role": "assistant"}, "stop") + b"data: [DONE]\n\n"

    def whole(self, text: str) -> bytes:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return json.dumps({"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}).encode()

    @staticmethod
    def _event(delta: dict[str, str], finish: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        data = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
        return b"data: " + json.dumps(data).encode() + b"\n\n"


class Ollama:
    """Lines of JSON of ``/api/chat``."""

    media = "application/x-ndjson"
    broken = b'{"model": "m", "message": {"role": "assi\n'

    def opening(self) -> bytes:
        return b""

    def piece(self, text: str) -> bytes:
        return self._line(text, done=False) + b"\n"

    def closing(self) -> bytes:
        return self._line("", done=True) + b"\n"

    def whole(self, text: str) -> bytes:
        return self._line(text, done=True)

    @staticmethod
    def _line(text: str, *, done: bool) -> bytes:
        message = {"role": "assistant", "content": text}
        data = {"model": "m", "created_at": "2018-04-06T00:00:00Z", "message": message, "done": done}
        return json.dumps(data | ({"done_reason": "stop", "prompt_eval_count": 3, "eval_count": 3} if done else {})).encode()


class Anthropic:
    """Server-sent events of ``/v1/messages``."""

    media = "text/event-stream"
    broken = b'event: content_block_delta\ndata: {"type": "content_block_delta", "index": \n\n'
    _head: ClassVar = {"id": "1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None}
    _usage: ClassVar = {"input_tokens": 3, "output_tokens": 3}

    def opening(self) -> bytes:
        start = self._event("message_start", message=self._head | {"usage": self._usage})
        return start + self._event("content_block_start", index=0, content_block={"type": "text", "text": ""})

    def piece(self, text: str) -> bytes:
        return self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def closing(self) -> bytes:
        stop = self._event("content_block_stop", index=0)
        stop += self._event("message_delta", delta={"stop_reason": "end_turn"}, usage=self._usage)
        return stop + self._event("message_stop")

    def whole(self, text: str) -> bytes:
        said = {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": self._usage}
        return json.dumps(self._head | said).encode()

    @staticmethod
    def _event(kind: str, **values: Any) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n".encode()


_PROTOCOLS = {"/v1/chat/completions": OpenAI(), "/api/chat": Ollama(), "/v1/messages": Anthropic()}


class Loopback(ThreadingHTTPServer):
    """Answers requests by a list of behaviours, the last one for all that follow; remembers what it was sent.

    Behaviours: a text to stream ("|" in it waits until the test releases the server), or one of "hang", "drip", "cut",
    "cut clean", "429", "500", "401", "malformed", "page", "empty", "redirect". The protocol is that of the path asked.
    """

    daemon_threads = True

    def __init__(self, behaviours: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviours = list(behaviours)
        self.requests: list[dict[str, Any]] = []
        self.asked = threading.Event()
        self.released = threading.Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The address as providers of OpenAI's protocol want it."""
        return f"{self.base}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Loopback

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server = self.server
        server.requests.append({"path": self.path, "body": body, "headers": dict(self.headers)})
        server.asked.set()
        what = server.behaviours[min(len(server.requests), len(server.behaviours)) - 1]
        self.wire = _PROTOCOLS[self.path]
        if what.isdigit():
            self._plain(int(what), b'{"error": {"message": "key sk-secret is wrong"}}', {"retry-after": "0"})
        elif what == "redirect":
            self._plain(307, b"", {"location": f"{server.base}/elsewhere"})
        elif what == "page":
            self._plain(200, b"<html>A proxy's login page</html>", {"content-type": "text/html"})
        elif what == "hang":
            server.released.wait(60)
        elif not body.get("stream"):
            self._plain(200, self.wire.whole("" if what == "empty" else what), {})
        else:
            self._stream(what)

    def _plain(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"content-type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, what: str) -> None:
        self.send_response(200)
        self.send_header("content-type", self.wire.media)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._chunk(self.wire.opening())
        if what == "malformed":
            self._chunk(self.wire.broken)
        elif what == "drip":
            while not self.server.released.wait(0.05):
                self._chunk(self.wire.piece("."))
        elif what in ("cut", "cut clean"):
            self._chunk(self.wire.piece("Two guards were "))
            if what == "cut":
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
        else:
            for n, word in enumerate([] if what == "empty" else what.split(" ")):
                if word == "|":
                    self.server.released.wait(120)
                else:
                    self._chunk(self.wire.piece((" " if n else "") + word))
            self._chunk(self.wire.closing())
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()


@contextmanager
def loopback(*behaviours: str) -> Iterator[Loopback]:
    with Loopback(behaviours) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
