"""The interfaces of a running page: a password over every address, MCP with the read-only functions, many users at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from browser_kit import page_process

from eval.bench.doors import ApiDoor, Auth, Door, PageDoor, Told
from eval.bench.load import run_load

pytestmark = pytest.mark.integration


PASSWORD = "correct horse battery staple"
COUNTS = ("seven", "nine", "eleven", "twelve", "thirty")
REPORTS = {
    f"{country.lower()}-2018-0{n}-09.txt": f"{country}: News Of The Month\n\nJune 9, 2018: A quiet month, said the army.\n\n"
    f"June {n}, 2018: In the north ({place}) gunmen attacked a camp and {count} soldiers were killed.\n"
    for n, (country, place, count) in enumerate(
        zip(("Mali", "Niger", "Chad", "Libya", "Benin"), ("Gao", "Ayorou", "Faya", "Sebha", "Kandi"), COUNTS, strict=True), 1
    )
}
QUESTIONS = [f"how many soldiers were killed in {place}" for place in ("Gao", "Ayorou", "Faya", "Sebha", "Kandi")]


@dataclass(frozen=True)
class Server:
    url: str
    log: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "corpus").mkdir()
    for name, text in REPORTS.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    (folder / "password").write_text(PASSWORD + "\n")
    settings = {"WEB_USER": "ana", "WEB_PASSWORD_FILE": str(folder / "password"), "WEB_MCP": "true"}
    with page_process(folder, **settings) as url:
        address = url.rstrip("/")
        ready = httpx.Client(base_url=address, auth=("ana", PASSWORD), timeout=120)
        while ready.get("/desk-status").json()["state"] != "ready":
            pass  # each request takes its time; the test's own time limit ends a server that never gets ready
        ready.close()
        yield Server(address, folder / "server.log")


@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/desk/desk.css", "/desk-status", "/report/x", "/timeline.csv", "/gradio_api/info", "/mcp"],
)
def test_every_address_asks_for_the_password(server: Server, path: str) -> None:
    assert httpx.get(server.url + path, timeout=30).status_code == 401
    assert httpx.post(server.url + path, timeout=30).status_code == 401


@pytest.mark.parametrize("door", [ApiDoor, PageDoor])
def test_many_users_at_once_get_each_their_own_answers(server: Server, door: Callable[[str, Auth], Door]) -> None:
    found = asyncio.run(run_load(server.url, QUESTIONS, users=8, each=4, door=door, auth=("ana", PASSWORD)))
    assert found.errors == []
    assert found.crossed == []
    assert len(found.seconds) == 32
    assert len(found.expected) == len(QUESTIONS)
    for start, answers in found.expected.items():
        for turn, answer in enumerate(answers):
            assert COUNTS[(start + turn) % len(COUNTS)] in answer


def test_answer_that_reaches_another_user_is_found_out(server: Server) -> None:
    class Careless(ApiDoor):
        """Gives every third answer to the wrong question."""

        asked = 0

        async def ask(self, question: str) -> Told:
            Careless.asked += 1
            told = await super().ask(question)
            return replace(told, question=QUESTIONS[0]) if Careless.asked > 10 and Careless.asked % 3 == 0 else told

    found = asyncio.run(run_load(server.url, QUESTIONS, users=5, each=2, door=Careless, auth=("ana", PASSWORD)))
    assert found.crossed


def test_mcp_client_lists_and_calls_the_read_only_functions(server: Server) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[set[str], str, str]:
        address = f"{server.url}/mcp"
        async with (
            httpx.AsyncClient(auth=("ana", PASSWORD), timeout=60) as http,
            streamable_http_client(address, http_client=http) as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool.description or "" for tool in (await session.list_tools()).tools}
            answer = await session.call_tool("ask", {"question": QUESTIONS[0]})
            listed = await session.call_tool("list", {})
            assert "quotations" in tools["ask"]
            refused = await session.call_tool("search", {"question": "camp", "since": "yesterdayish"})
            assert refused.isError
            assert "is not a date" in str(refused.content)
            return set(tools), str(answer.content), str(listed.content)

    tools, answer, listed = asyncio.run(talk())
    assert tools == {"ask", "search", "timeline", "list"}
    assert "seven" in answer
    assert "mali-2018-01-09.txt" in listed


def test_wrong_passwords_lock_the_address_out_and_are_not_logged(server: Server) -> None:
    """Stands last: afterwards this machine's address is locked out for a while."""
    codes = [httpx.get(server.url, auth=("ana", f"wrong-{n}"), timeout=30).status_code for n in range(7)]
    assert codes[:5] == [401] * 5
    assert codes[5:] == [429] * 2
    reply = httpx.get(server.url, auth=("ana", PASSWORD), timeout=30)
    assert reply.status_code == 429
    assert int(reply.headers["retry-after"]) > 0
    text = server.log.read_text()
    assert "wrong name or password came from 127.0.0.1" in text
    assert "wrong-" not in text
    assert PASSWORD not in text
