"""A small server on a free loopback port that speaks OpenAI's chat protocol, well or badly."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Loopback(ThreadingHTTPServer):
    """Answers requests by a list of behaviours, the last one for all that follow; remembers what it was sent.

    Behaviours: a text to stream ("|" in it waits until the test releases the server), or one of "hang", "drip", "cut",
    "cut clean", "429", "500", "401", "malformed", "page", "empty", "redirect".
    """

    daemon_threads = True

    def __init__(self, behaviours: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviours = list(behaviours)
        self.requests: list[dict[str, Any]] = []
        self.asked = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

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
        if what.isdigit():
            self._plain(int(what), b'{"error": {"message": "key sk-secret is wrong"}}', {"retry-after": "0"})
        elif what == "redirect":
            self._plain(307, b"", {"location": "http://127.0.0.1:9/elsewhere"})
        elif what == "page":
            self._plain(200, b"<html>A proxy's login page</html>", {"content-type": "text/html"})
        elif what == "hang":
            server.released.wait(60)
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
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        if what == "malformed":
            self._chunk(b'data: {"choices": [{"delta": {"content": \n\n')
        elif what == "drip":
            while not self.server.released.wait(0.05):
                self._event({"content": "."})
        elif what in ("cut", "cut clean"):
            self._event({"content": "Two guards were "})
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
                    self._event({"content": (" " if n else "") + word})
            self._event({}, "stop")
            self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, delta: dict[str, str], finish: str | None = None) -> None:
        data = {
            "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
            "choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}],
        }  # fmt: skip
        self._chunk(b"data: " + json.dumps(data).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
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
