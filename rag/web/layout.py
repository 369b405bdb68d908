"""What the tabs of the page share: how their parts look, how their handlers run, and how they follow the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# Markdown, not HTML: it sanitises once more what we made, and gr.HTML would need 'unsafe-eval' in the policy.
PLAIN: dict[str, Any] = {"latex_delimiters": [], "sanitize_html": True, "container": False}
"""How every ``gr.Markdown`` that shows markup of ours is made."""

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""How every handler of the page is tied: no name in the interface, no overlay of Gradio's."""


@dataclass(frozen=True)
class Follower:
    """Parts of one tab that follow the library.

    Attributes:
        outputs: The parts.
        read: From the session, and the values of ``inputs``, to one value for each part; called when the page opens and whenever
            the library changed.
        inputs: Parts the reading depends on.
    """

    outputs: Sequence[Any]
    read: Callable[..., Sequence[Any]]
    inputs: Sequence[Any] = ()


@dataclass
class Desk:
    """What every tab is given to tie its handlers with.

    Attributes:
        session: The state that holds one visitor's conversation.
        fields: The filter fields: since, until, as of, countries, reports.
        questions: Limits of handlers that ask or search.
        changes: Limits of handlers that change the library: one at a time.
        followers: One for each tab, in the order of the page.
    """

    session: Any
    fields: list[Any]
    questions: dict[str, Any]
    changes: dict[str, Any] = field(default_factory=lambda: {"concurrency_id": "corpus", "concurrency_limit": 1})
    followers: list[Follower] = field(default_factory=list)

    def follow(self, event: Any) -> Any:
        """Read everything that follows the library again once an event is over.

        Args:
            event: What a component's ``click`` or the like gave back.

        Returns:
            The event of the reading, for what comes after it.
        """
        return event.then(self.read, self.inputs, self.outputs, queue=False, **PRIVATE)

    @property
    def outputs(self) -> list[Any]:
        """The parts of all tabs that follow the library."""
        return [part for follower in self.followers for part in follower.outputs]

    @property
    def inputs(self) -> list[Any]:
        """The session, and what the readings of all tabs depend on."""
        return [self.session, *(part for follower in self.followers for part in follower.inputs)]

    def read(self, session: Any, *given: Any) -> list[Any]:
        """One value for each of ``outputs``."""
        values: list[Any] = []
        for follower in self.followers:
            own, given = given[: len(follower.inputs)], given[len(follower.inputs) :]
            values += follower.read(session, *own)
        return values
