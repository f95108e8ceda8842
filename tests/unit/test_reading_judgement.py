"""Two readings, one judgement: where they agree it stands, where they differ the costs decide."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from blina.knowledge import load_knowledge
from blina.knowledge.schema import OwnCertainty
from blina.reading.judgement import Judged
from blina.reading.learned.reader import Opinion
from blina.reading.model import REPORTED, Finding, Sign, Status
from tests.unit.opinions import finding, judge, opinion, sign

KNOWLEDGE = load_knowledge()


def weigh(
    findings: Sequence[Finding] = (),
    signs: Sequence[Sign] = (),
    *opinions: Opinion,
    text: str = "some text",
) -> Judged:
    by_label = {one.label: one for one in opinions}
    return judge().weigh(text, findings, signs, by_label, {})


def status_of(judged: Judged) -> Status:
    (only,) = judged.findings
    return only.status


def test_a_label_has_costs_of_its_own_where_the_policy_says_so_and_else_those_of_its_group() -> None:
    own = {"rash": OwnCertainty.parse_obj({"keeps": 0.07})}
    costs = KNOWLEDGE.policy.reading.copy(update={"labels": own})
    group = costs.group(KNOWLEDGE.symptoms["rash"].urgency.value)
    assert costs.of("rash", KNOWLEDGE.symptoms) == group.copy(update={"keeps": 0.07})
    assert costs.of("chills", KNOWLEDGE.symptoms) == costs.group(KNOWLEDGE.symptoms["chills"].urgency.value)


@pytest.mark.parametrize(("reported", "found"), [(0.5, True), (0.49, False)])
def test_what_the_lexicon_lacks_is_added_from_its_threshold_on(reported: float, found: bool) -> None:
    judged = weigh((), (), opinion("rash", reported))
    assert [f.symptom for f in judged.findings] == ["rash"] * found


def test_what_may_be_there_is_added_as_uncertain() -> None:
    assert status_of(weigh((), (), opinion("rash", 0.9, uncertain=True))) is Status.UNCERTAIN


def test_a_sure_denial_is_added_as_a_denial() -> None:
    assert status_of(weigh((), (), opinion("rash", 0.1, Status.DENIED, 0.8))) is Status.DENIED


@pytest.mark.parametrize(("reported", "kept"), [(0.2, True), (0.19, False)])
def test_what_the_lexicon_reports_is_kept_unless_it_is_very_unlikely(reported: float, kept: bool) -> None:
    judged = weigh([finding("rash", Status.PRESENT)], (), opinion("rash", reported, Status.PAST, 0.7))
    assert status_of(judged) is (Status.PRESENT if kept else Status.PAST)


@pytest.mark.parametrize(("reported", "kept"), [(0.4, True), (0.39, False)])
def test_in_a_sentence_that_speaks_about_symptoms_the_lexicon_needs_the_learned_reader_more(
    reported: float, kept: bool
) -> None:
    found, said = finding("rash", Status.PRESENT), {"rash": opinion("rash", reported)}
    judged = judge().weigh("told to ring for a rash", [found], (), said, {}, doubted=frozenset({(0, 4)}))
    assert (found.start, found.end) == (0, 4)
    assert status_of(judged) is (Status.PRESENT if kept else Status.NOT_REPORTED)


@pytest.mark.parametrize("status", [Status.DENIED, Status.PAST])
def test_what_the_lexicon_reports_gives_way_to_a_sure_denial_or_end(status: Status) -> None:
    found = [finding("rash", Status.PRESENT)]
    assert status_of(weigh(found, (), opinion("rash", 0.2, status, 0.9))) is status
    assert status_of(weigh(found, (), opinion("rash", 0.2, status, 0.89))) is Status.PRESENT
    unsaid = opinion("rash", 0.2, Status.NOT_REPORTED, 0.95)
    assert status_of(weigh(found, (), unsaid)) is Status.PRESENT


def test_what_is_taken_away_without_a_sure_status_was_only_mentioned() -> None:
    judged = weigh([finding("rash", Status.PRESENT)], (), opinion("rash", 0.05))
    assert status_of(judged) is Status.NOT_REPORTED


@pytest.mark.parametrize("status", [Status.DENIED, Status.PAST, Status.NOT_REPORTED])
def test_what_the_cues_deny_is_raised_when_the_learned_reader_is_sure(status: Status) -> None:
    assert status_of(weigh([finding("rash", status)], (), opinion("rash", 0.9))) is Status.PRESENT
    assert status_of(weigh([finding("rash", status)], (), opinion("rash", 0.89))) is status


@pytest.mark.parametrize(("reported", "there"), [(0.6, True), (0.59, False)])
def test_where_a_message_turns_less_is_enough(reported: float, there: bool) -> None:
    found = [finding("rash", Status.DENIED)]
    judged = judge().weigh(
        "no rash until today", found, (), {"rash": opinion("rash", reported)}, {}, turns=True
    )
    assert status_of(judged) is (Status.PRESENT if there else Status.DENIED)


def test_a_difference_on_a_warning_sign_is_handed_on_with_the_more_urgent_status() -> None:
    judged = weigh([finding("seizures", Status.PRESENT)], (), opinion("seizures", 0.3, Status.DENIED, 0.6))
    (difference,) = judged.disagreements
    assert (difference.subject, difference.urgent, difference.other) == (
        "seizures",
        Status.PRESENT,
        Status.DENIED,
    )


def test_a_difference_on_anything_else_is_decided_in_silence() -> None:
    assert not weigh(
        [finding("rash", Status.PRESENT)], (), opinion("rash", 0.3, Status.DENIED, 0.6)
    ).disagreements


def test_readings_that_agree_leave_nothing_to_ask() -> None:
    assert not weigh([finding("seizures", Status.PRESENT)], (), opinion("seizures", 0.9)).disagreements


def test_a_number_is_judged_by_its_value_and_not_by_the_learned_reader() -> None:
    assert not weigh((), (), opinion("rash", 0.9, place=(5, 9)), text="size 38.5").findings
    assert weigh((), (), opinion("rash", 0.9, place=(0, 4)), text="warm 38.5").findings


def test_signs_are_weighed_like_symptoms() -> None:
    judged = weigh((), [sign("infusion_trouble")], opinion("infusion_trouble", 0.05, Status.DENIED, 0.9))
    assert [s.status for s in judged.signs] == [Status.DENIED]
    assert [s.id for s in weigh((), (), opinion("infusion_trouble", 0.8)).signs] == ["infusion_trouble"]


def test_words_that_only_say_how_bad_it_is_are_the_lexicons() -> None:
    judged = weigh((), [sign("severe")], opinion("severe", 0.0, Status.NOT_REPORTED, 0.9))
    assert [s.status for s in judged.signs] == [Status.PRESENT]


def test_a_warning_sign_that_is_not_reported_leaves_a_suspicion() -> None:
    assert weigh((), (), opinion("seizures", 0.4)).suspicion == pytest.approx(0.4)
    assert weigh((), (), opinion("rash", 0.4)).suspicion == 0.0


def test_labels_that_the_model_does_not_know_are_the_lexicons() -> None:
    judged = weigh([finding("cough", Status.PRESENT)])
    assert [f.status in REPORTED for f in judged.findings] == [True]


def test_a_denial_that_the_learned_reader_doubts_leaves_a_suspicion() -> None:
    doubted = weigh([finding("seizures", Status.DENIED)], (), opinion("seizures", 0.3, Status.DENIED, 0.6))
    assert status_of(doubted) is Status.DENIED
    assert doubted.suspicion == pytest.approx(0.3)


def test_what_a_value_means_is_not_guessed_again() -> None:
    by_label = {"rash": opinion("rash", 0.9)}
    assert judge().weigh("rash of 3", (), (), by_label, {}, frozenset({"rash"})).findings == []


def test_beside_a_value_only_what_is_there_is_added() -> None:
    there, denied = opinion("seizures", 0.9), opinion("seizures", 0.1, Status.DENIED, 0.9)
    measured = frozenset({"seizures"})
    assert judge().weigh("some text", (), (), {"seizures": there}, {}, measured).findings
    assert not judge().weigh("some text", (), (), {"seizures": denied}, {}, measured).findings


def test_of_what_a_value_tells_nothing_is_added_beside_it() -> None:
    there, measured = {"rash": opinion("rash", 0.9)}, frozenset({"rash"})
    assert not judge().weigh("some text", (), (), there, {}, measured).findings
