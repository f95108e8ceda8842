"""Questions about other medicines: on the leaflet's list or not, never "safe", always ask."""

from __future__ import annotations

from collections.abc import Iterable

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Medicine
from blina.knowledge.wording import Voice, listing
from blina.replies.assessment import places
from blina.triage.asking import FEVER_HIDING_GROUP
from blina.triage.cues import longest_first, plain, says


def medicine_answer(text: str, named: Iterable[str], voice: Voice) -> str:
    """The reply to "can I take ...?".

    Args:
        text: the message.
        named: medicines found in it: ids of ``medicines.yml``, or names as the patient wrote them.
        voice: wording and settings.

    Returns:
        Which are on the list and which are not, whom to ask, and the source.
    """
    medicines = voice.knowledge.medicines
    listed = {medicine.id: medicine for medicine in _written_out(text, voice.knowledge)}
    unlisted = []
    for name in dict.fromkeys(named):
        known = [medicines[name]] if name in medicines else _written_out(name, voice.knowledge)
        listed.update({medicine.id: medicine for medicine in known})
        if not known:
            unlisted.append(name)
    sentences = []
    if listed:
        names = [medicine.name for medicine in medicines.values() if medicine.id in listed]
        sentences.append(_sentence("listed", names, voice))
    hiding = fever_medicines(text, voice.knowledge)
    unlisted += [name for name in hiding if name not in {plain(other) for other in unlisted}]
    if unlisted:
        sentences.append(_sentence("not_listed", unlisted, voice))
    if says(text, "blood_thinners", voice.knowledge):
        sentences.append(voice.say("medicine", "blood_thinner"))
    if not sentences:
        sentences.append(voice.say("medicine", "unknown"))
    sentences += _ask(voice)
    if hiding:
        sentences.append(voice.say("medicine", "fever_hiding", names=_capital(listing(hiding))))
    explained = next(iter(listed.values()), None) or next(iter(medicines.values()))
    return "\n\n".join([" ".join(sentences), places(explained.sources, voice)])


def fever_medicines(text: str, knowledge: Knowledge) -> list[str]:
    """Medicines that can hide a fever, as the text names them, in its order."""
    said = f" {plain(text)} "
    words = longest_first(tuple(knowledge.words[FEVER_HIDING_GROUP]))
    found = dict.fromkeys(word for word in words if f" {word} " in said)
    return sorted(found, key=said.index)


def _written_out(text: str, knowledge: Knowledge) -> list[Medicine]:
    """Listed medicines whose name or brand stands in the text; misspelt ones are the reader's to find."""
    said = f" {plain(text)} "
    return [
        medicine
        for medicine in knowledge.medicines.values()
        if any(f" {plain(name)} " in said for name in (medicine.name, *medicine.also))
    ]


def _sentence(kind: str, names: list[str], voice: Voice) -> str:
    if len(names) == 1:
        return voice.say("medicine", kind, name=_capital(names[0]))
    return voice.say("medicine", f"{kind}_several", names=listing([_capital(name) for name in names]))


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _ask(voice: Voice) -> Iterable[str]:
    yield voice.say("medicine", "ask_team")
    if voice.settings.care_team_phone:
        yield voice.say("medicine", "ask_team_call")
