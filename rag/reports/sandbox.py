"""Reads files in a child process that may be slow, hungry or dead without harm: every bad input is one line, the rest goes on.

The child is started on the first file and kept; it is killed and replaced when it dies, runs out of time or grows too large.
Its limits: address space, processor time for each file, open files, file size, no core dumps; the parent adds a deadline by
the wall clock. Windows has none of these limits and macOS none of address space: there the wall deadline is what remains.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, cast

import rag
from rag.errors import ReportError
from rag.reports.files import check_size, load
from rag.reports.formats import check_name
from rag.reports.parser import PARSER_VERSION
from rag.reports.wire import ReadResult, Reply, Request, WireError, receive, send, send_request, unpack_reply, unpack_result
from rag.settings import Limits, Splitting

logger = logging.getLogger(__name__)

__all__ = ["ReadResult", "SandboxedReader"]

# -I leaves out the environment's and the user's own additions to the path, so the child is told where this program lies.
_START = """import json, sys
package, *others = json.loads(sys.argv[1])
sys.path[:] = [package, *sys.path, *(path for path in others if path not in sys.path)]
from rag.reports.sandbox_child import main
main()"""
_READY_BYTES = 64
_START_SECONDS = 60.0
_DYING_SECONDS = 5.0
# Bytes a reply may need for a character of text: up to 4 for itself, the rest for positions of sentences and dates.
_REPLY_BYTES_A_CHARACTER = 16
_REPLY_BYTES = 16_000_000
_KEPT_ENVIRONMENT = ("SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")


class SandboxedReader:
    """Files to reports in a child process; a context manager, safe to use from several threads (one file at a time)."""

    def __init__(self, limits: Limits, splitting: Splitting) -> None:
        """Nothing is started yet.

        Args:
            limits: What one file may cost.
            splitting: How entries become passages.
        """
        self._limits = limits
        self._splitting = splitting
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> SandboxedReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the child; reading again starts another."""
        with self._lock:
            self._drop()

    def read(self, source: Path | str | bytes, name: str = "", *, inside: Path | None = None) -> ReadResult:
        """Read one file, by path or as bytes. A child that cannot be started at all is a RuntimeError.

        Args:
            source: Path of the file, or its content.
            name: File name the report gets; that of the path when not given. Its ending says what the file should be.
            inside: Folder that the file must lie in once links are followed; None for anywhere.

        Returns:
            The report, its passages, and the acronyms it explains.

        Raises:
            ReportError: One line on what is wrong with the file and what to do.
        """
        if not isinstance(source, bytes):
            path = Path(source)
            name = name or path.name
            check_name(name)
            data = load(path, name, self._limits, inside)
        else:
            data = source
            check_name(name)
            check_size(len(data), name, self._limits)
        request = Request(name, hashlib.sha256(data).hexdigest(), data)
        with self._lock:
            reply = self._ask(request)
            if reply.kind == "ok":
                return self._result(reply, request)
        if reply.kind == "refused":
            raise ReportError(name, reply.reason)
        if reply.kind == "memory":
            raise ReportError(name, self._memory_reason())
        raise ReportError(name, f"the reader failed on it ({reply.reason}); save the file in another format, and report this")

    def _ask(self, request: Request) -> Reply:
        """Send a file to the child and wait for its reply; whatever goes wrong, the child is gone afterwards."""
        if self._child and not self._child.is_alive():
            self._drop()  # it ended while idle, which is not this file's fault
        child = self._child = self._child or _Child(self._limits, self._splitting)
        try:
            data = child.exchange(
                request, self._limits.seconds, _REPLY_BYTES + _REPLY_BYTES_A_CHARACTER * self._limits.text_mb * 1_000_000
            )
            if data is None:
                raise ReportError(request.name, self._death_reason(child))
            reply = unpack_reply(data)
        except WireError as error:
            self._drop()
            raise ReportError(
                request.name, f"the reader gave no sensible answer ({error}); save the file in another format"
            ) from error
        except BaseException:
            # Also at Ctrl-C: a reply still under way must not be taken for the next file's.
            self._drop()
            raise
        if reply.retire or child.is_overdue:
            self._drop()
        return reply

    def _result(self, reply: Reply, request: Request) -> ReadResult:
        try:
            return unpack_result(
                reply.value,
                name=request.name,
                sha256=request.sha256,
                size=len(request.data),
                report_id=_report_id(request),
            )
        except WireError as error:
            self._drop()
            raise ReportError(
                request.name, f"the reader gave no sensible answer ({error}); save the file in another format"
            ) from error

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def _death_reason(self, child: _Child) -> str:
        code, words = child.end(patience_s=_DYING_SECONDS)
        limits = self._limits
        cause = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit code {code}"
        if child.is_overdue or cause == "SIGXCPU":
            return f"took more than {limits.seconds:g} s to read; split it, or raise limits.seconds"
        if "MemoryError" in words:
            return self._memory_reason()
        if cause == "SIGKILL":
            return "the system ended the reader, for lack of memory most likely; split the file, or free memory and add it again"
        return f"the reader broke down on it ({cause}); save the file in another format"

    def _memory_reason(self) -> str:
        return f"needs more than {self._limits.memory_mb} MB of memory to read; split it, or raise limits.memory_mb"


