"""What went wrong with a language model's server, in one line of our own: theirs may quote a key or a page of HTML."""

from __future__ import annotations

import logging

from rag.errors import ModelError
from rag.models.providers import ModelName

logger = logging.getLogger(__name__)

_RETRYABLE = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_REASONS = {
    400: "bad request",
    401: "the key is not accepted",
    403: "not allowed",
    404: "no such model or address",
    429: "too many requests",
}


def told(name: ModelName, error: BaseException) -> ModelError:
    """The error to raise for one that a provider's class raised.

    Args:
        name: The model.
        error: What was raised.

    Returns:
        An error that says what happened where, and whether asking again may help.
    """
    if isinstance(error, ModelError):
        return error
    logger.debug("%s failed with %s", name, type(error).__name__)
    where = f"{name} at {name.host}" if name.host else str(name)
    status = getattr(error, "status_code", None)
    kind = f"{type(error).__name__} {type(error.__cause__).__name__}".lower()
    if isinstance(status, int) and status >= 300:
        line = f"{where} answered HTTP {status}{_reason(status)}"
        return ModelError(line, retryable=status in _RETRYABLE, retry_after_s=_retry_after(error))
    if "timeout" in kind:
        return ModelError(f"{where} did not answer in time", retryable=True)
    if isinstance(error, ConnectionAbortedError):
        return ModelError(f"{where} broke off its answer", retryable=True)
    if isinstance(error, ConnectionError) or "connect" in kind:
        return ModelError(f"{where} cannot be reached; is the server running?", retryable=True)
    if "protocol" in kind or "read" in kind:
        return ModelError(f"{where} broke off its answer", retryable=True)
    if isinstance(error, (ValueError, KeyError, TypeError, AttributeError, IndexError)):
        return ModelError(f"{where} sent something that is no answer ({type(error).__name__})", retryable=True)
    return ModelError(f"{where} failed ({type(error).__name__})")


def _reason(status: int) -> str:
    said = _REASONS.get(status) or ("the server failed" if status >= 500 else "")
    return f" ({said})" if said else ""


def _retry_after(error: BaseException) -> float:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return 0.0
