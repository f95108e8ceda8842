"""docs/evaluation.md: the figures as tables, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.evaluate.bounds import Tally
from benchmarks.evaluate.challenge import HARMFUL, Failure, Fault, Kind, Row
from benchmarks.evaluate.parts import Quality
from benchmarks.evaluate.patients import Measured
from benchmarks.evaluate.statistics import Share, highest_rate
from benchmarks.evaluate.thresholds import COST_OF_A_MISS, Curve, Named
from benchmarks.markdown import table_lines
from blina.knowledge.schema import Urgency

KINDS = {
    Kind.RED_FLAG: "red flag",
    Kind.ORDINARY: "ordinary",
    Kind.NOT_NOW: "not now (denied, past, asked, feared, quoted, others, idioms)",
    Kind.SEVERAL: "several symptoms",
    Kind.TYPING: "typing errors",
}

# Beside the challenge set: the folder, its title, and what is to be known about it.
MORE_SETS = {
    "blind": (
        "The blind set",
        """, written once by somebody who saw neither the lexicon nor the
training phrases nor the challenge set. Nobody reads which of them fail, so nothing is fitted to them: of all
figures here these say best what new messages will meet. Only totals are printed.""",
    ),
    "described_blind": (
        "Described, blind",
        """, by writers who were asked to describe what happens
without naming the symptom, in dialects, slips of the pen and long stories, or to use a symptom's words for
something else. Nobody reads which of them fail. They are meant to be as hard as messages get: people mostly
name what they feel.""",
    ),
    "described": (
        "Described, read",
        """ by the same writers, whose failures were read while the
lexicon grew. The difference to the set before is what reading failures buys.""",
    ),
}


@dataclass(frozen=True)
class Figures:
    """Everything that was measured in one run."""

    rows: Sequence[Row]
    failures: Sequence[Failure]
    more: Mapping[str, tuple[Sequence[Row], Sequence[Failure]]]
    parts: Mapping[str, Quality]
    symptoms: Mapping[str, tuple[Share, int]]
    first: Mapping[str, Share]
    epochs: int
    curves: Mapping[tuple[str, str], Curve]
    used: Mapping[tuple[str, str], float]
    named: Mapping[str, Named]
    held_out: int
    bounded: Mapping[str, Mapping[str, Tally]]
    milliseconds: float
    growth: Mapping[int, float]
    patients: Sequence[Measured]
    command: str


def write(figures: Figures) -> str:
    """The whole document."""
    sections = [_head(figures), _challenge(figures)]
    sections += [_more(name, *measured) for name, measured in figures.more.items()]
    sections += [_bounded(name, tallies) for name, tallies in figures.bounded.items()]
    sections += [
        _parts(figures),
        _patients(figures),
        _thresholds(figures),
        _time(figures),
        _symptoms(figures),
    ]
    return "\n\n".join(sections) + "\n"


def _head(figures: Figures) -> str:
    return f"""# How well the assistant understands patients

Written by `{figures.command}`; do not edit. Shares come with their counts and Wilson's 95 % interval.
Nothing here was measured on patients of blinatumomab: it says how messages are read, not how safe
anyone is."""


def _challenge(figures: Figures) -> str:
    lines = [
        f"""## The challenge set

