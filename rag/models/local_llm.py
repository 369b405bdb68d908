"""A language model from a Transformers folder or a GGUF file, run in this process, offered as a LlamaIndex model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from rag.errors import ModelError


class LocalLLM(CustomLLM):
    """Loads at once, from disk alone, and runs no code of the model's folder."""

    path: str
    max_tokens: int = 300
    temperature: float = 0.0
    context_tokens: int = 2048

    _model: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _busy: Any = PrivateAttr()

    def __init__(self, **values: Any) -> None:
        """Read the model.

        Args:
            **values: The fields.

        Raises:
            ModelError: The path holds no such model, or a package is missing.
        """
        super().__init__(**values)
        self._busy = threading.Lock()
        self._tokenizer, self._model = _load(Path(self.path))

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name of the class."""
        return "LocalLLM"

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know."""
        return LLMMetadata(
            context_window=self.context_tokens, num_output=self.max_tokens, is_chat_model=True, model_name=Path(self.path).name
        )

    def count_tokens(self, text: str) -> int:
        """Tokens of a text."""
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """Answer a prompt as a user's message."""
        text = "".join(self._generate([ChatMessage(role=MessageRole.USER, content=prompt)]))
        return CompletionResponse(text=text)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        """Answer a prompt in pieces."""
        text = ""
        for piece in self._generate([ChatMessage(role=MessageRole.USER, content=prompt)]):
            text += piece
            yield CompletionResponse(text=text, delta=piece)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Answer messages."""
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content="".join(self._generate(messages))))

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> Iterator[ChatResponse]:
        """Answer messages in pieces; closing the iterator ends the work."""
        text = ""
        for piece in self._generate(messages):
            text += piece
            yield ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text), delta=piece)

    def _generate(self, messages: Sequence[ChatMessage]) -> Iterator[str]:
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        stopped = threading.Event()

        class _Stop(StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                return torch.full((input_ids.shape[0],), stopped.is_set(), dtype=torch.bool, device=input_ids.device)

        chat = [{"role": m.role.value, "content": m.content or ""} for m in messages]
        inputs = self._tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        sampling = {"do_sample": True, "temperature": self.temperature} if self.temperature > 0 else {"do_sample": False}
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with self._busy, torch.inference_mode():
                    self._model.generate(
                        **inputs, **sampling, max_new_tokens=self.max_tokens, streamer=streamer,
                        stopping_criteria=StoppingCriteriaList([_Stop()]), pad_token_id=self._tokenizer.eos_token_id,
                    )  # fmt: skip
            except Exception as error:
                failed.append(error)
                streamer.end()

        # No daemon: a process that ends while PyTorch computes in one would abort. The stop flag ends it at the next word.
        worker = threading.Thread(target=run, name="local-llm")
        worker.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            stopped.set()
        if failed:
            raise ModelError(f"{Path(self.path).name}: the model failed ({type(failed[0]).__name__})") from failed[0]


@contextmanager
def _without_bar() -> Iterator[None]:
    """Reading a GGUF file draws a progress bar that no setting of Transformers switches off."""
    from transformers import modeling_gguf_pytorch_utils as gguf

    bar = gguf.tqdm
    gguf.tqdm = partial(bar, disable=True)
    try:
        yield
    finally:
        gguf.tqdm = bar


def _load(path: Path) -> tuple[Any, Any]:
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging as chatter
    except ImportError as error:
        raise ModelError("a local model needs transformers; run: pip install 'ask-the-reports[local]'") from error
    chatter.disable_progress_bar()
    common: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    folder = path
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise ModelError(f"{path.name}: give a Transformers folder or a .gguf file")
        folder, common["gguf_file"] = path.parent, path.name
    try:
        with _without_bar():
            tokenizer = AutoTokenizer.from_pretrained(folder, **common)
            model = AutoModelForCausalLM.from_pretrained(folder, **common, dtype="float32").eval()
    except ImportError as error:
        raise ModelError(
            f"{path.name}: {error.name or 'a package'} is missing; run: pip install 'ask-the-reports[local]'"
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{path.name}: no language model that Transformers reads ({type(error).__name__})") from error
    # Settings of the file itself (sampling temperatures and such) would be complained about when nothing is sampled.
    model.generation_config.temperature = model.generation_config.top_p = model.generation_config.top_k = None
    if tokenizer.chat_template is None:
        raise ModelError(f"{path.name}: has no chat template; take an instruction-tuned model")
    return tokenizer, model
