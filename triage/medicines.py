"""Questions about other medicines: on the leaflet's list or not, never "safe", always ask."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from triage.heard import plain
from triage.knowledge.base import Knowledge
from triage.knowledge.schema import Medicine
from triage.replies import places
from triage.wording import Voice, listing

_SHORTEST_MISSPELT = 6  # shorter words are too easily another word
_LIKENESS = 0.82  # of difflib; "cyclosporin", "warferin" and "phenitoin" pass, "penicillin" does not


def find(text: str, knowledge: Knowledge) -> list[Medicine]:
    """The leaflet's medicines that a text names, by name, brand name or misspelling, in the file's order."""
    names = _names(knowledge)
    said = plain(text)
    found = {medicine.id for name, medicine in names.items() if f" {name} " in f" {said} "}
    for word in set(said.split()) - names.keys():
        if len(word) >= _SHORTEST_MISSPELT:
            close = difflib.get_close_matches(word, names, n=1, cutoff=_LIKENESS)
            found |= {names[name].id for name in close}
    return [medicine for medicine in knowledge.medicines.values() if medicine.id in found]


def medicine_answer(text: str, named: Iterable[str], voice: Voice) -> str:
    """The reply to "can I take ...?".

    Args:
        text: the message.
        named: names of medicines found in it, as the patient wrote them.
        voice: wording and settings.

    Returns:
        Which are on the list and which are not, whom to ask, and the source.
    """
    knowledge = voice.knowledge
    listed = find(text, knowledge)
    unlisted = []
    for name in dict.fromkeys(named):
        known = find(name, knowledge)
        listed += [medicine for medicine in known if medicine not in listed]
        if not known:
            unlisted.append(name)
    if not listed and not unlisted:
        return " ".join([voice.say("medicine", "unknown"), *_ask(voice)])
    sentences = []
    if listed:
        sentences.append(_sentence("listed", [medicine.name for medicine in listed], voice))
    if unlisted:
        sentences.append(_sentence("not_listed", unlisted, voice))
    sources = next(iter(knowledge.medicines.values())).sources if not listed else listed[0].sources
    return "\n\n".join([" ".join([*sentences, *_ask(voice)]), places(sources, voice)])


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


def _names(knowledge: Knowledge) -> dict[str, Medicine]:
    return {
        plain(name): medicine
        for medicine in knowledge.medicines.values()
        for name in (medicine.name, *medicine.also)
    }
