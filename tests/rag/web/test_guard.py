from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from rag.web.headers import POLICY, Guard

PAGE = (
    b'<html><head><meta property="og:image" content="https://evil.example/x.png" /><script>var a = 1</script>'
    b'<script type="module" src="./a.js"></script></head><body><gradio-app></gradio-app><script>b</script></body></html>'
)


class Reply:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {n.decode().lower(): v.decode() for n, v in message["headers"]}
        else:
            self.body += message.get("body", b"")


def call(
    host: str = "127.0.0.1",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    chunks: tuple[bytes, ...] = (b"",),
    body: bytes = PAGE,
    kind: str = "text/html; charset=utf-8",
) -> Reply:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", kind.encode()), (b"content-length", b"1")],
            }
        )
        for i in range(0, len(body), 50):
            await send({"type": "http.response.body", "body": body[i : i + 50], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    pending = [{"type": "http.request", "body": c, "more_body": i + 1 < len(chunks)} for i, c in enumerate(chunks)]

    async def receive() -> Any:
        return pending.pop(0)

    reply = Reply()
    given = {"host": "127.0.0.1:7860", **(headers or {})}
    scope = {"type": "http", "method": method, "headers": [(n.encode(), v.encode()) for n, v in given.items()]}
    asyncio.run(Guard(app, host, max_body=1000, head="<link>")(scope, receive, reply.send))
    return reply


def test_every_reply_carries_the_policy_without_remote_hosts_or_inline_scripts() -> None:
    headers = call(body=b"{}", kind="application/json").headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    scripts = next(part for part in POLICY.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'"
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_page_loses_inline_scripts_and_remote_addresses_and_gets_our_head() -> None:
    reply = call()
    assert b"<script>" not in reply.body
    assert b'src="./a.js"' in reply.body
    assert b"evil.example" not in reply.body
    assert b"<link></head>" in reply.body
    assert reply.headers["content-length"] == str(len(reply.body))


def test_other_content_passes_unchanged() -> None:
    assert call(kind="text/plain").body == PAGE


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[bad"])
def test_foreign_host_names_get_nothing_from_a_local_page(host: str) -> None:
    assert call(headers={"host": host}).status == 421


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860"])
def test_local_names_are_served(host: str) -> None:
    assert call(headers={"host": host}).status == 200


def test_page_on_a_network_address_serves_any_name() -> None:
    assert call(host="0.0.0.0", headers={"host": "reports.example"}).status == 200


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:7860", 200)])
def test_posts_from_other_sites_are_refused(origin: str, status: int) -> None:
    assert call(method="POST", headers={"origin": origin}).status == status


def test_large_bodies_are_refused_whether_announced_or_not() -> None:
    assert call(method="POST", headers={"content-length": "1001"}).status == 413
    assert call(method="POST", chunks=(b"x" * 600, b"x" * 600)).status == 413
    assert call(method="POST", chunks=(b"x" * 600, b"x" * 400)).status == 200
