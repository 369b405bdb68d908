"""The password at the door of the page: HTTP Basic authentication (RFC 7617) over every address, with lock-out after failures."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.errors import SettingsError

if TYPE_CHECKING:
    from rag.settings import Web

logger = logging.getLogger(__name__)

FAILURES = 5
"""Wrong passwords from one address before it is locked out."""

LOCKED_S = 300.0
"""Length of a lock-out, and the time after which old failures no longer count, in seconds."""

_ADDRESSES = 10_000
"""Addresses remembered; the longest silent are forgotten first, so that a flood of them cannot fill the memory."""


class Door:
    """Lets requests in that bring the right name and password.

    Args:
        user: The name.
        password: The password; only its digest is kept.
        clock: Seconds that never go back.
    """

    def __init__(self, user: str, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(f"{user}:{password}".encode())
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def refusal(self, authorization: bytes, address: str) -> tuple[int, str, tuple[tuple[bytes, bytes], ...]] | None:
        """Why a request is not let in, or None when it is.

        Args:
            authorization: The header, or nothing.
            address: Where the request comes from.

        Returns:
            Status, reason and headers of the reply.
        """
        with self._lock:
            now = self._clock()
            recent = [at for at in self._failures.get(address, ()) if now - at < LOCKED_S]
            if len(recent) >= FAILURES:
                left = max(1, round(LOCKED_S - (now - recent[-1])))
                return 429, f"too many wrong passwords; try again in {left} seconds", ((b"retry-after", str(left).encode()),)
            given = _credentials(authorization)
            if given is not None and hmac.compare_digest(_digest(given), self._digest):
                self._failures.pop(address, None)
                return None
            if given is not None:
                self._failures[address] = [*recent, now]
                self._failures.move_to_end(address)
                while len(self._failures) > _ADDRESSES:
                    self._failures.popitem(last=False)
                logger.warning("a wrong name or password came from %s (%d of %d)", address, len(recent) + 1, FAILURES)
        challenge = (b"www-authenticate", b'Basic realm="Ask the Reports", charset="UTF-8"')
        return 401, "name and password are needed", (challenge,)


def door_of(web: Web) -> Door | None:
    """The door the settings ask for.

    Args:
        web: Settings of the page.

    Returns:
        None when no password is set.

    Raises:
        SettingsError: The password file cannot be read or is empty, or a name is set without a password.
    """
    password = web.password.get_secret_value()
    if web.password_file:
        try:
            with open(web.password_file, encoding="utf-8") as file:
                password = file.readline().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"web.password_file = {web.password_file}: cannot be read; check the path and its rights"
            ) from error
        if not password:
            raise SettingsError(f"web.password_file = {web.password_file}: its first line is empty; write the password there")
    if not password:
        if web.user:
            raise SettingsError("web.user is set without a password; set RAG_WEB_PASSWORD or web.password_file")
        return None
    return Door(web.user, password)


def _credentials(authorization: bytes) -> bytes | None:
    scheme, _, value = authorization.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        return b""


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
