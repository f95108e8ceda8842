"""The names that the program itself uses: without one of them in the knowledge it does not start.

Like `texts` for the wording. What the knowledge names itself (`roles`, `syndrome`, `screening` in policy.yml)
is not here: it may be renamed there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from blina.knowledge.problems import Problem
from blina.knowledge.schema import LexiconFile, Policy, Symptom, SymptomSign, Urgency, ValuesFile
from blina.knowledge.yaml_file import YamlFile

# Cues by what reads them: each group is expected in one file of the lexicon.
_CUES = {
    "reading": (
        "denied_before denied_right_before not_a_denial denied_after denied_at_end past_before "
        "past_right_before past_after past_later returned uncertain_before uncertain_after hypothetical "
        "fear question owned_after rated_after judged_after question_after leaflet other_person "
        "ends_scope excepted_after shorthand well foreign not_over_before not_over_after there_now"
    ).split(),
    "emoji": ["emoji"],
    "turns": ["turns"],
    "doubt": ["in_doubt_before", "in_doubt_around", "reports_after", "says_there", "but_for"],
    "conversation": (
        "no_wish_to_die speaks_of_harm answer_yes answer_no answer_elliptic answer_elliptic_rest "
        "answer_unsure answer_hedge answer_only answer_nothing_else answer_again answer_second_thought "
        "answer_refuses denying_words answer_partly answer_except answer_rest answer_not_well "
        "answer_the_rest no_answer no_answer_only correction correction_start correction_not "
        "correction_within correction_within_beside over comforting plain_words friendly_marks came_back "
        "patient_writes asks asks_in_general asks_yes_or_no general_beside speaks_of_one unwell not_fine "
        "describing_signs steering_signs circumstance_signs asks_letters asks_spelled_out carer_of "
        "carer_names on_treatment carer_says carer_beside is_less is_not_less wants_deleted "
        "deletes_nothing confirms_deleting keeps_everything speaks_of_deleting asks_medicine "
        "blood_thinners fears_dying says_better other_people asks_app_approved asks_what_kept "
        "asks_emergency_call progress_not progress_no_answer progress_no_phone progress_told_come_in "
        "progress_told_wait progress_told_expected progress_ring_back progress_arrived "
        "progress_on_the_way progress_fixed progress_called progress_wrote progress_will_call "
        "asks_why_asked asks_notice asks_meaning asks_drive asks_who asks_tell asks_call asks_sleep "
        "asks_how_long asks_go_or_wait asks_diagnosis asks_pass asks_dangerous asks_now speaks_of_summary "
        "speaks_of_medicines takes_for_good feelings feelings_beside eases over_now over_beside check_yes "
        "check_as_ever check_beside check_changed check_not_measured stops_sleep stops_eating "
        "stops_drinking stops_getting_up stops_moving stops_hands stops_washing stops_everyday "
        "stops_concentrating stops_in_front stops_in_it stops_behind stops_not no_medicine_names "
        "deletes_only was_there puzzled no_deleting facts fact_of facts_beside says_hello says_goodbye "
        "waits denies_before check_back_yes check_back_no check_back_stop check_back_stop_always "
        "list_yes list_no list_not list_fine list_not_fine list_cross list_between list_turns list_abilities "
        "list_rest list_but"
    ).split(),
}
_LISTS_OF_SIGNS = frozenset({"describing_signs", "steering_signs", "circumstance_signs"})
_INFUSION_CUES = (
    "infusion_things",
    "infusion_rates",
    "infusion_fine",
    "infusion_not_fine",
    "not_of_the_pump",
)
_INFUSION_SIGN = "infusion_trouble"
_SIGNS = (
    "self_harm getting_worse again long_ago took_fever_medicine none_of_those no_thermometer "
    "blood_thinner severe mild minimised four_or_more_a_day"
).split()
_WORD_GROUPS = ("drug", "fever_drug")
_KINDS = ("temperature", "systolic", "diastolic", "oxygen")
_QUESTIONS = ("screening",)
# Rules that the triage core carries out itself.
_RULES = (
    "number.hidden_fever number.temperature_below number.getting_worse several.today unclear.twice "
    "screening.open screening.yes screening.unsure screening.refused screening.not_understood "
    "escalation course.worse course.again unlisted unlisted.raised base past past.long_ago past.warning "
    "past.emergency past.fever_medicine unclear.language daily_check.changed daily_check.unsure "
    "daily_check.over standing.earlier"
).split()
# Those of them whose urgency nothing else gives.
_WITH_URGENCY = frozenset(
    "number.temperature_below number.getting_worse unclear.twice screening.yes screening.unsure "
    "screening.refused screening.not_understood past past.long_ago past.warning past.emergency "
    "past.fever_medicine unclear.language daily_check.changed daily_check.unsure daily_check.over".split()
)
_NEUROLOGICAL_RULE = "neuro.warning"
# Alarms that every drug has: the rule, and the sign that raises it by itself.
_ALARMS = {"emergency.self_harm": "self_harm", "emergency.cannot_be_woken": "cannot_be_woken"}
# Kinds of value that must be able to raise the advice to call now.
_ALARMING_KINDS = ("temperature", "systolic", "oxygen")

Files = Mapping[str, tuple[YamlFile, Any]]


def names() -> Mapping[str, frozenset[str]]:
    """Every name that the program uses, by what it names."""
    cues = {cue for group in _CUES.values() for cue in group}
    return {
        "cue": frozenset({*cues, *_INFUSION_CUES}),
        "sign": frozenset({*_SIGNS, _INFUSION_SIGN}),
        "word group": frozenset(_WORD_GROUPS),
        "kind": frozenset(_KINDS),
        "question": frozenset(_QUESTIONS),
        "rule": frozenset({*_RULES, *_ALARMS, _NEUROLOGICAL_RULE}),
    }


def problems(files: Files, others: Collection[Policy] = ()) -> Iterator[Problem]:
    """What the program names and the knowledge lacks.

    Args:
        files: by name inside the knowledge folder: the file and its content, right in itself.
        others: the policies of other drugs, for which the common lexicon has cues too.
    """
    lexicon = [item for name, item in files.items() if name.startswith("lexicon/")]
    yield from _in_lexicon(lexicon, files["policy.yml"][1])
    yield from _cues_without_reader(lexicon, files["policy.yml"][1], others)
    yield from _signs_in_lists(lexicon, files)
    yield from _in_policy(files)
    yield from _limits(files)
    file, values = files["values.yml"]
    yield from _missing(file, "kinds", "kind", _KINDS, [kind.id for kind in values.kinds])


def _in_lexicon(lexicon: Sequence[tuple[YamlFile, LexiconFile]], policy: Policy) -> Iterator[Problem]:
    infused = policy.roles.infusion_rule is not None
    groups = [*_CUES.values(), *([_INFUSION_CUES] if infused else []), _of_data(policy)]
    for group in groups:
        yield from _missing_in(lexicon, "cues", "cue", group)
    signs = [*_SIGNS, *([_INFUSION_SIGN] if infused else [])]
    yield from _missing_in(lexicon, "signs", "sign", signs)
    yield from _missing_in(lexicon, "words", "word group", _WORD_GROUPS)


def _of_data(policy: Policy) -> list[str]:
    """Cues whose name the policy gives: the words for the items of the check question."""
    return [f"{prefix}_{item.id}" for item in policy.screening for prefix in ("screening", "names")]


def _cues_without_reader(
    lexicon: Sequence[tuple[YamlFile, LexiconFile]], policy: Policy, others: Collection[Policy]
) -> Iterator[Problem]:
    """A misspelt name would otherwise be a cue that is never looked for."""
    own = _cues_that_are_read(policy)
    common = own.union(*map(_cues_that_are_read, others))
    for file, part in lexicon:
        for cue in part.cues:
            if cue not in (common if file.is_common else own):
                yield file.problem(("cues", cue), "nothing reads a cue of this name")


def _cues_that_are_read(policy: Policy) -> set[str]:
    questions = [*policy.questions, "feverish", "have_it", "sure"]
    answers = {f"answer_{question}_{answer}" for question in questions for answer in ("yes", "no")}
    listed = {f"listed_{item.id}" for item in policy.screening}  # those that have any
    return {
        *names()["cue"],
        *_of_data(policy),
        *(entry.cue for entry in policy.follow_ups),
        *answers,
        *listed,
    }


def _signs_in_lists(lexicon: Sequence[tuple[YamlFile, LexiconFile]], files: Files) -> Iterator[Problem]:
    """What is said of a sign elsewhere is said of one that is there."""
    signs = {sign for _, part in lexicon for sign in part.signs}
    for file, part in lexicon:
        for cue in part.cues.keys() & _LISTS_OF_SIGNS:
            for at, sign in enumerate(part.cues[cue]):
                if sign not in signs:
                    yield file.problem(("cues", cue, at), f"there is no sign '{sign}'")
    file, policy = files["policy.yml"]
    for at, sign in enumerate(policy.roles.summing):
        if sign not in signs:
            yield file.problem(("roles", "summing", at), f"there is no sign '{sign}'")
    symptoms = {symptom.id for symptom in files["symptoms.yml"][1].symptoms}
    for label in policy.reading.labels:
        if label not in signs | symptoms:
            yield file.problem(("reading", "labels", label), f"there is no symptom or sign '{label}'")
    file, wording = files["wording.yml"]
    for sign in wording.texts.get("sign", {}):
        if sign not in signs:
            yield file.problem(("texts", "sign", sign), f"there is no sign '{sign}'")


def _missing_in(
    lexicon: Sequence[tuple[YamlFile, LexiconFile]], field: str, what: str, wanted: Collection[str]
) -> Iterator[Problem]:
    """What no file of the lexicon has, said of the file that has most of it."""
    there = {name for _, part in lexicon for name in getattr(part, field)}
    if not lexicon or not set(wanted) - there:
        return
    file, _ = max(lexicon, key=lambda item: len(set(wanted) & set(getattr(item[1], field))))
    yield from _missing(file, field, what, wanted, there)


def _missing(
    file: YamlFile, field: str, what: str, wanted: Iterable[str], there: Collection[str]
) -> Iterator[Problem]:
    for name in wanted:
        if name not in there:
            yield file.problem((field,), f"the {what} '{name}' is missing, and the program needs it")


def _in_policy(files: Files) -> Iterator[Problem]:
    file, policy = files["policy.yml"]
    symptoms = files["symptoms.yml"][1].symptoms
    at = {rule.id: number for number, rule in enumerate(policy.rules)}
    rules = [*_RULES, *_ALARMS]
    if any(_is_neurological_warning(symptom) for symptom in symptoms):
        rules.append(_NEUROLOGICAL_RULE)
    yield from _missing(file, "rules", "rule", rules, at)
    yield from _missing(file, "questions", "question", _QUESTIONS, policy.questions)
    for id in sorted(_WITH_URGENCY & at.keys()):
        if policy.rule(id).urgency is None:
            yield file.problem(("rules", at[id]), f"{id} needs an urgency")
    for id, sign in _ALARMS.items():
        if id in at and ((sign,) not in policy.rule(id).any_of or policy.rule(id).urgency is None):
            yield file.problem(("rules", at[id], "any_of"), f"{id} must hold for [{sign}] alone")
    yield from _named_rules(file, policy)
    yield from _roles(file, policy, {symptom.id: symptom for symptom in symptoms})


def _is_neurological_warning(symptom: Symptom) -> bool:
    return symptom.has_sign(SymptomSign.NEUROLOGICAL) and symptom.urgency >= Urgency.CONTACT_NOW


def _named_rules(file: YamlFile, policy: Policy) -> Iterator[Problem]:
    """Rules that other parts of the policy name."""
    rules = {rule.id: rule for rule in policy.rules}
    named = {
        ("syndrome", "alone_rule"): policy.syndrome.alone_rule,
        ("syndrome", "any_two_rule"): policy.syndrome.any_two_rule,
        ("roles", "infusion_rule"): policy.roles.infusion_rule,
    }
    for place, rule in named.items():
        if rule is not None and rule not in rules:
            yield file.problem(place, f"there is no rule '{rule}'")
    together = rules.get(policy.syndrome.any_two_rule)
    if together is not None and together.urgency is None:
        yield file.problem(("syndrome", "any_two_rule"), f"{together.id} needs an urgency")
    infusion = rules.get(policy.roles.infusion_rule or "")
    if infusion is not None and (_INFUSION_SIGN,) not in infusion.any_of:
        yield file.problem(
            ("roles", "infusion_rule"), f"{infusion.id} must hold for [{_INFUSION_SIGN}] alone"
        )


def _roles(file: YamlFile, policy: Policy, symptoms: Mapping[str, Symptom]) -> Iterator[Problem]:
    roles = policy.roles
    for field in ("fever", "chills"):
        id = getattr(roles, field)
        if id is not None and id not in symptoms:
            yield file.problem(("roles", field), f"there is no symptom '{id}'")
    for at, id in enumerate(roles.first_aid):
        if id not in symptoms or symptoms[id].meanwhile is None:
            yield file.problem(("roles", "first_aid", at), f"there is no symptom '{id}' with a 'meanwhile'")
    for at, item in enumerate(policy.screening):
        for id in (item.symptom, *item.also):
            if id not in symptoms:
                yield file.problem(("screening", at), f"there is no symptom '{id}'")
    for kind, id in roles.stopped.items():
        if id not in symptoms:
            yield file.problem(("roles", "stopped", kind), f"there is no symptom '{id}'")
    if policy.means.get("temperature") != roles.fever:
        yield file.problem(
            ("limits", "temperature"), f"a limit must mean '{roles.fever}', the fever of roles"
        )


def _limits(files: Files) -> Iterator[Problem]:
    """The values that must alarm do."""
    file, policy = files["policy.yml"]
    values: ValuesFile = files["values.yml"][1]
    urgencies = {symptom.id: symptom.urgency for symptom in files["symptoms.yml"][1].symptoms}
    rules = {rule.id: rule for rule in policy.rules}
    for kind in policy.limits:
        if kind not in {one.id for one in values.kinds}:
            yield file.problem(("limits", kind), f"values.yml has no kind '{kind}'")
    for kind, limits in policy.limits.items():
        if sum(limit.means is not None for limit in limits) > 1:
            yield file.problem(("limits", kind), "only one limit of a kind can mean a symptom")
        for at, limit in enumerate(limits):
            if limit.means is None and limit.rule in rules and rules[limit.rule].urgency is None:
                place = ("limits", kind, at, "rule")
                yield file.problem(place, f"{limit.rule} needs an urgency, as the value means no symptom")
    for kind in _ALARMING_KINDS:
        reached = [
            urgencies.get(limit.means) if limit.means else rules[limit.rule].urgency
            for limit in policy.limits.get(kind, ())
            if limit.rule in rules
        ]
        if not any(urgency is not None and urgency >= Urgency.CONTACT_NOW for urgency in reached):
            yield file.problem(("limits", kind), f"no {kind} would need a call now: that is not safe")