{len(figures.rows)} messages in `tests/challenge/`, written apart from the training phrases and the
lexicon and never trained on, on the whole way from text to triage. *Wrong* is a reply that is too urgent or
not urgent enough, or a symptom that is missed or not there. Failures on it were read while the lexicon
and its rules grew, so these figures are better than those on messages that nobody has seen.
""",
        *table_lines(
            ["kind", "messages", "wrong", "too low", "too high"], _kinds(figures.rows, figures.failures)
        ),
        "",
        _red_flags(figures),
        "",
        _overcalled(figures),
    ]
    return "\n".join(lines)


_BOUNDED = {
    "frames": (
        "Fresh frames",
        "one grammar, many symptoms, by somebody who saw only the policy",
    ),
    "blind_round2": (
        "The second blind set",
        "ten voices, half of the red flags described, a quarter over 40 words; scored, never read",
    ),
}


def _bounded(name: str, tallies: Mapping[str, Tally]) -> str:
    title, about = _BOUNDED[name]
    rows = ([group, *tally.cells()] for group, tally in sorted(tallies.items()))
    return "\n".join(
        [
            f"## {title}\n",
            f"Messages in `tests/challenge/{name}/`: {about}.\n",
            *table_lines(["kind", "messages", "right", "too low", "not called now", "too high"], rows),
        ]
    )


def _more(name: str, rows: Sequence[Row], failures: Sequence[Failure]) -> str:
    title, about = MORE_SETS[name]
    lines = [
        f"## {title}\n\n{len(rows)} messages in `tests/challenge/{name}/`{about}\n",
        *table_lines(["kind", "messages", "wrong", "too low", "too high"], _kinds(rows, failures)),
        "",
        _not_called_now(rows, failures),
    ]
    return "\n".join(lines)


def _not_called_now(rows: Sequence[Row], failures: Sequence[Failure]) -> str:
    low = [f for f in failures if f.row.kind is Kind.RED_FLAG and f.fault is Fault.TOO_LOW]
    later = sum(Urgency(f.got) < Urgency.CONTACT_NOW for f in low)
    total = sum(row.kind is Kind.RED_FLAG for row in rows)
    return (
        f"Red flags whose reply did not say to call now: {Share(later, total)}. "
        f"The other {len(low) - later} of those too low were told to call the team now, "
        "not the emergency number."
    )


def _kinds(rows: Sequence[Row], failures: Sequence[Failure]) -> Iterator[list[object]]:
    for kind, name in KINDS.items():
        total = sum(row.kind is kind for row in rows)
        if not total:
            continue
        ours = [f for f in failures if f.row.kind is kind]
        wrong = {f.row.text for f in ours if f.fault in HARMFUL}
        faults = Counter(f.fault for f in ours)
        yield [name, total, Share(len(wrong), total), faults[Fault.TOO_LOW], faults[Fault.TOO_HIGH]]


def _red_flags(figures: Figures) -> str:
    total = sum(row.kind is Kind.RED_FLAG for row in figures.rows)
    missed = sum(f.row.kind is Kind.RED_FLAG and f.fault is Fault.TOO_LOW for f in figures.failures)
    if missed:
        return f"**Red flags that were not called urgent enough: {Share(missed, total)}.**"
    limit = highest_rate(missed, total)
    return (
        f"**No red flag of {total} was missed.** A true rate of misses above {limit:.2%} on messages "
        "like these could be excluded with 95 % certainty, and no lower one, had the set stayed unseen."
    )


def _overcalled(figures: Figures) -> str:
    total = sum(row.kind is Kind.ORDINARY for row in figures.rows)
    called = {
        f.row.text
        for f in figures.failures
        if f.row.kind is Kind.ORDINARY and f.fault is Fault.TOO_HIGH and Urgency(f.got) >= Urgency.CONTACT_NOW
    }
    return f"Ordinary messages called `contact_now` or `emergency`: {Share(len(called), total)}."


def _parts(figures: Figures) -> str:
    table = table_lines(
        ["part", "recall", "precision", "F1"],
        ([name, part.recall, part.precision, f"{part.f1:.3f}"] for name, part in figures.parts.items()),
    )
    default = table_lines(
        ["classifier", "messages with symptoms, first guess is one of them"],
        ([name, share] for name, share in figures.first.items()),
    )
    note = (
        "" if figures.epochs == 100 else f" (DIET learned for {figures.epochs} of its 100 epochs in this run)"
    )
    return "\n".join(
        [
            "## Each part alone, and Rasa's default pipeline",
            "",
            "Symptoms found in the challenge set. Every part uses the same rules for denials; the default",
            f"pipeline is that of `rasa init`, trained on the same phrases{note}:",
            "it names one intent a message.",
            "",
            *table,
            "",
            "![Recall and precision of each part](images/evaluation-parts.png)",
            "",
            *default,
        ]
    )


def _patients(figures: Figures) -> str:
    if not figures.patients:
        return (
            "## Messages that patients wrote\n\nNot measured in this run: "
            "`make evaluate PATIENT_MESSAGES=/path/*.jsonl` measures such files on the running assistant."
        )
    rows = (
        [m.name, m.rows, m.quality.recall, m.quality.precision, m.denied, m.quiet, f"{m.median_ms:.0f}"]
        for m in figures.patients
    )
    head = [
        "file",
        "rows",
        "recall",
        "precision",
        "denied, not called present",
        "no symptom, not urgent",
        "median ms",
    ]
    excluded = [[m.name, row, reason] for m in figures.patients for row, reason in m.excluded]
    lines = [
        "## Messages that patients wrote",
        "",
        "Over REST on the running assistant. A label stands for a group of symptoms; any of them finds it.",
        '`make evaluate PATIENT_MESSAGES="consultations.jsonl psytar.jsonl"` repeats it; '
        "[patient-messages.md](patient-messages.md)",
        "has the figures for each symptom.",
        "",
        *table_lines(head, rows),
        "",
        "Rows that are left out because their label is plainly wrong:" if excluded else "No row is left out.",
    ]
    return "\n".join([*lines, *(["", *table_lines(["file", "row", "reason"], excluded)] if excluded else [])])


def _thresholds(figures: Figures) -> str:
    rows = (
        [
            decision,
            group,
            f"{COST_OF_A_MISS[group]:g}",
            curve.reported,
            f"{curve.best:.2f}",
            f"{figures.used[decision, group]:.2f}",
        ]
        for (decision, group), curve in figures.curves.items()
    )
    return "\n".join(
        [
            "## How sure the learned reader must be",
            "",
            f"On {figures.held_out} labelled messages that it did not learn from. *adds*: the lexicon found "
            "nothing; *keeps*: the",
            "lexicon reports it; *denied*, *past*, *mentioned*: the cues say so. What a missed",
            "symptom costs, in false alarms, is a judgement that clinicians should confirm. What is in use",
            "stands in `knowledge/drugs/blinatumomab/policy.yml`.",
            "",
            *table_lines(["decision", "labels", "cost of a miss", "reported", "cheapest", "in use"], rows),
            "",
            "![Cost against threshold](images/evaluation-thresholds.png)",
            "",
            "Labels with thresholds of their own. Where the lexicon names one: how often it is there, how",
            "sure the learned reader is of it at least, how often it is not there, and how many of those are",
            "taken away. Where the lexicon does not: how many of those that are there are added, and how",
            "many are invented. These thresholds were also tried on messages written after the reader of",
            "today had learned (docs/data.md).",
            "",
            *table_lines(
                [
                    "label",
                    "keeps",
                    "there",
                    "as sure as",
                    "not there",
                    "taken away",
                    "adds",
                    "added",
                    "invented",
                ],
                (
                    [
                        label,
                        f"{one.costs.keeps:.3f}",
                        one.right,
                        f"{one.lowest:.3f}",
                        one.wrong,
                        one.taken_away,
                        f"{one.costs.adds:.2f}",
                        f"{one.added} of {one.silent}",
                        one.invented,
                    ]
                    for label, one in figures.named.items()
                ),
            ),
        ]
    )


def _time(figures: Figures) -> str:
    rows = ([length, f"{ms:.1f}", f"{1000 * ms / length:.1f}"] for length, ms in figures.growth.items())
    return "\n".join(
        [
            "## Time",
            "",
            f"Reading 20 words takes {figures.milliseconds:.1f} ms at the median, on one thread.",
            "",
            *table_lines(["characters", "ms", "microseconds a character"], rows),
            "",
            "![Time against length](images/evaluation-time.png)",
        ]
    )


def _symptoms(figures: Figures) -> str:
    rows = ([id, share, alarms] for id, (share, alarms) in figures.symptoms.items())
    return "\n".join(
        [
            "## Each symptom",
            "",
            "In the challenge set: found in how many of the messages that it is in, and in others.",
            "Fever and low blood pressure are also read from values, which the triage adds later and "
            "this table leaves out.",
            "",
            *table_lines(["symptom", "found", "false alarms"], rows),
            "",
            "![Recall of each symptom](images/evaluation-symptoms.png)",
        ]
    )
