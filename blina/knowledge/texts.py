"""The texts of ``wording.yml`` that the program says: without one of them it does not start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from blina.knowledge.schema import Policy, ValuesFile
from blina.knowledge.vocabulary import Urgency

_URGENCIES = " ".join(urgency.value for urgency in Urgency)
_STANDING = (
    "after_call call_today contact_now out_of_reach crisis_stands crisis_stands_no_line emergency".split()
)
_NAMES = {
    "about": "if_it_happens not_listed tell_me",
    "action": _URGENCIES,
    "action_no_number": _URGENCIES,
    "after_action": "call_today carer contact_now emergency emergency_team number_not_set tell_team",
    "alert": "subject waits",
    "answer_name": "given no not_understood other refused unsure yes",
    "asked": "feverish have_it sure",
    "about_me": "cannot_call nobody_reads not_approved team_is_told team_reads",
    "check_back": "ask no stop",
    "chip": "changed delete_everything no none_of_these not_measured stop_asking stop_check unsure yes",
    "crisis": "call line say team",
    "daily_check": "again again_temperature again_who ended finished intro progress stopped tell who",
    "despair": "better denied fear fear_again here line no no_line thanks",
    "fallback": "say",
    "forget": "ask done kept nothing_deleted still_counts warning",
    "hand_over": (
        "advice advised advised_now advised_too answer answer_to answers asked because blanks "
        "blood_pressure by_value chart chart_as_ever chart_changed chart_checks chart_not_finished "
        "chart_unsure check_as_ever check_changed check_not_finished check_unsure checks "
        "circumstances complaints course_worse cycle denials denied "
        "denied_line done down earlier empty falling first_written heading hides_fever is_listed "
        "is_not_known is_over item last_there limit line made measured_at medicine medicines no_cycle "
        "no_dose no_time not_ruled_out not_understood noted now others over point quote quoted reading "
        "reason rising rules same shown since some_medicine stops stops_itself "
        "taken_asked taken_no taken_not_said taken_yes there "
        "told_at told_times treatment unasked unsure up values worse writes_carer writes_patient "
        "writes_unknown"
    ),
    "heading": "sources why_hint",
    "letters": "say",
    "meant": "else",
    "medicine": (
        "ask_team ask_team_call blood_thinner fever_hiding listed listed_several not_listed "
        "not_listed_several unknown"
    ),
    "memory": "before corrected denied earlier past past_stays",
    "messaging": "choose chosen help no_words old_button private replaced too_fast words_only",
    "names": "unlisted_label unlisted_lay",
    "others": "less_urgent",
    "noticing": "say then",
    "privacy": "sentence",
    "progress": (
        "arrived called emergency_too fixed keep_trying no_answer no_answer_again no_answer_yet no_phone "
        "on_the_way ring_again ring_back they_must_know told_come_in told_expected told_wait will_call wrote"
    ),
    "progress_name": (
        "arrived called fixed no_answer no_phone on_the_way ring_back told_come_in told_expected "
        "told_wait will_call wrote"
    ),
    "question": "feverish have_it screening",
    "question_again": "screening",
    "reading": "empty kept no_words not_sure not_understood other_language too_long worried",
    "screening": "clear if_no if_no_answer if_no_else if_yes if_yes_else late noted still_open until written",
    "small_talk": (
        "abuse affirm affirm_but can_do fact feels_fine feels_fine_but goodbye greet minimised noted "
        "nothing_asked nothing_asked_but out_of_scope thanks"
    ),
    "source": "place",
    "sure": "sign symptom",
    "stops_name": "concentrating drinking eating everyday getting_up hands moving sleep washing",
    "standing": " ".join(f"{name}_{number}" for name in _STANDING for number in range(1, 5)),
    "summary": "answer nothing symptom unsure",
    "summary_line": "one several",
    "topic": "beyond not_covered reach",
    "unlisted": "say tell",
    "value": (
        "again at_least at_most below cannot_judge hidden_fever if_ill near_fever no_thermometer noted over "
        "series uncertain under"
    ),
    "what_to_do": (
        "call dangerous_call_today dangerous_contact_now dangerous_emergency dangerous_tell_team "
        "diagnosis drive go_or_wait_call_today go_or_wait_contact_now go_or_wait_emergency "
        "go_or_wait_reached go_or_wait_tell_team how_long_call_today how_long_contact_now "
        "how_long_emergency how_long_reached how_long_tell_team nothing_yet now_call_today "
        "now_contact_now now_emergency now_reached now_tell_team pass_on sleep_call_today "
        "sleep_contact_now sleep_emergency sleep_reached sleep_tell_team tell tell_nothing who why_asked"
    ),
    "whose": "carer_is denied denied_unnamed i_am patient_writes somebody_else told",
    "why": "approved heading nothing rule",
}

_OF_AN_INFUSION = {"infusion": "meanwhile say tell"}


def required_texts(policy: Policy, values: ValuesFile, letters: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Section and name of every text that has to be there.

    A text with the team's phone number also needs its ``_no_number`` form: the loader sees to that.

    Args:
        policy: names the items of the check question, and the kinds of value that are asked again.
        values: names the kinds of value.
        letters: names of the abbreviations that can be asked about.
    """
    for section, names in {**_NAMES, **(_OF_AN_INFUSION if policy.roles.infusion_rule else {})}.items():
        for name in names.split():
            yield section, name
    for name in letters:
        yield from ((section, name) for section in ("letters", "letters_name", "letters_term"))
    for item in policy.screening:
        yield "screening_chip", item.id
        yield "meant", item.id
    yield from (("asked", f"again_{kind}") for kind in policy.means)
    yield from (("measured", kind.id) for kind in values.kinds)
