"""The page that a clinician reads and signs: everything the assistant decides by, in words.

``python -m blina.replies.clinician_page`` writes it to ``docs/triage.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from blina.knowledge import Knowledge, load_knowledge
from blina.knowledge.schema import GROUP_TERM, SYMPTOM_TERM, Condition, Rule, Source, Symptom
from blina.knowledge.settings import Settings, load_settings
from blina.knowledge.wording import listing

PAGE = Path(__file__).resolve().parents[2] / "docs" / "triage.md"

_TERMS = {
    "always": "always",
    "red_flag": "any red flag",
    "fever_or_chills": "fever or chills",
    "infection_sign": "any sign of infection",
    "unanswered_screening": "the check question was answered with yes or not sure, or not understandably",
}


def page(knowledge: Knowledge, settings: Settings) -> str:
    """The page as Markdown.

    Args:
        knowledge: what it describes.
        settings: as they are shipped, for the temperature that counts as fever.
    """
    parts = [
        _head(),
        _steps(knowledge),
        _numbers(knowledge, settings),
        _rules(knowledge),
        _questions(knowledge),
        _daily_check(knowledge),
        _symptoms(knowledge),
        _documents(knowledge),
        _signature(),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head() -> Iterator[str]:
    yield "# The triage, for clinicians to check and sign"
    yield ""
    yield "<!-- Made by `python -m blina.replies.clinician_page` from knowledge/. Do not edit. -->"
    yield ""
    yield "This page says what the assistant advises for each symptom, and why. It is made from the files in"
    yield "`knowledge/`, and a test fails when the two differ. The policy is a proposal by engineers on the"
    yield "basis of two documents: **a clinician must approve it before patients use it.** The most urgent"
    yield "result wins. Category and urgency are two things: the category is where the documents list a"
    yield "symptom, and it never lowers the urgency."


def _steps(knowledge: Knowledge) -> Iterator[str]:
    policy = knowledge.policy
    yield "## What the urgencies mean"
    yield ""
    yield "| urgency | what the patient is told first |"
    yield "|---|---|"
    for words in reversed(policy.urgencies):
        yield _row(f"`{words.id.value}`", knowledge.wording["action"][words.id.value])
    yield ""
    yield "## What adds up"
    yield ""
    labels = {id: symptom.label for id, symptom in knowledge.symptoms.items()}
    hours = f"{policy.numbers.syndrome_window_hours:g}"
    name = policy.syndrome.name
    yield f"- A {name} warning alone: {listing([labels[id] for id in policy.syndrome.alone])}."
    yield f"- A {name} warning when any two come within {hours} hours:"
    yield f"  {listing([labels[id] for id in policy.syndrome.any_two])}."
    yield f"- Red flags: {_condition(policy.red_flags, knowledge)}."
    yield f"- Getting worse or reported again: one step up, at most `{policy.course.at_most.value}`."
    raised = _condition(_each(policy.unlisted.raised_by), knowledge)
    yield f"- A complaint that no document lists: `{policy.unlisted.urgency.value}`;"
    yield f"  `{policy.unlisted.raised_to.value}` with: {raised}."
    yield "- Over and done with: `tell_team`; `call_today` for what would be `contact_now` or `emergency`."
    yield f"  A warning sign or CRS sign that was there in the last {hours} hours of the conversation"
    yield "  still counts as if it were there."
    yield "- A fever in words with a temperature under the limit: `call_today`; beside other signs it still"
    yield "  counts as a fever."
    yield "- A temperature under the limit after a medicine that hides fever: signs of CRS or infection go"
    yield "  one step up."
    yield "- Being unsure, a refusal, an exception or an answer that is not understood counts like the"
    yield "  alarming answer. Minimising lowers nothing."
    yield "- A no that comes after the check question was closed lowers nothing. A no to it can be taken back"
    yield "  in the next two messages. A row of yes and no is one answer for each item."
    yield '- A question in general reports nothing ("is a fever of 38 bad?", without a word of anybody, of a'
    yield "  time, or of what is known already). Whether it is there is asked directly: yes, unsure and a"
    yield "  refusal count as a report. Any other question about a complaint is one."
    yield '- "Told to wait" and "expected" count as the team\'s word only where they are theirs: not the'
    yield "  family's, nor what somebody ill says of himself. They never lower anything."
    yield "- Only a plain correction takes a report back. A denial of what was reported says that it is over."
    adding = policy.adding_up
    yield f"- {adding.complaints} different complaints that each need `{adding.each.value}`:"
    yield f"  `{adding.to.value}`."
    for entry in policy.follow_ups:
        named = listing([labels[id] for id in entry.about], last="or")
        said = ", ".join(f'"{phrase}"' for phrase in knowledge.cues[entry.cue][:3])
        yield f"- Said next of {named}: {said} and the like count as"
        yield f"  {knowledge.signs[entry.adds].meaning}."


def _numbers(knowledge: Knowledge, settings: Settings) -> Iterator[str]:
    numbers = knowledge.policy.numbers
    yield "## Numbers"
    yield ""
    yield "| what | value |"
    yield "|---|---|"
    yield _row("Fever from", f"{settings.fever_threshold_c:.1f} °C (a setting of the centre)")
    yield _row("Low upper blood pressure under", f"{numbers.low_systolic_mmhg:g} mmHg")
    yield _row("Low oxygen under", f"{numbers.low_oxygen_percent:g} %")
    for kind in knowledge.values.kinds:
        for limit in knowledge.policy.limits.get(kind.id, ()):
            if limit.means:
                continue
            number = getattr(numbers, limit.number)
            name = knowledge.wording["measured"][kind.id]
            ill = ", when ill" if limit.with_illness else ""
            row = f"{number:g} {kind.unit}, beyond the documents: a clinician must set it"
            yield _row(f"{name} {limit.side}{ill}: call today", row)
    yield _row("Severe from", f"{numbers.severe_from} on a scale of 0 to 10")
    yield _row(
        f"{knowledge.policy.syndrome.name} signs add up within", f"{numbers.syndrome_window_hours:g} hours"
    )
    yield _row("What was said counts for", f"{numbers.memory_hours:g} hours")
    yield _row("Questions in a conversation, at most", str(numbers.max_questions))


def _rules(knowledge: Knowledge) -> Iterator[str]:
    yield "## Rules"
    yield ""
    yield "| rule | what the patient reads | urgency | when | sources |"
    yield "|---|---|---|---|---|"
    for rule in knowledge.policy.rules:
        yield _rule(rule, knowledge)


def _rule(rule: Rule, knowledge: Knowledge) -> str:
    urgency = f"`{rule.urgency.value}`" if rule.urgency else ""
    when = _condition(rule.any_of, knowledge)
    return _row(f"`{rule.id}`", rule.reason, urgency, when, _places(rule.sources, knowledge))


def _questions(knowledge: Knowledge) -> Iterator[str]:
    yield "## Questions the assistant asks"
    yield ""
    yield "Only where the answer can change the urgency, and none twice. The check question (`screening`) is"
    yield "asked for the symptoms that are marked *check* below; yes, not sure or an answer that is not"
    yield "understood means `contact_now`."
    yield ""
    yield "| question | words | asked about | what the alarming answer means |"
    yield "|---|---|---|---|"
    chips = ", ".join(knowledge.wording["screening_chip"].values())
    for id, question in knowledge.policy.questions.items():
        words = knowledge.wording["question"][id].format(symptoms=chips)
        about = _condition(question.about, knowledge)
        means = _condition(_each(question.signs), knowledge)
        yield _row(f"`{id}`", words, about, f"{question.alarming}: {means}" if means else "")


def _daily_check(knowledge: Knowledge) -> Iterator[str]:
    check = knowledge.daily_check
    yield "## The daily check at home"
    yield ""
    yield "Beyond the two documents: a proposal that a clinician must approve. One thing is asked at a time,"
    yield "without a score. A yes means that all is as ever. A no or a change is `daily_check.changed`; not"
    yield "sure, not measured, or not understood twice is `daily_check.unsure`: each ends the check."
    yield "A symptom that is told while it runs is judged as always, and what needs a call now ends the"
    yield "check. When a later check of the same kind is as ever, what was found is `daily_check.over`."
    for form in check.forms:
        yield ""
        yield f"### {form.title}"
        yield ""
        yield "| item | words | sources |"
        yield "|---|---|---|"
        for item in (item for id in form.items if (item := check.item(id))):
            words = item.ask.format(sentence=item.sentence or "")
            yield _row(f"`{item.id}`", words, _places(item.sources, knowledge))


def _symptoms(knowledge: Knowledge) -> Iterator[str]:
    yield f"## The {len(knowledge.symptoms)} documented side effects"
    for words in knowledge.policy.categories:
        listed = [symptom for symptom in knowledge.symptoms.values() if symptom.category is words.id]
        if listed:
            yield ""
            yield f"### {words.title}"
        for symptom in listed:
            yield ""
            yield from _symptom(symptom, knowledge)


def _symptom(symptom: Symptom, knowledge: Knowledge) -> Iterator[str]:
    yield f"#### {symptom.label} (`{symptom.id}`): `{symptom.urgency.value}`"
    yield ""
    if symptom.signs:
        names = ("check" if sign.value == "screen" else sign.value for sign in symptom.signs)
        yield f"- Groups: {', '.join(names)}"
    for escalation in symptom.escalations:
        yield f"- `{escalation.to.value}` when {escalation.when}"
        yield f"  (for the program: {_condition(escalation.any_of, knowledge)})"
    yield f"- The patient tells the team: {symptom.tell_the_team}"
    if symptom.meanwhile:
        yield f"- Until then: {symptom.meanwhile}"
    for mention in symptom.mentions:
        yield f"- Source: {_place(mention, knowledge)}: “{mention.term}”"


def _documents(knowledge: Knowledge) -> Iterator[str]:
    yield "## Sources"
    yield ""
    yield "| name | title | date | kind |"
    yield "|---|---|---|---|"
    for document in knowledge.documents.values():
        yield _row(document.name, document.title, document.date, document.kind)


def _signature() -> Iterator[str]:
    yield "## Approval"
    yield ""
    yield "| approved by | role | date | changes asked for |"
    yield "|---|---|---|---|"
    yield _row("", "", "", "")


def _condition(condition: Condition, knowledge: Knowledge) -> str:
    """The condition in words: "and" inside an inner list, "; or" between them."""
    return "; or ".join(" and ".join(_term(term, knowledge) for term in terms) for terms in condition)


def _term(term: str, knowledge: Knowledge) -> str:
    if term in _TERMS:
        return _TERMS[term]
    if term.startswith(SYMPTOM_TERM):
        id = term[len(SYMPTOM_TERM) :]
        return knowledge.symptoms[id].label if id in knowledge.symptoms else f"something {id}"
    if term.startswith(GROUP_TERM):
        return f"any symptom of the group {term[len(GROUP_TERM) :]}"
    return knowledge.signs[term].meaning


def _each(signs: Iterable[str]) -> Condition:
    return tuple((sign,) for sign in signs)


def _places(sources: Iterable[Source], knowledge: Knowledge) -> str:
    return "; ".join(_place(source, knowledge) for source in dict.fromkeys(sources))


def _place(source: Source, knowledge: Knowledge) -> str:
    document, section = knowledge.source_names(source)
    return f"{document}, “{section}”"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(
        page(load_knowledge(drug=load_settings().drug), load_settings(environ={})), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
