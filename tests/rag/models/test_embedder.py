"""The real model: int8 on ONNX Runtime against fp32 on sentence-transformers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.embedder import Embedder, PackagedEmbedder, load_embedder
from rag.models.export import export_name
from rag.models.weights import packaged_folder
from rag.settings import Settings

pytestmark = pytest.mark.integration

TEXTS = [
    "Who rebuilt the bridge at Tera?",
    "The river rose four meters in two days, and the ferry that served both banks was carried away with its crew of three.",
    "On May 14, 2016, delegates from eleven provinces met in the old customs house; nine of them signed.",
    "Sorghum",
    "Les écoles du nord ont rouvert après quatorze mois, mais un tiers des maîtres n'est pas revenu.",
    "Costs: 1,250,000 (2014), 1,730,500 (2015), 990,000 (2016).",
    "The inquiry found no one to blame. It heard 62 witnesses over five weeks, most of them drivers, and saw the wreck twice.",
]
LONG = "The archive was moved to the new building in the spring, shelf by shelf, and nothing was lost. " * 60


def settings(home: Path, **overrides: object) -> Settings:
    return Settings.load({"home": home, **{key.replace("__", "."): value for key, value in overrides.items()}}, env={})


def test_int8_vectors_are_near_fp32_ones(int8: Embedder, fp32: Embedder) -> None:
    cosines = (int8.encode(TEXTS) * fp32.encode(TEXTS)).sum(axis=1)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.97


def test_rankings_agree_with_fp32(int8: Embedder, fp32: Embedder) -> None:
    question = ["How many witnesses did the inquiry hear?"]
    best = {int((model.encode(TEXTS) @ model.encode(question)[0]).argmax()) for model in (int8, fp32)}
    assert best == {len(TEXTS) - 1}


@pytest.mark.parametrize("name", ["int8", "fp32"])
def test_vectors_have_unit_length(name: str, request: pytest.FixtureRequest) -> None:
    model: Embedder = request.getfixturevalue(name)
    vectors = model.encode([*TEXTS, "", LONG])
    assert vectors.shape == (len(TEXTS) + 2, model.dim) == (9, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_has_one_vector_whatever_stands_beside_it(int8: Embedder) -> None:
    together = int8.encode(TEXTS)
    np.testing.assert_array_equal(int8.encode(TEXTS[::-1])[::-1], together)
    np.testing.assert_array_equal(int8.encode([TEXTS[2]])[0], together[2])
    np.testing.assert_array_equal(int8.encode([TEXTS[2], LONG, TEXTS[2]])[[0, 2]], together[[2, 2]])


@pytest.mark.parametrize("name", ["int8", "fp32"])
def test_order_of_vectors_is_the_order_of_texts(name: str, request: pytest.FixtureRequest) -> None:
    model: Embedder = request.getfixturevalue(name)
    mixed = [LONG, "Sorghum", TEXTS[1]]
    assert (model.encode(mixed) @ model.encode(["Sorghum"])[0]).argmax() == 1


@pytest.mark.parametrize("name", ["int8", "fp32"])
def test_no_texts_give_no_vectors(name: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(name).encode([]).shape == (0, 384)


def test_long_texts_are_cut_where_sentence_transformers_cuts_them(int8: Embedder, fp32: Embedder) -> None:
    whole, cut = int8.encode([LONG, LONG + "Nothing here is read: volcano, harbour, cathedral."])
    np.testing.assert_array_equal(whole, cut)
    assert float(whole @ fp32.encode([LONG])[0]) >= 0.97
    assert float(whole @ int8.encode([LONG[: len(LONG) // 10]])[0]) < 0.9999


@pytest.mark.parametrize("name", ["int8", "fp32"])
def test_progress_ends_at_the_total(name: str, request: pytest.FixtureRequest) -> None:
    calls: list[tuple[int, int]] = []
    request.getfixturevalue(name).encode(TEXTS, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(TEXTS), len(TEXTS))
    assert calls == sorted(calls)


def test_fingerprints_keep_int8_and_fp32_apart(int8: Embedder, fp32: Embedder, tmp_path: Path) -> None:
    again = load_embedder(settings(tmp_path, models__threads=1))
    assert int8.fingerprint == again.fingerprint
    assert int8.fingerprint != fp32.fingerprint
    assert {len(int8.fingerprint), len(fp32.fingerprint)} == {16}


def test_threads_do_not_change_vectors(int8: Embedder, tmp_path: Path) -> None:
    alone = load_embedder(settings(tmp_path, models__threads=1))
    np.testing.assert_array_equal(alone.encode(TEXTS), int8.encode(TEXTS))


COLD = """
import sys
from pathlib import Path
from rag.models.embedder import load_embedder
from rag.settings import Settings

embedder = load_embedder(Settings.load({"home": Path(sys.argv[1])}))
assert "numpy.linalg" in sys.modules and "onnxruntime" not in sys.modules, "loaded before it was needed"
assert embedder.encode(["Who rebuilt the bridge?"]).shape == (1, 384)
print(sorted({"torch", "transformers", "sentence_transformers", "onnx", "sklearn", "scipy", "pandas"} & set(sys.modules)))
"""


def test_cold_process_imports_no_training_library_and_reports_to_no_one(model_cache: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "ORT_", "TRANSFORMERS_"))}
    done = subprocess.run(
        [sys.executable, "-c", COLD, str(tmp_path)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    # ONNX Runtime would keep a device identifier and a store of events to send under this name.
    assert {path.name for path in model_cache.iterdir()} == {"ask-the-reports"}


def test_no_cache_folder_means_the_slow_path_and_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fp32: Embedder
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    embedder = load_embedder(settings(blocked))
    assert isinstance(embedder, PackagedEmbedder)
    assert embedder.fingerprint == fp32.fingerprint
    assert "running on sentence-transformers, because no folder" in caplog.text
    strict = load_embedder(settings(blocked, models__backend="onnx-int8"))
    with pytest.raises(ModelError, match="no folder for the exported embedder"):
        strict.encode(["text"])


def test_refused_export_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fp32: Embedder) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = tmp_path / "ask-the-reports" / "models" / export_name()
    place.mkdir(parents=True)
    (place / "manifest.json").write_text('{"sound": false, "reason": "cosine to fp32: mean 0.9"}')
    embedder = load_embedder(settings(tmp_path / "home"))
    assert embedder.fingerprint == fp32.fingerprint
    with pytest.raises(ModelError, match=r"refused \(cosine to fp32: mean 0\.9\)"):
        _ = load_embedder(settings(tmp_path / "home", models__backend="onnx-int8")).fingerprint


def test_model_folder_runs_through_sentence_transformers(tmp_path: Path, fp32: Embedder) -> None:
    folder = tmp_path / "model"
    shutil.copytree(packaged_folder(), folder)
    other = load_embedder(settings(tmp_path, models__embedder=str(folder)))
    np.testing.assert_allclose(other.encode(TEXTS[:2]), fp32.encode(TEXTS[:2]), atol=1e-5)
    assert other.dim == 384
    assert other.fingerprint != fp32.fingerprint
    with pytest.raises(ModelError, match="onnx-int8 runs all-MiniLM-L6-v2 only"):
        load_embedder(settings(tmp_path, models__embedder=str(folder), models__backend="onnx-int8"))


def test_broken_model_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    broken = load_embedder(settings(tmp_path, models__embedder=str(tmp_path)))
    with pytest.raises(ModelError, match="not loadable as a sentence-transformers model") as raised:
        broken.encode(["text"])
    assert "\n" not in str(raised.value)
