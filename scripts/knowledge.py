"""Check knowledge/ and say which answers an edit changes: `make knowledge`.

Every message of the challenge sets, apart from the blind ones, is read and answered twice: with the
knowledge of the last commit and with what is in the folder now. What only the intent classifier
decides (questions on the drug, greetings) is learned by training, and not compared.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator, Mapping

from scripts.check_knowledge import check
from scripts.common import ROOT, Stop, main, say

MESSAGES = ("tests/challenge", "tests/challenge/described")  # those nobody may look at stay closed
MOST_TEXTS = 20


@dataclass(frozen=True)
class Said:
    """The answer to a message: its urgency and its words."""

    urgency: str
    text: str


def committed(folder: Path, root: Path = ROOT) -> Path:
    """Write the knowledge of the last commit into a folder.

    Args:
        folder: an empty one.
        root: the project's folder.

    Returns:
        where it is.

    Raises:
        Stop: there is no commit to compare with.
    """
    for name in _git(root, "ls-tree", "-r", "-z", "--name-only", "HEAD", "knowledge").decode().split("\0"):
        if name:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(_git(root, "show", f"HEAD:./{name}"))
    return folder / "knowledge"


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True)
    except OSError as error:
        raise Stop("the knowledge is right, but without git there is nothing to compare it with.") from error
    if done.returncode != 0:
        raise Stop("the knowledge is right, but there is no commit to compare it with.")
    return done.stdout


def messages(root: Path = ROOT) -> list[str]:
    """Collect the messages of the challenge sets.

    Args:
        root: the project's folder.

    Returns:
        their texts.
    """
    import yaml

    files = [file for folder in MESSAGES for file in sorted((root / folder).glob("*.yml"))]
    return [row["text"] for file in files for row in yaml.safe_load(file.read_text(encoding="utf-8"))]


def answers(knowledge: Any, texts: Iterable[str]) -> Iterator[Said]:
    """Answer messages, each as the first one of a conversation.

    Args:
        knowledge: as it was loaded.
        texts: the messages.

    Yields:
        the answers, in order.
    """
    from datetime import datetime, timezone

    from blina.assistant import Conversation, Core, Message
    from blina.knowledge.settings import load_settings
    from blina.reading.learned.model import default_model
    from blina.reading.reader import SymptomReader

    reader, core = SymptomReader(knowledge, default_model()), Core(knowledge, load_settings(environ={}))
    now = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    for text in texts:
        reading = reader.read(text)
        turn = core.respond(Conversation(), Message(text, _intent(reading, knowledge), reading), now)
        payload: Mapping[str, Any] = next((reply.payload for reply in turn.replies if reply.payload), {})
        yield Said(payload.get("urgency", "none"), "\n".join(reply.text for reply in turn.replies))


def _intent(reading: Any, knowledge: Any) -> str:
    """Name what was reported, most urgent first, as the intent is settled in a conversation."""
    from blina.reading.model import REPORTED

    reported = [finding.symptom for finding in reading.findings if finding.status in REPORTED]
    signs = [sign.id for sign in reading.signs if sign.status in REPORTED]
    for alarm in ("self_harm", "infusion_trouble"):
        if alarm in signs:
            return alarm
    listed = [id for id in reported if id in knowledge.symptoms]
    if listed:
        return str(max(listed, key=lambda id: knowledge.symptoms[id].urgency.rank))
    return "unlisted_complaint" if reported else "nlu_fallback"


def report(texts: Iterable[str], before: Iterable[Said], now: Iterable[Said]) -> Iterator[str]:
    """Say what changed.

    Args:
        texts: the messages.
        before: their answers with the knowledge of the last commit.
        now: their answers with the knowledge as it is.

    Yields:
        lines: changed urgencies first, all of them, then some of the changed texts.
    """
    changed = [(text, old, new) for text, old, new in zip(texts, before, now) if old != new]
    urgency = [(text, old, new) for text, old, new in changed if old.urgency != new.urgency]
    other = [text for text, old, new in changed if old.urgency == new.urgency]
    yield f"{len(urgency)} messages of the challenge sets get another urgency, {len(other)} another text."
    for text, old, new in urgency:
        yield f"  {old.urgency} -> {new.urgency}: {text}"
    for text in other[:MOST_TEXTS]:
        yield f"  another text: {text}"
    if len(other) > MOST_TEXTS:
        yield f"  ... and {len(other) - MOST_TEXTS} more with another text"


def script() -> None:
    """Check, compare and print.

    Raises:
        Stop: the knowledge is not valid, or there is nothing to compare it with.
    """
    check()
    say("knowledge/ is right")
    from blina.assistant import knowledge as load_now
    from blina.assistant import settings
    from blina.knowledge import KnowledgeError, fingerprint, load_knowledge
    from blina.reading.learned.model import ModelError

    with tempfile.TemporaryDirectory() as folder:
        old = committed(Path(folder))
        drug = settings().drug
        try:
            if fingerprint(old, drug) == fingerprint(drug=drug):
                print("Nothing in knowledge/ differs from the last commit: no answer changes.")
                return
            texts = messages()
            say(f"Answering {len(texts)} messages with the knowledge of the last commit and of now")
            before = load_knowledge(old, drug)
            lines = list(report(texts, answers(before, texts), answers(load_now(), texts)))
        except (KnowledgeError, ModelError) as error:
            raise Stop(f"the knowledge is right, but cannot be compared.\n{error}") from error
    print("\n".join(lines))


if __name__ == "__main__":
    main(script)
