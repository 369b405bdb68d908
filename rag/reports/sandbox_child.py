"""The process that reads files for ``SandboxedReader``: takes bytes, gives back a result, and may be killed at any moment.

It opens no file of the user, writes none, starts no program, and does not outlive the pipe it reads from.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from rag.errors import ReportError
from rag.reports.files import extract
from rag.reports.names import find_acronyms
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.reports.wire import Request, pack_reply, pack_result, receive, receive_request, send
from rag.settings import Limits, Splitting

if sys.platform != "win32":  # there the parent's wall deadline is the only limit
    import resource

_SETUP_BYTES = 1 << 16
_STDERR_BYTES = 1 << 20
_OPEN_FILES = 64
# Past this share of the allowed memory the next file might fail for what earlier ones left behind.
_RETIRE_SHARE = 0.6


def main() -> None:
    """Serve the parent until it closes the pipe."""
    requests, replies = _private_pipes()
    logging.lastResort = None
    setup = json.loads(receive(requests, _SETUP_BYTES) or b"{}")
    limits, splitting = Limits(**setup["limits"]), Splitting(**setup["splitting"])
    _limit_process(limits)
    send(replies, b"ready")
    most = limits.file_mb * 1_000_000
    while (request := receive_request(requests, most)) is not None:
        _allow_seconds(limits.seconds)
        send(replies, _serve(request, limits, splitting))


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output kept for the messages alone: what a library prints goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return requests, replies


def _serve(request: Request, limits: Limits, splitting: Splitting) -> bytes:
    try:
        value = _read(request, limits, splitting)
        return pack_reply("ok", value=value, retire=_has_grown(limits))
    except ReportError as error:
        return pack_reply("refused", error.reason, retire=_has_grown(limits))
    except MemoryError:
        return pack_reply("memory", "out of memory", retire=True)
    except Exception as error:
        # A defect of the reader, not of the file's form: said as such, and the other files go on.
        logging.getLogger(__name__).debug("reading failed", exc_info=True)
        detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return pack_reply("failed", detail, retire=True)


def _read(request: Request, limits: Limits, splitting: Splitting) -> dict[str, Any]:
    extracted = extract(request.data, request.name, limits)
    report = parse_report(extracted, request.name, request.sha256, len(request.data))
    passages = split_report(report, splitting)
    if not passages:
        raise ReportError(request.name, "holds nothing that could be cited (site furniture only); nothing to add")
    return pack_result(report, passages, find_acronyms(report.text))


def _limit_process(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    _lower(resource.RLIMIT_AS, limits.memory_mb * 1_000_000)
    _lower(resource.RLIMIT_CORE, 0)
    # Only standard error, a small temporary file of the parent's, is ever written to.
    _lower(resource.RLIMIT_FSIZE, _STDERR_BYTES)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _lower(which: int, to: int) -> None:
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(which)[1]
    most = to if hard == resource.RLIM_INFINITY else min(to, hard)
    try:
        resource.setrlimit(which, (most, most))
    except (ValueError, OSError):
        # macOS knows no limit of address space; the wall and processor limits remain.
        logging.getLogger(__name__).debug("limit %s cannot be set", which)


def _allow_seconds(seconds: float) -> None:
    """Let the process use that much more processor time; past it the kernel ends it with SIGXCPU."""
    if sys.platform == "win32":
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = max(1, math.ceil(usage.ru_utime + usage.ru_stime + seconds))
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _has_grown(limits: Limits) -> bool:
    """Whether this process holds so much memory that the next file should meet a fresh one."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        # Not getrusage: Linux hands a new program the peak of the process that started it, a large one where models are loaded.
        held = int(statm.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    elif sys.platform == "win32":
        return False
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        held = peak if sys.platform == "darwin" else peak * 1024
    return held > _RETIRE_SHARE * limits.memory_mb * 1_000_000
