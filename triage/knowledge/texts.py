"""The texts of ``wording.yml`` that the program says: without one of them it does not start."""

from __future__ import annotations

from collections.abc import Iterator

from triage.knowledge.vocabulary import Urgency

_URGENCIES = " ".join(urgency.value for urgency in Urgency)
_NAMES = {
    "about": "if_it_happens not_listed tell_me",
    "action": _URGENCIES,
    "action_no_number": _URGENCIES,
    "after_action": "call_today carer contact_now emergency emergency_team number_not_set tell_team",
    "asked": "again_oxygen again_systolic again_temperature feverish",
    "chip": "no none_of_these unsure yes",
    "crisis": "call line say team",
    "fallback": "say",
    "forget": "done warning",
    "heading": "sources",
    "infusion": "meanwhile say tell",
    "measured": "blood_sugar diastolic oxygen pulse systolic temperature",
    "medicine": (
        "ask_team ask_team_call fever_hiding listed listed_several not_listed not_listed_several unknown"
    ),
    "memory": "before corrected denied earlier past still",
    "messaging": "choose chosen no_words old_button private too_fast words_only",
    "names": "unlisted_label unlisted_lay",
    "others": "less_urgent",
    "question": "feverish screening",
    "reading": "empty no_words not_understood other_language too_long",
    "screening": "clear if_no_answer if_yes if_yes_else noted still_open",
    "screening_chip": (
        "confusion fainting fever_or_chills trouble_breathing trouble_seeing trouble_speaking "
        "trouble_walking vomiting"
    ),
    "small_talk": (
        "abuse affirm can_do feels_fine feels_fine_but goodbye greet nothing_asked out_of_scope thanks"
    ),
    "source": "place",
    "summary": (
        "answer answers denied heading medicine nothing now over sign signs symptom symptoms unsure value "
        "values worse"
    ),
    "summary_line": "one several",
    "topic": "beyond not_covered reach",
    "unlisted": "say tell",
    "value": "again below hidden_fever if_ill no_thermometer noted",
    "why": "approved heading nothing rule",
}


def required_texts() -> Iterator[tuple[str, str]]:
    """Section and name of every text that has to be there.

    A text with the team's phone number also needs its ``_no_number`` form: the loader sees to that.
    """
    for section, names in _NAMES.items():
        for name in names.split():
            yield section, name
