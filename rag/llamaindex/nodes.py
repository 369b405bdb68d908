"""Passages as LlamaIndex nodes, and back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, NodeWithScore, RelatedNodeInfo, TextNode

from rag.errors import UsageError
from rag.types import DateMention, DateRange, Passage, RetrievedPassage, Span

_SHOWN_TO_MODELS = ("report", "title", "date", "place")
"""Metadata a language model should see beside the text; the rest is for finding the way back."""


def passage_to_node(passage: Passage) -> TextNode:
    """A node with the passage's id and text; everything else goes into flat metadata, dates as ISO text.

    Args:
        passage: Any passage.

    Returns:
        The node. Its embedded text is the passage's alone; language models also see report, title, date and place.
    """
    metadata: dict[str, Any] = {
        "report_id": passage.report_id,
        "report": passage.report,
        "title": passage.title,
        "country": passage.country,
        "published_on": _iso(passage.published_on),
        "date": _iso(passage.date),
        "entry": passage.entry,
        "entry_from": _iso(passage.on.start) if passage.on else None,
        "entry_to": _iso(passage.on.end) if passage.on else None,
        "place": passage.place,
        "is_lead": passage.is_lead,
        "start": passage.start,
        "end": passage.end,
        "sentences": json.dumps([[s.start, s.end] for s in passage.sentences]),
        "dates": json.dumps(
            [[m.start, m.end, m.text, m.range.start.isoformat(), m.range.end.isoformat(), m.kind] for m in passage.dates]
        ),
    }
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.report_id)},
    )
    hide_metadata(node)
    return node


def node_to_passage(node: BaseNode) -> Passage:
    """The passage a node was made from.

    Args:
        node: Made by ``passage_to_node`` or read back from a store that kept its metadata.

    Returns:
        An equal passage.

    Raises:
        UsageError: The node was not made from a passage.
    """
    data = node.metadata
    try:
        on = DateRange(_day(data["entry_from"]), _day(data["entry_to"])) if data["entry_from"] else None
        return Passage(
            id=node.node_id,
            report_id=data["report_id"],
            report=data["report"],
            title=data["title"],
            country=data["country"],
            published_on=_day(data["published_on"]) if data["published_on"] else None,
            entry=data["entry"],
            on=on,
            place=data["place"],
            is_lead=data["is_lead"],
            start=data["start"],
            end=data["end"],
            text=node.get_content(metadata_mode=MetadataMode.NONE),
            sentences=tuple(Span(start, end) for start, end in json.loads(data["sentences"])),
            dates=tuple(
                DateMention(start, end, text, DateRange(_day(first), _day(last)), kind)
                for start, end, text, first, last, kind in json.loads(data["dates"])
            ),
        )
    except KeyError as error:
        raise UsageError(
            f"node {node.node_id}: no passage ({error} is missing from its metadata); make nodes with ReportNodeParser"
        ) from error


def retrieved_to_node(retrieved: RetrievedPassage) -> NodeWithScore:
    """The passage as a node, with its score."""
    return NodeWithScore(node=passage_to_node(retrieved.passage), score=retrieved.score)


def hide_metadata(node: BaseNode) -> None:
    """Keep all metadata of a node from embedders, and all but report, title, date and place from language models."""
    node.excluded_embed_metadata_keys = list(node.metadata)
    node.excluded_llm_metadata_keys = [key for key in node.metadata if key not in _SHOWN_TO_MODELS]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str) -> date:
    return date.fromisoformat(text)
