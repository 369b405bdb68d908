"""The page. Importing this costs nothing; Gradio comes in when the page is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.settings import Settings


def serve(settings: Settings, sync: bool = False) -> None:
    """Open the page and stay until stopped; an address that cannot be listened on is a ``UsageError``.

    Args:
        settings: All settings; ``web.host`` and ``web.port`` say where.
        sync: Bring the corpus folder into the library in the background.
    """
    from rag.web.server import run

    run(settings, sync)
