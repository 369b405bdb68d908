"""Two ways to ask a running page over HTTP: its named interface, and as a browser does, in a session of its own."""

from __future__ import annotations

import asyncio
import html
import json
import re
import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

TIMEOUT_S = 300.0
"""Longest wait for one reply."""

Auth = tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it came.

    Attributes:
        question: The one it belongs to, as the page says.
        answer: Its text.
        turn: Place in the conversation, from 1; 0 where there is none.
        thread: Names the conversation, or "".
    """

    question: str
    answer: str
    turn: int = 0
    thread: str = ""


class Door(Protocol):
    """One user's connection."""

    async def ask(self, question: str) -> Told:
        """Ask and wait for the whole answer; a ``ValueError`` or ``httpx.HTTPError`` says what failed."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class _Http:
    """A connection of its own.

    Args:
        url: Address of the page.
        auth: Name and password.
    """

    def __init__(self, url: str, auth: Auth = None) -> None:
        import httpx

        self._client = httpx.AsyncClient(base_url=url, auth=auth, timeout=TIMEOUT_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()


class ApiDoor(_Http):
    """The named endpoint ``ask``: every question stands alone."""

    async def ask(self, question: str) -> Told:
        """See ``Door``: a call, then its event stream up to the result."""
        body = {"data": [question, None, "", "", "", None, None]}
        event = (await self._client.post("/gradio_api/call/ask", json=body)).raise_for_status().json()["event_id"]
        kind = ""
        async with self._client.stream("GET", f"/gradio_api/call/ask/{event}") as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                name, _, value = line.partition(":")
                if name == "event":
                    kind = value.strip()
                elif name == "data" and kind == "complete":
                    row = json.loads(value)[0]
                    return Told(str(row["question"]), str(row["answer"]))
                elif name == "data" and kind == "error":
                    raise ValueError(f"the page answered with an error: {value.strip()}")
        raise ValueError("the stream ended without an answer")


class PageDoor(_Http):
    """A page session: what a browser sends when a question is typed and sent, through the queue, the conversation on the server.

    A question is taken, answered in parts, handed over to be kept by the browser (which tells what the session holds), and
    followed by suggestions, which nobody waits for.
    """

    def __init__(self, url: str, auth: Auth = None) -> None:
        super().__init__(url, auth)
        self._session = secrets.token_hex(6)
        self._steps: list[dict[str, Any]] = []
        self._kinds: dict[int, str] = {}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._early: dict[str, dict[str, Any]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._suggesting: set[asyncio.Task[Any]] = set()

    async def ask(self, question: str) -> Told:
        """See ``Door``; the time of its suggestions is not waited for."""
        take, answer, keep, suggest = self._steps or await self._open()
        await self._run(take, question)
        await self._queued(answer)
        [markup] = await self._run(keep)
        record = json.loads(html.unescape(re.sub("<[^>]+>", "", markup)))
        task = asyncio.create_task(self._queued(suggest))
        self._suggesting.add(task)
        return Told(record["question"], record["answer"], record["number"], record["thread"])

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait for the suggestions; what failed in them is raised here."""
        try:
            await asyncio.gather(*self._suggesting)
        finally:
            if self._listening is not None:
                self._listening.cancel()
            await super().__aexit__(kind, error, trace)

    async def _open(self) -> list[dict[str, Any]]:
        """What sending a question sets off: the handler of the field, and what follows it, one after the other."""
        config = (await self._client.get("/config")).raise_for_status().json()
        self._kinds = {c["id"]: c["type"] for c in config["components"]}
        field = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
        after = {d["trigger_after"]: d for d in config["dependencies"] if d.get("trigger_after") is not None}
        steps = [next(d for d in config["dependencies"] if [field, "submit"] in d["targets"])]
        while steps[-1]["id"] in after:
            steps.append(after[steps[-1]["id"]])
        self._steps = steps
        return steps

    def _body(self, step: dict[str, Any], *given: str) -> dict[str, Any]:
        """Nothing for what the server holds, an empty field otherwise."""
        empty: dict[str, Any] = {"state": None, "dropdown": []}
        data = [empty.get(self._kinds[i], "") for i in step["inputs"]]
        return {"data": [*given, *data[len(given) :]], "fn_index": step["id"], "session_hash": self._session, "trigger_id": None}

    async def _run(self, step: dict[str, Any], *given: str) -> list[Any]:
        """A handler outside the queue."""
        reply = (await self._client.post("/gradio_api/run/predict", json=self._body(step, *given))).raise_for_status()
        data: list[Any] = reply.json()["data"]
        return data

    async def _queued(self, step: dict[str, Any]) -> None:
        """A handler in the queue, up to its end."""
        reply = (await self._client.post("/gradio_api/queue/join", json=self._body(step))).raise_for_status()
        event = reply.json()["event_id"]
        ended = self._waiting.setdefault(event, asyncio.get_running_loop().create_future())
        if event in self._early:
            ended.set_result(self._early.pop(event))
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        message = await ended
        del self._waiting[event]
        if not message.get("success"):
            raise ValueError(f"the page answered with an error: {message.get('output')}")

    async def _listen(self) -> None:
        """The session's stream, opened anew as long as something is waited for."""
        try:
            while any(not future.done() for future in self._waiting.values()):
                async with self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as stream:
                    stream.raise_for_status()
                    async for line in stream.aiter_lines():
                        if line.startswith("data:"):
                            self._heard(json.loads(line[5:]))
        except Exception as error:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(error)

    def _heard(self, message: dict[str, Any]) -> None:
        event = message.get("event_id") or ""
        if message["msg"] == "unexpected_error":
            raise ValueError(f"the page answered with an error: {message.get('message')}")
        if message["msg"] != "process_completed":
            return
        future = self._waiting.get(event)
        if future is None:
            self._early[event] = message  # its end came before the reply that names it
        elif not future.done():
            future.set_result(message)
