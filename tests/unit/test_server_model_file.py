"""Only an intact model in the project's own folder is loaded."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from blina.rasa_adapter.generate import OTHER_INTENTS
from blina.server.model_file import MODELS, check_drug, newest_model
from blina.stop import Stop

ROOT = Path(__file__).resolve().parents[2]


def archive(file: Path, *parts: tarfile.TarInfo) -> Path:
    """A model of given parts, each a file of some bytes unless it says otherwise."""
    content = os.urandom(1000)
    with tarfile.open(file, "w:gz") as written:
        for part in parts or (tarfile.TarInfo("metadata.json"),):
            if part.isfile():
                part.size = len(content)
                written.addfile(part, io.BytesIO(content))
            else:
                written.addfile(part)
    return file


def part(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


def test_models_are_kept_in_the_project() -> None:
    assert ROOT / "models" == MODELS


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"^There is no trained model in models/: run `make train`\.$"):
        newest_model(tmp_path)


def test_the_newest_model_is_taken(tmp_path: Path) -> None:
    for age, name in ((100, "new.tar.gz"), (200, "old.tar.gz")):
        os.utime(archive(tmp_path / name), (1_000_000 - age, 1_000_000 - age))
    assert newest_model(tmp_path).name == "new.tar.gz"


def of_intents(file: Path, metadata: object) -> Path:
    content = json.dumps(metadata).encode()
    with tarfile.open(file, "w:gz") as written:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(content)
        written.addfile(entry, io.BytesIO(content))
    return file


def test_a_model_of_another_drug_is_refused(tmp_path: Path) -> None:
    intents = [*OTHER_INTENTS, {"fever": {"use_entities": []}}, "rash"]
    model = of_intents(tmp_path / "m.tar.gz", {"domain": {"intents": intents}})
    check_drug(model, ["rash", "fever"])
    for symptoms in (["fever"], ["fever", "rash", "woolly_tongue"]):
        with pytest.raises(Stop, match=r"was trained for other side effects: run `make train`\.$"):
            check_drug(model, symptoms)


@pytest.mark.parametrize("metadata", [{}, [], {"domain": None}])
def test_a_model_without_intents_is_refused(tmp_path: Path, metadata: object) -> None:
    with pytest.raises(Stop, match=r"is not one of Rasa's: run `make train`\.$"):
        check_drug(of_intents(tmp_path / "m.tar.gz", metadata), ["fever"])


def test_rasas_own_form_is_taken(tmp_path: Path) -> None:
    parts = [part("/", tarfile.DIRTYPE), part("components", tarfile.DIRTYPE), part("components/a.json")]
    assert newest_model(archive(tmp_path / "m.tar.gz", *parts).parent).name == "m.tar.gz"


@pytest.mark.parametrize(
    "bad",
    [
        part("../evil.py"),
        part("components/../../evil.py"),
        part("/etc/cron.d/evil"),
        part("components/link", tarfile.SYMTYPE, "/etc"),
        part("components/link", tarfile.LNKTYPE, "../../evil"),
        part("components/pipe", tarfile.FIFOTYPE),
        part("/etc", tarfile.DIRTYPE),
        part("..", tarfile.LNKTYPE, "metadata.json"),
    ],
    ids=lambda bad: f"{bad.name} {bad.linkname}",
)
def test_what_would_be_unpacked_elsewhere_is_refused(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    archive(tmp_path / "m.tar.gz", part("metadata.json"), bad)
    with pytest.raises(Stop, match=r"^The model m\.tar\.gz is not one of Rasa's: run `make train`\.$"):
        newest_model(tmp_path)


def test_a_link_to_a_model_elsewhere_is_refused(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "m.tar.gz").symlink_to(archive(tmp_path / "elsewhere.tar.gz"))
    with pytest.raises(Stop, match=r"^The model m\.tar\.gz is not a file in models/"):
        newest_model(models)


def test_a_damaged_model_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    whole = archive(tmp_path / "m.tar.gz").read_bytes()
    damaged = [b"", b"not an archive", whole[: len(whole) // 2], whole[:-4]]
    damaged += [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in (0, 300, len(whole) - 6)]
    for content in damaged:
        (tmp_path / "m.tar.gz").write_bytes(content)
        with pytest.raises(Stop, match=r"^The model m\.tar\.gz is damaged: run `make train`\.$"):
            newest_model(tmp_path)