def _report_id(request: Request) -> str:
    """The id a report must have; worked out here as well, so that a bad child cannot pass one report off as another."""
    key = f"{request.name}\0{request.sha256}\0{PARSER_VERSION}"
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class _Child:
    """One child process."""

    def __init__(self, limits: Limits, splitting: Splitting) -> None:
        self.is_overdue = False
        self._words = ""
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        package = str(Path(rag.__file__).resolve().parent.parent)
        paths = [package, *(path for path in sys.path if path and os.path.isabs(path))]
        environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, json.dumps(paths)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            cwd=os.path.abspath(os.sep),
            env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which then ends the child
        )
        self._to = cast(BinaryIO, self._process.stdin)
        self._from = cast(BinaryIO, self._process.stdout)
        setup = {"limits": limits.model_dump(), "splitting": splitting.model_dump()}
        try:
            with self._deadline(_START_SECONDS), contextlib.suppress(OSError):
                send(self._to, json.dumps(setup).encode())
                if receive(self._from, _READY_BYTES) == b"ready":
                    return
        except BaseException:
            self.end()
            raise
        _, words = self.end(patience_s=_DYING_SECONDS)
        raise RuntimeError(f"the process that reads files cannot be started: {words or 'no reason given'}")

    def exchange(self, request: Request, seconds: float, most: int) -> bytes | None:
        """The child's reply to a file, or None when it died over it."""
        with self._deadline(seconds):
            try:
                send_request(self._to, request)
                return receive(self._from, most)
            except OSError:  # the pipe broke: the child died while it was still being given the file
                return None

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # so that it cannot strike at the next file

    def _expire(self) -> None:
        self.is_overdue = True
        self._process.kill()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self, patience_s: float = 0.0) -> tuple[int, str]:
        """Kill it, whatever it does.

        Args:
            patience_s: Seconds it is given to end by itself; one that is dying already then tells its own reason.

        Returns:
            Its exit code (negative for a signal) and the last line it wrote to standard error.
        """
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience_s)
        if self.is_alive():
            self._process.kill()
        code = self._process.wait()
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was not sent any more
                stream.close()
        if not self._stderr.closed:
            size = self._stderr.seek(0, os.SEEK_END)
            self._stderr.seek(max(0, size - 2000))
            lines = self._stderr.read().decode("utf-8", "replace").split("\n")
            self._stderr.close()
            self._words = next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")
            logger.debug("reader ended with %s: %s", code, self._words)
        return code, self._words
