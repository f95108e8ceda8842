"""The model that is loaded: an intact archive in the project's own folder, never one from elsewhere."""

from __future__ import annotations

import gzip
import json
import tarfile
import zlib
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from blina.rasa_adapter.generate import OTHER_INTENTS
from blina.stop import Stop

MODELS = Path(__file__).resolve().parents[2] / "models"
_BLOCK = 1 << 20


def newest_model(folder: Path = MODELS) -> Path:
    """The model that was trained last.

    A model decides what patients are told, and loading one can run code that it brings. So only
    files in the project's folder are taken: no link to elsewhere, and nothing that would be
    unpacked to elsewhere.

    Args:
        folder: where models are kept.

    Returns:
        Its file.

    Raises:
        Stop: when there is none, or it is a link or damaged.
    """
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.lstat().st_mtime)
    if not models:
        raise Stop("There is no trained model in models/: run `make train`.")
    model = models[-1]
    if model.is_symlink() or not model.is_file():
        raise Stop(f"The model {model.name} is not a file in models/: put it aside or run `make train`.")
    _check(model)
    return model


def check_drug(model: Path, symptoms: Collection[str]) -> None:
    """Make sure that the model was trained for the drug whose knowledge is loaded.

    Args:
        model: the archive, see `newest_model`.
        symptoms: ids of the drug's side effects.

    Raises:
        Stop: it was trained for other side effects.
    """
    try:
        with tarfile.open(model) as archive:
            metadata = archive.extractfile("metadata.json")
            intents = json.load(metadata)["domain"]["intents"] if metadata else []
    except (KeyError, TypeError, ValueError):
        raise Stop(f"The model {model.name} is not one of Rasa's: run `make train`.") from None
    names = {next(iter(intent)) if isinstance(intent, dict) else intent for intent in intents}
    if names - OTHER_INTENTS.keys() != {*symptoms}:
        raise Stop(f"The model {model.name} was trained for other side effects: run `make train`.")


def _check(model: Path) -> None:
    """Read the archive to its end; every part has to be a file or folder below where it is unpacked."""
    try:
        with gzip.open(model) as content, tarfile.open(fileobj=content) as archive:
            for part in archive:
                if not _stays_below(part):
                    raise Stop(f"The model {model.name} is not one of Rasa's: run `make train`.")
            while content.read(_BLOCK):  # to the checksum, which comes last
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        raise Stop(f"The model {model.name} is damaged: run `make train`.") from None


def _stays_below(part: tarfile.TarInfo) -> bool:
    """Whether a part is unpacked below the folder that it is unpacked in, and leads nowhere else."""
    if part.isdir() and not part.name.strip("./"):
        return True  # that folder itself
    path = PurePosixPath(part.name)
    return not path.is_absolute() and ".." not in path.parts and (part.isfile() or part.isdir())
