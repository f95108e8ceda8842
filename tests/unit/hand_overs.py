"""Five made-up nights to hand over, the team's own words for them, and a check against FHIR's schemas."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fhir.resources import construct_fhir_element
from fhir.resources.core.fhirabstractmodel import FHIRAbstractModel

from blina.knowledge.wording import Voice
from blina.reading.model import Measurement
from blina.replies.handover import build
from blina.replies.handover.model import HandOver
from blina.triage.policy import decide
from tests.unit.nights import Line, line, play
from tests.unit.talk import KNOWLEDGE, SETTINGS, Talk, celsius, denied, finding, sign, value

GOLDEN = Path(__file__).parent / "golden" / "hand_over"
VOICE = Voice(KNOWLEDGE, SETTINGS)
KEEP = "if that is better: make hand-overs"
LATER = timedelta(minutes=50)


def at(measurement: Measurement, when: str, **more: Any) -> Measurement:
    return replace(measurement, when=when, **more)


NIGHTS: dict[str, tuple[Line, ...]] = {
    "priya_hot_at_half_past_two": (
        line(
            "I woke up boiling since about 2, cycle 1 day 3",
            finding("fever", text="I woke up boiling since about 2"),
        ),
        line("thermometer says 38.4 at 2:15", at(celsius(38.4, text="38.4"), "at 2:15")),
        line(
            "took 1 g of paracetamol half an hour ago",
            sign("took_fever_medicine", text="took 1 g of paracetamol"),
        ),
        line("now 39.1 and my head bangs", celsius(39.1), finding("headache", text="my head bangs")),
        line("the ward's line is engaged"),
        line(
            "38.2 but the headache is getting worse",
            celsius(38.2),
            finding("headache", "getting_worse", text="the headache is getting worse"),
            sign("getting_worse"),
            intent="getting_worse",
            after=LATER,
        ),
        line("got through, they want me to come in"),
    ),
    "a_carer_for_her_little_boy": (
        line(
            "my little boy is hot and won't stop crying",
            finding("fever", text="my little boy is hot"),
        ),
        line("38.3 under the arm", at(celsius(38.3), "", place="armpit")),
        line("no rash, no cough", denied("rash"), denied("cough")),
        line(
            "he was sick once last night but not now",
            finding("vomiting", status="past", text="sick once last night"),
        ),
        line("Can I give him ibuprofen?", intent="ask_medicine"),
        line("he is fine again", finding("fever", status="past", text="he is fine again"), after=LATER),
    ),
    "marek_and_the_pump": (
        line("the pump is screaming at me", sign("infusion_trouble", text="the pump is screaming at me")),
        line("Yes", intent="affirm"),
        line(
            "bp 96/58, pulse 118",
            value("systolic", 96, text="96/58"),
            value("diastolic", 58, text="96/58"),
            value("pulse", 118),
        ),
        line(
            "bp now 84 over 50",
            value("systolic", 84, text="84 over 50"),
            value("diastolic", 50, text="84 over 50"),
            after=LATER,
        ),
        line("oxygen 91 %, sugar is 12.2", value("oxygen", 91), value("blood_sugar", 12.2)),
        line("the nurse is on her way"),
    ),
    "aisha_and_the_check_question": (
        line(
            "banging headache since lunch",
            finding("headache", "severe", text="banging headache since lunch"),
            sign("severe"),
        ),
        line("None of these", intent="deny"),
        line("maybe a bit dizzy", finding("dizziness", status="uncertain", text="maybe a bit dizzy")),
        line(
            "the dizziness is gone",
            finding("dizziness", status="past", text="the dizziness is gone"),
            after=LATER,
        ),
    ),
    "george_whose_words_are_his_own": (
        line("there is a hum in my bones and it buzzes"),
        line(
            "my legs feel like custard",
            finding("unlisted", text="my legs feel like custard"),
            intent="unlisted_complaint",
        ),
        line("it comes in waves, like a washing machine"),
        line("I cannot find the word for it", finding("difficulty_talking", text="I cannot find the word")),
        line("I have no thermometer", sign("no_thermometer", text="no thermometer")),
        line(
            "did not take any paracetamol",
            sign("took_fever_medicine", "denied", text="did not take any paracetamol"),
        ),
    ),
}


def handed_over(talk: Talk) -> HandOver:
    decision = decide(talk.conversation, KNOWLEDGE, SETTINGS, talk.now)
    return build.hand_over(talk.conversation, decision, VOICE, talk.now)


def night(name: str) -> HandOver:
    talk = Talk()
    play(NIGHTS[name], talk)
    return handed_over(talk)


def told(*lines: Line) -> HandOver:
    talk = Talk()
    play(lines, talk)
    return handed_over(talk)


def changed(file: Path, content: str) -> str:
    """How the content differs from what is kept, line by line; with WRITE_GOLDEN=1 it is kept first."""
    if os.environ.get("WRITE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    before = file.read_text(encoding="utf-8").splitlines()
    lines = difflib.unified_diff(before, content.splitlines(), f"kept/{file.name}", "now", lineterm="")
    return "\n".join(lines)


def problems(bundle: dict[str, Any]) -> list[str]:
    """What FHIR R4 has against a bundle: its schemas, its required codes, its references.

    The schemas raise by themselves; the codes that a value must be one of, they only list.
    """
    addresses = [entry["fullUrl"] for entry in bundle.get("entry", ())]
    found = [f"address twice: {one}" for one in set(addresses) if addresses.count(one) > 1]
    found += [f"leads nowhere: {one}" for one in _references(bundle) if one not in addresses]
    found += _wrong_codes(construct_fhir_element(bundle["resourceType"], bundle))
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _wrong_codes(model: Any) -> Iterator[str]:
    if isinstance(model, list):
        for item in model:
            yield from _wrong_codes(item)
    if not isinstance(model, FHIRAbstractModel):
        return
    for name, field in model.__fields__.items():
        content = getattr(model, name)
        allowed = field.field_info.extra.get("enum_values")
        if allowed and isinstance(content, str) and content not in allowed:
            yield f"{model.resource_type}.{name}: {content}"
        yield from _wrong_codes(content)
