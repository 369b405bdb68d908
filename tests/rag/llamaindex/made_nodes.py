"""A small dated report and the nodes it is parsed into."""

from __future__ import annotations

from llama_index.core import Document
from llama_index.core.schema import TextNode

from rag.llamaindex import ReportNodeParser

REPORT = """Niger: Bridges And Ferries

April 9, 2018: The river has been high for a month. Trade has all but stopped on the southern bank.

April 6, 2018: In the west (Tera) engineers rebuilt the bridge that fell in October 2017. Three of them were paid late.

April 2, 2018: In the south (Gaya) the ferry sank. The next day it was raised.
"""


def parsed() -> list[TextNode]:
    """The report's nodes, in its order."""
    document = Document(text=REPORT, id_="doc-1", metadata={"file_name": "niger.txt"})
    nodes = ReportNodeParser().get_nodes_from_documents([document])
    assert all(isinstance(node, TextNode) for node in nodes)
    return nodes  # type: ignore[return-value]
