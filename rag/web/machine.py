"""What runs behind the page: loading the models and bringing the corpus folder in; and one line that says how far they are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.web.markup import count

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library.results import Progress
    from rag.web.corpus import Corpus
    from rag.web.examples import Examples

logger = logging.getLogger(__name__)


class _Stopped(BaseException):
    """Ends a sync at its next step when the program closes; no ``Exception``, lest something on the way take it for a refusal."""


class Machine:
    """The background work of one page.

    Args:
        assistant: Does the work.
        corpus: Its lock keeps sync and uploads apart.
        examples: Tried out once the models are there.
    """

    def __init__(self, assistant: Assistant, corpus: Corpus, examples: Examples) -> None:
        self._assistant = assistant
        self._corpus = corpus
        self._examples = examples
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ends: list[Callable[[], None]] = []
        self._step = ""
        self._warming = False
        self._problem = ""
        self._revision = 0
        self._syncing = threading.Lock()
        self.sync_problem = ""

    def start(self, sync: bool) -> None:
        """Begin in the background; the page answers meanwhile."""
        self._warming = True
        self._threads = [threading.Thread(target=self._run, args=(sync,), name="machine", daemon=True)]
        for thread in self._threads:
            thread.start()

    def sync_now(self) -> bool:
        """Begin to bring the corpus folder in, in the background.

        Returns:
            False when that is going on already.
        """
        if self._syncing.locked() or self._stop.is_set():
            return False
        self._step = "Reading the corpus folder"
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._threads.append(threading.Thread(target=self._sync_alone, name="sync", daemon=True))
        self._threads[-1].start()
        return True

    def _sync_alone(self) -> None:
        try:
            self._sync()
            self.sync_problem = ""
        except _Stopped:
            logger.info("stopped while bringing the corpus in; the next start goes on")
        except RagError as error:
            self.sync_problem = f"the last sync failed: {error}"
            logger.error("%s", error)
        except Exception:
            self.sync_problem = "the last sync failed; the program's log says why"
            logger.exception("sync failed")
        finally:
            self._step = ""
            self._revision += 1

    @property
    def stopping(self) -> bool:
        """Whether the program is closing."""
        return self._stop.is_set()

    def begin_to_stop(self) -> None:
        """Let whatever looks at ``stopping`` end, without waiting for it."""
        self._stop.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask the work to end and wait for it; what was not finished is finished by the next start."""
        self._stop.set()
        for end in self._ends:
            end()
        self.wait(timeout_s)

    def at_stop(self, end: Callable[[], None]) -> None:
        """Have something called when the program closes."""
        self._ends.append(end)

    def wait(self, timeout_s: float) -> None:
        """Wait until the work is done, or the time is over."""
        for thread in self._threads:
            thread.join(timeout_s)

    def _run(self, sync: bool) -> None:
        try:
            self._assistant.warm()
            self._warming = False
            self._revision += 1
            if sync:
                self._sync_alone()
            self._examples.try_out()
            self._revision += 1
        except RagError as error:
            self._problem = str(error)
            logger.error("%s", error)
        except Exception:
            self._problem = "the background work failed; the program's log says why"
            logger.exception("background work failed")
        finally:
            self._warming, self._step = False, ""

    def _sync(self) -> None:
        folder = self._assistant.settings.corpus
        if not folder.is_dir():
            logger.warning("the corpus folder %s does not exist; nothing was read", folder)
            return
        from rag.web.corpus import described

        self._step = "Reading the corpus folder"
        with self._syncing, self._corpus.lock:
            results = self._assistant.sync(folder, self._progress)
        for result in results:
            if result.status != "unchanged":
                logger.log(logging.WARNING if result.status == "refused" else logging.INFO, "%s", described(result))

    def _progress(self, event: Progress) -> None:
        if self._stop.is_set():
            raise _Stopped
        words = {
            "read": "Reading reports",
            "embed": "Indexing",
            "index": "Indexing",
            "wait": "Waiting for another program that indexes",
        }
        self._step = f"{words[event.stage]} {event.done}/{event.total}"

    def changed(self) -> None:
        """Something else that the page lists has changed."""
        self._revision += 1

    def status(self) -> dict[str, Any]:
        """How things stand, never waiting for a model.

        Returns:
            ``line`` in words; ``busy`` while something goes on; ``state`` "ready", "busy" or "failed"; ``version``, which changes
            when the page should read its lists again.
        """
        status = self._assistant.status()
        holding = f"{count(status.reports, 'report')}, {count(status.passages, 'passage')}"
        doing = []
        if self._warming:
            doing.append("models loading")
        if self._step:
            doing.append(self._step[0].lower() + self._step[1:])
        elif status.indexing_total:
            doing.append(f"indexing {status.indexing_done}/{status.indexing_total}")
        problem = self._problem or self.sync_problem
        state = "busy" if doing else "failed" if problem else "ready"
        line = f"{holding} · {'; '.join(doing) or problem or 'ready'}"
        return {"line": line, "busy": bool(doing), "state": state, "version": f"{self._revision}-{status.reports}"}
