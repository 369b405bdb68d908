"""Every error the program raises on purpose; each message says what, where and what to do next, in one line.

RagError
├── SettingsError        a setting is unknown or out of range
├── UsageError           the request itself cannot be served (an empty question, an unknown report)
├── ReportError          one input could not become a report; the rest of its batch goes on
├── LibraryError         the stored library cannot be used as asked
│   ├── IndexFailedError
│   ├── IndexMissingError
│   └── IndexMismatchError
└── ModelError           a model could not be loaded, or failed (``retryable`` says whether again may help)
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is fit to be shown to a user."""


class SettingsError(RagError):
    """A setting is unknown, malformed or out of its range."""


class UsageError(RagError):
    """The request cannot be served as asked: an empty question, an unknown report, a bad date."""


class ReportError(RagError):
    """One file could not become a report.

    Args:
        name: The file name as the user gave it; kept as an attribute.
        reason: What is wrong and what to do, without the name; kept as an attribute.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason

    def __reduce__(self) -> tuple[type[ReportError], tuple[str, str]]:
        # Exception's own pickling passes the joined message, which would lose the two fields.
        return type(self), (self.name, self.reason)


class LibraryError(RagError):
    """The stored library cannot be used as asked."""


class IndexFailedError(LibraryError):
    """The vector index failed at a call; what it holds can be made again from the catalog."""


class IndexMissingError(LibraryError):
    """The vector index is absent and could not be rebuilt."""


class IndexMismatchError(LibraryError):
    """The stored index was made by another model or another program."""


class ModelError(RagError):
    """A model could not be loaded or did not answer.

    Args:
        message: What happened and what to do.
        retryable: True when the same call may succeed later (time-out, overload); kept as an attribute.
        retry_after_s: Seconds the other side asked to wait before that, 0 when it did not say; kept as an attribute.
    """

    def __init__(self, message: str, *, retryable: bool = False, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retryable = retryable
        self.retry_after_s = retry_after_s
