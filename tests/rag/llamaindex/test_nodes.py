from __future__ import annotations

from datetime import date

import pytest
from llama_index.core.schema import MetadataMode, TextNode
from made_nodes import parsed

from rag.errors import UsageError
from rag.llamaindex import node_to_passage, passage_to_node


def test_passage_survives_the_way_to_a_node_and_back() -> None:
    for node in parsed():
        passage = node_to_passage(node)
        again = TextNode.from_json(passage_to_node(passage).to_json())
        assert node_to_passage(again) == passage
    bridge = node_to_passage(parsed()[1])
    assert (bridge.place, bridge.published_on) == ("Tera", date(2018, 4, 9))
    assert "October 2017" in [mention.text for mention in bridge.dates]
    assert len(bridge.sentences) == 2


def test_model_sees_the_date_and_the_embedder_only_the_text() -> None:
    node = parsed()[1]
    assert node.get_content(MetadataMode.EMBED) == node.text
    shown = node.get_content(MetadataMode.LLM)
    assert "date: 2018-04-06" in shown
    assert "sentences" not in shown


def test_foreign_node_is_refused() -> None:
    with pytest.raises(UsageError, match="make nodes with ReportNodeParser"):
        node_to_passage(TextNode(text="words"))
