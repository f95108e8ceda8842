"""The benchmark's own arithmetic and what it writes; how long anything takes is measured elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.performance import profile, report, stock
from benchmarks.performance.client import Load, messages
from benchmarks.performance.measure import Answers, Refusal
from benchmarks.performance.results import Measured, Results, targets
from benchmarks.performance.statistics import around, of_rounds, quantile


def bot(milliseconds: float, megabytes: float, start: float) -> Measured:
    seconds = milliseconds / 1000
    return Measured(
        starts=[start],
        answers=Answers(((seconds,) * 20,), milliseconds, megabytes, megabytes),
        throughput={1: [Load((seconds,) * 20, 20 * seconds)], 8: [Load((seconds,) * 20, 20 * seconds)]},
        turns=[[seconds] * 100],
        at_once=[(4 * seconds, True)],
        profile=[("run (a.py)", 0.5)],
    )


RESULTS = Results(
    ours=bot(10, 300, 5),
    stock=bot(100, 1000, 30),
    epochs=2,
    stock_training=200,
    training=40,
    nothing_changed=0.2,
    long_messages=[0.1],
    refusal=Refusal(413, (0.01,), 0.0),
    memory={0: 300.0, 1000: 300.0, 20_000: 303.0},
    encoder=4,
    empty_handler=1,
    storing=0.5,
)


def missed(results: Results) -> list[str]:
    return [target.what for target in targets(results) if not target.holds]


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 2), (0.75, 3), (0.95, 4), (1, 4)])
def test_a_quantile_is_the_value_that_the_share_does_not_exceed(share: float, value: float) -> None:
    assert quantile([4, 1, 3, 2], share) == value


def test_there_is_no_quantile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


def test_one_disturbed_round_does_not_count() -> None:
    assert of_rounds([[1, 2, 3], [1, 2, 3], [90, 91, 92]], 0.5) == 2


def test_the_time_of_a_turn_is_that_of_the_turns_leading_up_to_it() -> None:
    assert around([[9, 9, 1, 2, 3], [9, 9, 1, 2, 3]], turn=5, width=3) == 2


def test_a_fast_bot_meets_every_target() -> None:
    assert missed(RESULTS) == []


@pytest.mark.parametrize(
    ("worse", "what"),
    [
        (replace(RESULTS, ours=bot(26, 300, 5)), "median time of a message"),
        (replace(RESULTS, ours=bot(26, 300, 5)), "messages a second, 8 patients at a time"),
        (replace(RESULTS, ours=bot(10, 701, 5)), "memory after 1,000 messages"),
        (replace(RESULTS, ours=bot(10, 300, 16)), "start until ready"),
        (replace(RESULTS, ours=replace(RESULTS.ours, turns=[[0.01] * 95 + [0.013] * 5])), "turn 100"),
        (replace(RESULTS, ours=replace(RESULTS.ours, at_once=[(0.1, False)])), "four messages at once"),
        (replace(RESULTS, ours=replace(RESULTS.ours, at_once=[(0.3, True)])), "four messages at once"),
        (replace(RESULTS, training=60), "training from scratch"),
        (replace(RESULTS, nothing_changed=1), "deciding that nothing changed"),
        (replace(RESULTS, long_messages=[0.1, 0.3, 0.3]), "message of 5,000 characters"),
        (replace(RESULTS, refusal=Refusal(200, (0.01,), 0.0)), "body of 1 MB"),
        (replace(RESULTS, refusal=Refusal(413, (0.01,), 2.0)), "body of 1 MB"),
        (replace(RESULTS, memory={0: 300.0, 1000: 300.0, 20_000: 316.0}), "memory after 20,000 messages"),
        (replace(RESULTS, storing=2), "storing a turn"),
    ],
)
def test_a_figure_that_is_too_bad_is_said_to_be(worse: Results, what: str) -> None:
    assert any(name.startswith(what) for name in missed(worse))
    assert f"Not met: {missed(worse)[0]}" in report.write(worse, [], "make bench")


def test_a_run_replaces_what_the_last_one_wrote_and_nothing_else() -> None:
    document = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    written = report.put_into(document, "new")
    assert written == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    assert report.put_into(written, "new") == written


def test_a_document_without_its_markers_is_left_alone() -> None:
    with pytest.raises(ValueError, match="lost the lines"):
        report.put_into("nothing here", "new")


def test_the_report_names_ratio_ceiling_and_profile() -> None:
    text = report.write(RESULTS, ["performance-turns.png"], "make bench")
    assert "| median time of a message | 10.0 ms | 100 ms | 0.10 | at most 0.25 | yes |" in text
    assert "the sentence encoder alone takes 4.0 ms (40%)" in text
    assert "| `run (a.py)` | 50.0% |" in text
    assert "(images/performance-turns.png)" in text


def test_a_machine_that_forbids_profiles_is_said_to() -> None:
    blind = replace(RESULTS, ours=replace(RESULTS.ours, profile=None))
    assert "not measured" in report.write(blind, [], "make bench")


def test_a_profile_counts_the_innermost_functions() -> None:
    stacks = [
        "main (a.py:1);work (a.py:2) 3",
        "main (a.py:1);work (a.py:9) 3",
        "main (a.py:1) 2",
        "wait (threading.py:5) 90",
    ]
    assert profile.top(stacks) == [("work (a.py)", 0.75), ("main (a.py)", 0.25)]


def test_the_stock_bot_has_the_pipeline_and_policies_of_rasa_init() -> None:
    content = stock.configuration(7)
    assert [part["name"] for part in content["policies"]] == [
        "MemoizationPolicy",
        "RulePolicy",
        "UnexpecTEDIntentPolicy",
        "TEDPolicy",
    ]
    assert [part["epochs"] for part in content["pipeline"] if "epochs" in part] == [7, 7]


def test_there_are_two_hundred_messages_or_more() -> None:
    assert len(messages()) >= 200
