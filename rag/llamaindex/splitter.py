"""Our splitting into passages, as a LlamaIndex node parser."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, cast

from llama_index.core.bridge.pydantic import Field
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, TextNode

from rag.llamaindex.nodes import hide_metadata, passage_to_node
from rag.reports.extracted import Extracted
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.settings import Splitting
from rag.types import Report


class ReportNodeParser(NodeParser):
    """Splits documents as reports: into dated entries, then into passages of whole sentences that never cross an entry."""

    splitting: Splitting = Field(default_factory=Splitting, description="Passage sizes.")

    @classmethod
    def class_name(cls) -> str:
        """Name in serialised pipelines."""
        return "ReportNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        found: list[BaseNode] = []
        for document in nodes:
            text = document.get_content(metadata_mode=MetadataMode.NONE)
            for passage in split_report(self._report(document, text), self.splitting):
                node = passage_to_node(passage)
                node.relationships[NodeRelationship.SOURCE] = document.as_related_node_info()
                found.append(node)
        return found

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Any]) -> list[BaseNode]:
        # LlamaIndex would look the text up in the document and may find an earlier copy; our offsets are exact.
        offsets = [(cast(TextNode, node).start_char_idx, cast(TextNode, node).end_char_idx) for node in nodes]
        nodes = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip(nodes, offsets, strict=True):
            cast(TextNode, node).start_char_idx, cast(TextNode, node).end_char_idx = start, end
            hide_metadata(node)  # the document's own has joined it
        return nodes

    @staticmethod
    def _report(document: BaseNode, text: str) -> Report:
        name = PurePath(str(document.metadata.get("file_name") or document.node_id)).name
        data = text.encode()
        return parse_report(Extracted(text, "txt"), name, hashlib.sha256(data).hexdigest(), len(data))
