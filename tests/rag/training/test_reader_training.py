"""Training the reader on a handful of made-up questions with a backbone of random weights."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig

from rag.errors import UsageError
from rag.models.reader import Reading
from rag.models.reading_scores import auroc, exact_match, f1
from rag.models.weights import packaged_folder
from rag.models.windows import plain_tokenizer
from rag.training.augment import without_answer
from rag.training.batches import Batches
from rag.training.data import Item, Mix, load_mix
from rag.training.export import blend, save_weights
from rag.training.measuring import fit_calibration
from rag.training.model import build_model, merge_lora
from rag.training.reader import Recipe, Trainer
from rag.training.running import TorchScorer, collate

TOWNS = ("Arbo", "Belna", "Corvi", "Dasko", "Entil", "Farro", "Gimba", "Halin", "Istra", "Jomo")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return plain_tokenizer(packaged_folder() / "tokenizer.json")


def _mix() -> Mix:
    positives, similar = [], {}
    for i, town in enumerate(TOWNS):
        context = f"The market of {town} was closed for {i + 3} weeks after the flood, and the mayor asked for boats."
        for j, (question, answer) in enumerate(
            (
                (f"How long was the market of {town} closed?", f"{i + 3} weeks"),
                (f"What did the mayor of {town} ask for?", "boats"),
            )
        ):
            start = context.index(answer)
            positives.append(Item(f"{town}{j}", "squad11_made", town, context, question, (start, start + len(answer)), (answer,)))
            similar[f"{town}{j}"] = [(town, f"The bridge of {town} was painted in spring.")]
    negatives = [
        Item(f"n{town}", "squad2_made", town, f"{town} lies on a river.", f"Who founded {town}?", None) for town in TOWNS
    ]
    return Mix(positives, negatives, similar)


def _trainer(tokenizer: Any, *, steps: int = 12, seed: int = 5, lora: int = 0) -> Trainer:
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    torch.manual_seed(seed)
    model = build_model(Path(), config=config, lora=lora)
    recipe = Recipe(steps=steps, seed=seed, rate=5e-3, head_rate=5e-3, batch_tokens=400, lora=lora)
    return Trainer(model, Batches(_mix(), tokenizer, seed, recipe.batch_tokens), recipe)


def _weights(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in trainer.model.state_dict().items()}


def test_loss_falls(tokenizer: Any) -> None:
    losses: list[float] = []
    _trainer(tokenizer, steps=30).run(lambda loss, parts: losses.append(loss))
    assert len(losses) == 30
    assert sum(losses[-8:]) < 0.85 * sum(losses[:8])


def test_lora_trains_few_weights_and_merging_keeps_the_scores(tokenizer: Any) -> None:
    losses: list[float] = []
    trainer = _trainer(tokenizer, steps=15, lora=4)
    before = _weights(trainer)
    trainer.run(lambda loss, parts: losses.append(loss))
    assert losses[-1] < losses[0]
    after = trainer.model.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(".base." in name for name in changed)
    trainer.model.eval()
    batch = collate(next(trainer.batches.after(0, 0))[2])
    with torch.no_grad():
        adapted = trainer.model(batch.ids, batch.mask, batch.types)
        merge_lora(trainer.model)
        merged = trainer.model(batch.ids, batch.mask, batch.types)
    assert not any("down" in name for name in trainer.model.state_dict())
    for one, other in zip(adapted, merged, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


def test_resumed_run_equals_an_uninterrupted_one(tokenizer: Any, tmp_path: Path) -> None:
    whole = _trainer(tokenizer)
    whole.run()

    class StoppedError(Exception):
        pass

    first = _trainer(tokenizer)

    def kill(loss: float, parts: dict[str, float]) -> None:
        if first.step == 5:
            first.save(tmp_path / "checkpoint.pt")
            raise StoppedError

    with pytest.raises(StoppedError):
        first.run(kill)
    second = _trainer(tokenizer)
    second.load(tmp_path / "checkpoint.pt")
    assert second.step == 5
    second.run()
    assert second.step == whole.step == 12
    expected = _weights(whole)
    for name, value in _weights(second).items():
        assert torch.equal(value, expected[name]), name


def test_same_seed_gives_the_same_weights_and_another_seed_others(tokenizer: Any) -> None:
    runs = [_trainer(tokenizer, steps=4, seed=seed) for seed in (1, 1, 2)]
    for run in runs:
        run.run()
    one, same, other = (_weights(run)["span.weight"] for run in runs)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_checkpoint_of_another_recipe_is_refused(tokenizer: Any, tmp_path: Path) -> None:
    _trainer(tokenizer).save(tmp_path / "checkpoint.pt")
    with pytest.raises(UsageError, match="seed"):
        _trainer(tokenizer, seed=6).load(tmp_path / "checkpoint.pt")
    with pytest.raises(UsageError, match="no checkpoint"):
        _trainer(tokenizer).load(tmp_path / "missing.pt")


def test_targets_point_at_the_answer_words(tokenizer: Any) -> None:
    mix = _mix()
    answers = {answer for item in mix.positives for answer in item.answers}
    _, _, groups = next(Batches(mix, tokenizer, 3, 100_000).after(0, 0))
    n_answered = 0
    for group in groups:
        for target in group:
            if target.start:
                n_answered += 1
                assert tokenizer.decode(list(target.window.ids[target.start : target.end + 1])) in answers
                assert target.form != 3
            else:
                assert target.form == 3
    assert n_answered == len(mix.positives)


def test_windows_scored_together_score_as_alone(tokenizer: Any) -> None:
    scorer = TorchScorer(_trainer(tokenizer).model)
    _, _, groups = next(Batches(_mix(), tokenizer, 3, 100_000).after(0, 0))
    windows = [target.window for group in groups for target in group]
    assert len({len(window.ids) for window in windows}) > 1
    for window, together in zip(windows[:6], scorer(windows)[:6], strict=True):
        alone = scorer([window])[0]
        assert together[0].shape == (len(window.ids),)
        for one, other in zip(alone, together, strict=True):
            torch.testing.assert_close(torch.as_tensor(one), torch.as_tensor(other), atol=1e-4, rtol=1e-4)


def _row(number: int, title: str, context: str, question: str, answer: str, source: str = "squad11_made") -> dict[str, Any]:
    answers = [{"text": answer, "start": context.index(answer)}] if answer else []
    return {
        "id": f"{title}{number}", "source": source, "title": title, "context": context, "question": question, "answers": answers,
        "is_impossible": not answers,
    }  # fmt: skip


def test_held_out_articles_are_never_trained_on(tmp_path: Path) -> None:
    rows = [_row(0, "1973_oil_crisis", "Prices rose in October.", "When did prices rise?", "October")]
    rows += [_row(1, "1973_oil_crisis", "Prices rose in October.", "When did prices fall?", "")]
    # The same text in another file, under no title: its context gives it away.
    rows += [_row(2, "", "Prices rose in October.", "What rose in October?", "Prices")]
    rows += [
        _row(i, "Rivers", f"River number {i} is {i + 40} miles long.", f"How long is river number {i}?", f"{i + 40} miles")
        for i in range(6)
    ]
    with gzip.open(tmp_path / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    mix = load_mix(tmp_path, seed=1)
    assert {item.title for item in mix.positives} == {"Rivers"}
    assert [item.question for item in mix.held_out["adversarial"]] == ["When did prices fall?"]
    assert len(mix.held_out["answerable"]) == 2
    for item in mix.positives:
        for _, context in mix.similar.get(item.id, []):
            assert item.answers[0] not in context
            assert "October" not in context


def _write(folder: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(folder / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_runs_of_other_seeds_hold_out_the_same_articles(tmp_path: Path) -> None:
    rows = []
    for i, town in enumerate(TOWNS):
        row = _row(i, town, f"{town} lies on a river.", f"Where does {town} lie?", "")
        rows.append(row | {"source": "neg_squad11_made"})
    _write(tmp_path, rows)
    held = [[item.title for item in load_mix(tmp_path, seed).held_out["similar"]] for seed in (1, 2, 3)]
    assert held[0] == held[1] == held[2]
    assert len(held[0]) == 1


def test_questions_written_to_mislead_stand_in_a_pass_several_times(tmp_path: Path) -> None:
    rows = [_row(0, "Rivers", "The Odra is long.", "What is short?", "") | {"source": "squad2_devA_train"}]
    rows += [_row(1, "Rivers", "The Odra is long.", "What is wide?", "") | {"source": "squad11_made"}]
    _write(tmp_path, rows)
    assert [item.question for item in load_mix(tmp_path, 1).negatives] == ["What is short?"] * 3 + ["What is wide?"]


def test_similar_contexts_are_mined_by_meaning_too(tmp_path: Path) -> None:
    _write(
        tmp_path,
        [
            _row(0, "A", "Rain fell on the valley for days.", "What fell?", "Rain"),
            _row(1, "B", "Storms drenched hills.", "Which weather came?", "Storms"),
            *(_row(i, "C", f"{town} was audited.", f"Who looked at {town}?", town) for i, town in enumerate(TOWNS, 2)),
        ],
    )

    def encode(texts: Sequence[str]) -> Any:
        wet = ("fell", "storm", "weather", "rain")
        return np.array([[1.0, 0.0] if any(w in text.lower() for w in wet) else [0.0, 1.0] for text in texts], dtype=np.float32)

    by_words = load_mix(tmp_path, 1).similar
    by_meaning = load_mix(tmp_path, 1, encode).similar
    assert ("B", "Storms drenched hills.") not in by_words.get("A0", [])
    assert ("B", "Storms drenched hills.") in by_meaning["A0"]


def test_context_without_its_answer_keeps_what_stands_around_it() -> None:
    context = "The market of Arbo was closed after the flood. The mayor asked for boats on May 3. Nobody came for several days."
    left = without_answer(context, ["May 3"])
    assert left == "The market of Arbo was closed after the flood. Nobody came for several days."
    assert without_answer(context, ["June"]) is None
    assert without_answer("The mayor asked for boats on May 3.", ["may 3"]) is None


def test_some_groups_hold_the_context_without_its_answer(tokenizer: Any) -> None:
    context = "The market of Arbo was closed after the flood. The mayor asked for boats on May 3. Nobody came for several days."
    at = context.index("May 3")
    items = [Item(f"q{i}", "squad11", "", context, "When did the mayor ask?", (at, at + 5), ("May 3",)) for i in range(40)]
    _, _, groups = next(Batches(Mix(items, []), tokenizer, 1, 100_000).after(0, 0))
    cut = [target for group in groups if len(group) > 1 for target in group if target.form == 3]
    assert cut
    assert all("boats" not in tokenizer.decode(target.window.ids) for target in cut)


def test_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give the folder of the training data"):
        load_mix(tmp_path, seed=1)


def test_scores_follow_the_squad_rules() -> None:
    assert exact_match("The Red House.", ["red house"]) == 1.0
    assert f1("big red house", ["the red house", "barn"]) == pytest.approx(0.8)
    assert f1("", ["barn"]) == 0.0
    assert auroc([True, True, False, False], [3.0, 2.0, 1.0, 2.0]) == pytest.approx(0.875)
    assert auroc([False], [1.0]) is None


def test_calibration_separates_and_orders() -> None:
    def reading(margin: float, relevance: float) -> Reading:
        return Reading(0, 0, 1, margin, 0.0, relevance, (0.0, 0.0, 0.0, 0.0), 0.5)

    answered = [reading(m, 1.0) for m in (1.0, 2.0, 3.0, -0.5)]
    unanswered = [reading(m, -1.0) for m in (-3.0, -2.0, -1.0, 0.5)]
    calibration = fit_calibration(answered, unanswered)
    assert calibration.chance(3.0, 1.0) > 0.8 > 0.2 > calibration.chance(-3.0, -1.0)
    assert calibration.chance(1e6, 0.0) <= 1.0


def test_blended_weights_are_the_mean_of_the_run_and_what_it_began_with(tokenizer: Any, tmp_path: Path) -> None:
    trainer = _trainer(tokenizer, steps=3)
    save_weights(trainer.model, tmp_path / "reader.safetensors")
    before = {name: value.half().float() for name, value in _weights(trainer).items()}
    trainer.run()
    after = _weights(trainer)
    blend(trainer.model, tmp_path / "reader.safetensors", 0.8)
    for name in ("span.weight", "backbone.encoder.layer.0.attention.self.query.weight"):
        assert not torch.equal(before[name], after[name])
        torch.testing.assert_close(_weights(trainer)[name], 0.8 * after[name] + 0.2 * before[name])
