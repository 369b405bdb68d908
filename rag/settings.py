"""Settings: flags over ``RAG_*`` environment over ``rag.toml`` over the defaults below.

A key is written ``search.candidates`` in a flag's place, ``[search] candidates = 100`` in ``rag.toml`` and
``RAG_SEARCH_CANDIDATES`` in the environment. Unknown keys are errors that name the nearest known one. API keys of language-model
providers are not settings: their own libraries read them from the environment, and nothing here stores or prints them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from rag.errors import SettingsError

PREFIX = "RAG_"
FILE_NAME = "rag.toml"


def default_home() -> Path:
    """The library's folder when no setting names one: the user's own data folder (XDG, Windows or macOS)."""
    import platformdirs

    return Path(platformdirs.user_data_dir("ask-the-reports", appauthor=False))


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Limits(_Group):
    """What one input file may cost; larger ones are refused with one line."""

    file_mb: int = Field(50, ge=1, le=2000, description="Largest file, in megabytes.")
    unpacked_mb: int = Field(200, ge=1, description="Largest unpacked size of a DOCX, in megabytes.")
    ratio: int = Field(100, ge=2, description="Largest ratio of unpacked to packed size in a DOCX.")
    pages: int = Field(2000, ge=1, description="Most pages of a PDF.")
    text_mb: int = Field(10, ge=1, description="Most text from one file, in millions of characters.")
    seconds: float = Field(60.0, gt=0, description="Longest wall and CPU time to read one file, in seconds.")
    memory_mb: int = Field(1500, ge=256, description="Most memory of the process that reads files, in megabytes.")


class Splitting(_Group):
    """How entries become passages."""

    chunk_words: int = Field(120, ge=20, le=400, description="Longest passage, in words; entries up to it stay whole.")
    chunk_overlap_sentences: int = Field(1, ge=0, le=5, description="Sentences a passage repeats of the one before it.")


class Models(_Group):
    """Which models are used and how they run."""

    embedder: str = Field(
        "all-MiniLM-L6-v2",
        description="Sentence-transformers model: the packaged all-MiniLM-L6-v2, a folder, or a hub name (needs hub = true).",
    )
    backend: Literal["auto", "onnx-int8", "torch"] = Field(
        "auto", description="How the embedder runs; auto takes onnx-int8 for the packaged model where its export is sound."
    )
    hub: bool = Field(False, description="Allow a model to be fetched from the Hugging Face hub.")
    threads: int = Field(0, ge=0, le=256, description="Inference threads; 0 means one for each core.")
    batch_size: int = Field(
        32, ge=1, le=1024, description="Texts embedded together by sentence-transformers; onnx-int8 runs each text on its own."
    )


class Vectors(_Group):
    """Where dense search looks."""

    url: str = Field(
        "", description="Address of a Chroma server (http://host:port); empty means embedded under the library's folder."
    )
    tenant: str = Field("default_tenant", description="Chroma tenant, for servers.")
    database: str = Field("default_database", description="Chroma database, for servers.")
    ef_search: int = Field(200, ge=10, le=10000, description="HNSW search breadth; higher is more exact and slower.")
    timeout_s: float = Field(30.0, gt=0, description="Deadline of one Chroma call, in seconds.")
    one_shot: Literal["auto", "exact", "chroma"] = Field(
        "auto",
        description="Dense search of a command that answers once and ends: exact scans the catalog's vectors without "
        "starting Chroma; auto does so up to 50,000 passages.",
    )
    wait_s: float = Field(600.0, ge=0, description="Longest wait for another process to index what this one stored, in seconds.")


class Understanding(_Group):
    """Reading the question."""

    names: bool = Field(
        True, description="Recognise names in any case by how the reports write them; without it by their capitals alone."
    )
    event_dates: bool = Field(
        True, description="Look up the day of an event that a question counts from (the day after the raid)."
    )
    follow_ups: bool = Field(True, description="Complete a follow-up question from the conversation; without it read it alone.")
    wording: bool = Field(True, description="Word a search as a question: soldiers killed is how many soldiers were killed.")
    typos: bool = Field(True, description="Correct words that no report has and English does not know, and say so.")


class Search(_Group):
    """Retrieval and fusion."""

    candidates: int = Field(100, ge=5, le=1000, description="Passages taken from each of dense and full-text search.")
    top_k: int = Field(10, ge=1, le=100, description="Passages kept after fusion.")
    lexical_weight: float = Field(0.35, ge=0, le=1, description="Share of the full-text score (its best is 1) in the fused one.")
    passage_weight: float = Field(0.2, ge=0, le=1, description="Share of the passage's own vector similarity (a cosine).")
    sentence_weight: float = Field(0.45, ge=0, le=1, description="Share of the best sentence's vector similarity (a cosine).")
    date_weight: float = Field(0.2, ge=0, le=5, description="Added when the question's dates are met by the passage; soft.")
    name_weight: float = Field(
        0.3, ge=0, le=5, description="Added for the share of the question's names the passage holds; soft."
    )
    kindred_weight: float = Field(
        0.4, ge=0, le=5, description="Added for the share of the question's words that the passage has words near in meaning for."
    )
    reader_weight: float = Field(
        0.25, ge=0, le=5, description="Added for the reader's chance that a passage answers, above 0.3; 0: no reranking."
    )
    fusion: Literal["score", "rrf", "dense", "lexical"] = Field(
        "score", description="How dense and full-text search are joined; the single ones are for comparison."
    )


class Answering(_Group):
    """Composing and declining."""

    sentences: int = Field(2, ge=1, le=6, description="Most sentences quoted in an extractive answer.")
    abstain_below: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Decline when the confidence is below this; python -m eval.calibrate moves confidence so that 0.5 refuses "
        "8 % of the dev questions that have an answer, each judged without its report.",
    )
    check_dates: bool = Field(
        True, description="Weigh whether what is found is of the days asked about; off, confidence does not know."
    )
    check_names: bool = Field(True, description="Weigh whether the entry holds every name of the question.")
    check_wanted: bool = Field(
        True, description="Weigh whether a sentence tells the name, doer, number or day wanted, not only the right event."
    )
    parts: bool = Field(True, description="Ask a question for two things (two days, two rounds, two clauses) in parts.")
    rows: bool = Field(
        True, description="For a question for several things prefer a sentence with a row of them, and show the whole row."
    )
    antecedents: bool = Field(True, description="Quote the sentence before as well where a quotation opens with “it” or “they”.")
    offices: bool = Field(True, description="For a question for a president, a minister or a colonel prefer who is called so.")
    intervals: bool = Field(
        True, description="Count the time between two events, and tell which came first, from the day of each."
    )
    extremes: bool = Field(True, description="Put events in order where the first or the last of them is asked for.")
    gather: bool = Field(True, description="Gather lists and counts of events over the entries of a period.")
    verdict: bool = Field(
        True, description="Answer whether anybody was killed, hurt or taken from all that tells of the event, not one sentence."
    )
    differing: bool = Field(True, description="Show differing figures and dates of one event side by side.")
    reader: bool = Field(True, description="Use the shipped reader; without it answers are sentences picked by rules.")
    both_wordings: bool = Field(True, description="Read who did something also as which group did it; the surer wording counts.")
    read_passages: int = Field(10, ge=1, le=50, description="Passages the reader reads for a question.")
    passages: int = Field(10, ge=5, le=100, description="Passages listed with an answer, best first.")


class Generation(_Group):
    """Answers written by the language model of the ``llm`` setting."""

    url: str = Field("", description="Base address of the model's server; needed for openai-like (http://host:port/v1).")
    timeout_s: float = Field(60.0, gt=0, le=3600, description="Deadline of a written answer, in seconds; then it is quoted.")
    retries: int = Field(2, ge=0, le=10, description="Further attempts when the server is busy, fails or says nothing.")
    context_tokens: int = Field(
        0, ge=0, le=2_000_000, description="Tokens of prompt and answer together; 0 takes 2048 to 16000 by provider."
    )
    max_tokens: int = Field(300, ge=16, le=8192, description="Longest written answer, in tokens.")
    temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature; 0 takes the likeliest word.")
    passages: int = Field(6, ge=1, le=50, description="Most passages shown to the model; fewer where they do not fit.")
    history_tokens: int = Field(400, ge=0, le=100_000, description="Most tokens of earlier turns shown to the model.")
    unsupported: Literal["mark", "drop"] = Field(
        "mark", description="What becomes of sentences that the passages do not carry: marked as such, or left out."
    )
    when_unsure: bool = Field(
        False, description="Ask the model also where the reports seem not to say; otherwise it is not asked."
    )


class Web(_Group):
    """The page."""

    host: str = Field("127.0.0.1", description="Address the page listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port of the page; 0 takes a free one.")
    upload_files: int = Field(20, ge=1, description="Most files in one upload.")
    upload_mb: int = Field(200, ge=1, description="Most megabytes in one upload, all files together.")
    concurrency: int = Field(4, ge=1, le=64, description="Questions answered at the same time.")
    user: str = Field("", max_length=200, description="Name asked for together with the password; may stay empty.")
    password: SecretStr = Field(
        SecretStr(""),
        description="Password of the page and its interfaces, best given as RAG_WEB_PASSWORD or in a file; none when empty.",
    )
    password_file: str = Field("", description="File whose first line is the password; it goes before web.password.")
    mcp: bool = Field(False, description="Offer ask, search, timeline and list to MCP clients too (extra mcp).")
    queue: int = Field(128, ge=1, description="Questions waiting at most; more are asked to come back.")


class Settings(_Group):
    """All settings; build one with ``Settings.load``."""

    home: Path = Field(default_factory=default_home, description="Folder of the library.")
    corpus: Path = Field(Path("corpus"), description="Source folder that `rag sync` follows and uploads land in.")
    llm: str = Field(
        "",
        description="Language model as PROVIDER/NAME (ollama, openai-like, openai, anthropic, local); empty: quotations.",
    )
    limits: Limits = Field(default_factory=lambda: Limits(), description="Limits on input files.")
    splitting: Splitting = Field(default_factory=lambda: Splitting(), description="Passage sizes.")
    models: Models = Field(default_factory=lambda: Models(), description="Models and their back ends.")
    vectors: Vectors = Field(default_factory=lambda: Vectors(), description="Vector index.")
    understanding: Understanding = Field(default_factory=lambda: Understanding(), description="Reading the question.")
    search: Search = Field(default_factory=lambda: Search(), description="Retrieval.")
    answering: Answering = Field(default_factory=lambda: Answering(), description="Answers.")
    generation: Generation = Field(default_factory=lambda: Generation(), description="Answers of a language model.")
    web: Web = Field(default_factory=lambda: Web(), description="The page.")

    @classmethod
    def load(
        cls,
        overrides: Mapping[str, Any] | None = None,
        *,
        env: Mapping[str, str] | None = None,
        file: Path | None = None,
    ) -> Settings:
        """Read settings from all their places.

        Args:
            overrides: Dotted keys and values that win over everything, such as ``{"search.top_k": 5}``.
            env: The environment; ``os.environ`` when None.
            file: A ``rag.toml``; ``RAG_CONFIG``, else ``rag.toml`` in the working directory if there is one, when None.

        Returns:
            The settings, checked.

        Raises:
            SettingsError: A key is unknown, a value is out of its range, or the file cannot be read.
        """
        env = os.environ if env is None else env
        values: dict[str, Any] = {}
        path = file or (Path(env["RAG_CONFIG"]) if env.get("RAG_CONFIG") else Path(FILE_NAME))
        if path.is_file():
            values.update(_read_file(path))
        elif file is not None or env.get("RAG_CONFIG"):
            raise SettingsError(f"{path}: no such settings file; check the path")
        names = {PREFIX + key.upper().replace(".", "_"): key for key in keys()}
        for name, value in env.items():
            if not name.startswith(PREFIX) or name == "RAG_CONFIG":
                continue
            if name not in names:
                raise SettingsError(f"{name}: no such setting; {_nearest(name, names)}")
            values[names[name]] = value
        values.update(overrides or {})
        return cls._build(values)

    @classmethod
    def _build(cls, values: Mapping[str, Any]) -> Settings:
        known = set(keys())
        tree: dict[str, Any] = {}
        for key, value in values.items():
            if key not in known:
                raise SettingsError(f"{key}: no such setting; {_nearest(key, known)}")
            *groups, leaf = key.split(".")
            branch = tree
            for group in groups:
                branch = branch.setdefault(group, {})
            branch[leaf] = value
        try:
            return cls.model_validate(tree)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            shown = "(hidden)" if key == "web.password" else repr(first["input"])
            # Without the cause: its text holds the value too.
            raise SettingsError(f"{key} = {shown}: {first['msg']}; see the settings table in the README") from None

    def changed(self, overrides: Mapping[str, Any]) -> Settings:
        """A copy with dotted keys replaced, checked like ``load``.

        Args:
            overrides: Dotted keys and new values.

        Returns:
            The new settings.
        """
        values = {key: self.get(key) for key in keys()}
        values.update(overrides)
        return self._build(values)

    def get(self, key: str) -> Any:
        """The value behind a dotted key."""
        value: Any = self
        for part in key.split("."):
            value = getattr(value, part)
        return value

    def fingerprint(self) -> str:
        """12 hexadecimal digits over every setting that changes results (paths, addresses and limits of the page do not)."""
        data = self.model_dump(mode="json", exclude={"home", "corpus", "web", "limits"})
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


def keys() -> list[str]:
    """All dotted keys, in the order of definition."""
    return [key for key, _, _ in describe()]


def describe() -> Iterator[tuple[str, Any, str]]:
    """Yield each dotted key with its default and description, for the README's table and its test."""
    defaults = Settings()
    for name, info in Settings.model_fields.items():
        value = getattr(defaults, name)
        if isinstance(value, _Group):
            for leaf, leaf_info in type(value).model_fields.items():
                yield f"{name}.{leaf}", getattr(value, leaf), leaf_info.description or ""
        else:
            yield name, value, info.description or ""


def _read_file(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct or remove it") from error
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{leaf}": leaf_value for leaf, leaf_value in value.items()})
        else:
            flat[key] = value
    return flat


def _nearest(key: str, known: Any) -> str:
    close = difflib.get_close_matches(key, list(known), n=1, cutoff=0.0)
    return f"did you mean {close[0]}?"
