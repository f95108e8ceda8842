"""The triage policy: what everything still current in a conversation adds up to.

The steps are those of the triage policy that ``policy.yml`` holds; the most urgent
result wins. Each result carries its rule, a sentence and the sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from blina.knowledge.base import Knowledge
from blina.knowledge.schema import Category, Mention, Rule, Source, Symptom, SymptomSign, Urgency, ValueLimit
from blina.knowledge.settings import Settings
from blina.knowledge.wording import fill, temperature
from blina.reading.model import Status
from blina.triage import cues, daily_check, values
from blina.triage.conditions import Situation
from blina.triage.conversation import WORSE, Conversation, Report, Value
from blina.triage.decision import Assessment, Decision, Reason
from blina.triage.memory import UNLISTED

SCREENING = "screening"
# Answers to the screening question that raise the urgency; the name is also the rule's.
ALARMING_ANSWERS = ("yes", "unsure", "refused", "not_understood")
MEDICINE_SIGN = "took_fever_medicine"
LONG_AGO = "long_ago"  # a sign
_MANY_UNCLEAR = 2


def decide(conversation: Conversation, knowledge: Knowledge, settings: Settings, now: datetime) -> Decision:
    """Triage everything that is current.

    Args:
        conversation: after `blina.triage.memory.expire` or `blina.triage.memory.merge`.
        knowledge: the knowledge files.
        settings: the temperature that counts as fever and the unit to show.
        now: the time, for the window in which CRS signs add up.

    Returns:
        The decision; adding a symptom never lowers it, a denial never raises it.
    """
    core = _Core(conversation, knowledge, settings, now)
    assessments = sorted((core.assess(report) for report in conversation.reports), key=_most_urgent_first)
    of_symptoms = [reason for item in assessments for reason in item.reasons]
    named = {reason.rule for reason in of_symptoms}
    alone = [reason for reason in core.rules_that_stand_alone() if reason.rule not in named]
    alone += core.adding_up(assessments)
    reasons = sorted([*alone, *of_symptoms], key=lambda reason: -reason.urgency.rank)
    urgency = max((reason.urgency for reason in reasons), default=Urgency.NONE)
    categories = [item.category for item in assessments if item.urgency is urgency is not Urgency.NONE]
    return Decision(
        urgency=urgency,
        category=categories[0] if categories else Category.NONE,
        reasons=tuple(_without_repeats(reasons)),
        symptoms=tuple(assessments),
    )


def is_active(report: Report, knowledge: Knowledge, now: datetime) -> bool:
    """Whether a symptom counts now.

    A warning sign that was there in this conversation within the CRS window still counts when
    it is said to be over: fever and confusion come and go. Source: triage policy, step 3
    ("anywhere in the last 24 hours of the conversation").
    """
    if report.present:
        return True
    symptom = knowledge.symptoms.get(report.symptom)
    return bool(
        symptom
        and report.status is Status.PAST
        and report.present_time
        and now - report.present_time <= _window(knowledge)
        and (symptom.urgency >= Urgency.CONTACT_NOW or symptom.has_sign(SymptomSign.CRS))
    )


class _Core:
    """The policy's steps over one conversation at one time."""

    def __init__(
        self, conversation: Conversation, knowledge: Knowledge, settings: Settings, now: datetime
    ) -> None:
        self._conversation = conversation
        self._knowledge = knowledge
        self._policy = knowledge.policy
        self._settings = settings
        active = tuple(report for report in conversation.reports if is_active(report, knowledge, now))
        describing = cues.describing_signs(knowledge) | cues.steering_signs(knowledge)
        said = {sign.id for sign in conversation.signs if sign.present}
        said |= {sign for report in active for sign in report.qualifiers}
        self._screening = next(
            (item.answer for item in reversed(conversation.answers) if item.question == SCREENING), None
        )
        self._active = active
        self._situation = Situation(
            knowledge,
            active,
            frozenset(said) - describing,
            unanswered_screening=self._screening in ALARMING_ANSWERS,
        )
        recent = {
            report.symptom
            for report in active
            if report.present_time and now - report.present_time <= _window(knowledge)
        }
        pair = recent & set(self._policy.syndrome.any_two)
        self._pair = pair if len(pair) > 1 else set()
        self._checked = tuple(daily_check.standing(conversation, knowledge, now))
        self._limits = values.Limits.of(knowledge, settings)
        self._took_medicine = MEDICINE_SIGN in said
        self._hidden = self._took_medicine and values.has_low_reading(conversation, self._limits)

    def rules_that_stand_alone(self) -> Iterator[Reason]:
        """Steps 1 and 5: rules that need nothing but what they name."""
        for rule in self._situation.holding(self._policy.rules):
            if rule.urgency:
                yield self._reason(rule.id)
        yield from self._values_that_stand_alone()
        yield from self._signs_that_are_over()
        if self._conversation.stands:
            yield self._reason("standing.earlier", Urgency(self._conversation.stands.urgency))
        for id, lay in self._checked:
            yield self._reason(id, lay=lay)
        if sum(kept.complaint for kept in self._conversation.unclear) >= _MANY_UNCLEAR:
            yield self._reason("unclear.twice")
        if any(kept.foreign for kept in self._conversation.unclear):
            yield self._reason("unclear.language")
        if self._conversation.question and self._conversation.question.id == SCREENING:
            yield self._reason("screening.open", Urgency.NONE)

    def adding_up(self, assessments: Iterable[Assessment]) -> Iterator[Reason]:
        """Step 12: several different complaints that each need a call."""
        words = self._policy.adding_up
        many = {
            item.report.symptom for item in assessments if item.urgency >= words.each and item.report.present
        }
        if len(many) >= words.complaints:
            yield self._reason("several.today", words.to)

    def _signs_that_are_over(self) -> Iterator[Reason]:
        """Step 11 for warnings that no symptom stands for: a pump that runs again, a droop that went away."""
        signs = self._conversation.signs
        long_ago = {sign.turn for sign in signs if sign.id == LONG_AGO}
        over = {sign.id for sign in signs if sign.status is Status.PAST and sign.turn not in long_ago}
        if not over:
            return
        names = self._knowledge.wording["sign"]
        for rule in self._policy.rules:
            if not rule.urgency or rule.urgency < Urgency.CONTACT_NOW or self._situation.holds(rule.any_of):
                continue
            for sign in sorted(over & {term for terms in rule.any_of for term in terms}):
                over_rule = "past.emergency" if rule.urgency is Urgency.EMERGENCY else "past.warning"
                yield self._reason(over_rule, lay=names.get(sign, self._knowledge.signs[sign].meaning))

    def _values_that_stand_alone(self) -> Iterator[Reason]:
        """Step 4, beyond the documents: values that mean no symptom, and values that get worse."""
        is_ill = any(report.present for report in self._active)
        said = {value.kind for value in self._conversation.values}
        for kind in (kind for kind in self._limits.kinds if kind in said):
            for value in values.standing(kind, self._conversation):
                limit = self._limits.applying(value)
                if limit is None or limit.means or (limit.with_illness and not (is_ill or value.is_unwell)):
                    continue
                shown = self._shown(kind, value.value)
                yield self._reason(limit.rule, value=shown, limit=limit.number)
            if values.worsening(kind, self._conversation, self._limits):
                yield self._reason("number.getting_worse")

    def _shown(self, kind: str, value: float) -> str:
        return self._degrees(value) if kind == values.TEMPERATURE else f"{value:g}"

    def assess(self, report: Report) -> Assessment:
        """Steps 1 to 10 for one symptom."""
        symptom = self._knowledge.symptoms.get(report.symptom)
        if symptom is None:
            return self._unlisted(report)
        reasons: list[Reason] = []
        if report in self._active:
            reasons = self._steps(report, symptom)
        elif report.status is Status.PAST:
            reasons = [self._past(report, symptom)]
        return Assessment(
            report,
            symptom.label,
            symptom.lay,
            symptom.category,
            max((reason.urgency for reason in reasons), default=Urgency.NONE),
            tuple(sorted(reasons, key=lambda reason: -reason.urgency.rank)),
        )

    def _steps(self, report: Report, symptom: Symptom) -> list[Reason]:
        below = values.is_below_limit(report, self._conversation, self._limits)
        reasons = []
        if report.symptom in self._pair:
            reasons.append(self._reason(self._policy.syndrome.any_two_rule))
        for escalation in symptom.escalations:
            if self._situation.holds(escalation.any_of, report):
                rule = escalation.rule or f"escalation.{symptom.id}"
                sources = self._policy.rule(escalation.rule or "escalation").sources + self._named_in(symptom)
                reasons.append(Reason(rule, escalation.reason, sources, escalation.to))
        if needs_screening(symptom) and self._screening in ALARMING_ANSWERS:
            reasons.append(self._reason(f"screening.{self._screening}"))
        reasons.append(self._base(report, symptom, below))
        reasons += self._steps_up(report, symptom, max(reason.urgency for reason in reasons))
        return reasons

    def _base(self, report: Report, symptom: Symptom, below: bool) -> Reason:
        """The urgency of the symptom by itself, with the rule that explains it best."""
        if below and self._hidden:
            return self._reason("number.hidden_fever", symptom.urgency)
        if below:
            low = values.standing(values.TEMPERATURE, self._conversation)[-1]
            return self._reason("number.temperature_below", value=self._degrees(low.value))
        measured = values.alarming(report.symptom, self._conversation, self._limits)
        if measured and (limit := self._limits.meaning(measured[-1].kind)):
            return self._measured(measured[-1], limit, symptom.urgency)
        if symptom.has_sign(SymptomSign.NEUROLOGICAL) and symptom.urgency >= Urgency.CONTACT_NOW:
            return self._reason("neuro.warning", symptom.urgency, symptom)
        if symptom.id in self._policy.syndrome.alone:
            return self._reason(self._policy.syndrome.alone_rule, symptom.urgency, symptom)
        words = self._policy.category_words(symptom.category)
        return Reason("base", fill(words.reason, lay=symptom.lay), self._named_in(symptom), symptom.urgency)

    def _measured(self, value: Value, limit: ValueLimit, urgency: Urgency) -> Reason:
        shown = self._shown(value.kind, value.value)
        return self._reason(limit.rule, urgency, value=shown, limit=limit.number)

    def _steps_up(self, report: Report, symptom: Symptom, urgency: Urgency) -> Iterator[Reason]:
        """Step 9, and a fever that medicine may hide (step 4): one step up, at most what the policy says."""
        higher = urgency.step_up(self._policy.course.at_most)
        if higher is urgency:
            return
        if report.course:
            yield self._reason("course.worse" if report.course == WORSE else "course.again", higher)
        if self._hidden and (symptom.has_sign(SymptomSign.CRS) or symptom.has_sign(SymptomSign.INFECTION)):
            yield self._reason("number.hidden_fever", higher)

    def _past(self, report: Report, symptom: Symptom) -> Reason:
        if LONG_AGO in report.qualifiers:
            return self._reason("past.long_ago", symptom=symptom)
        if symptom.urgency is Urgency.EMERGENCY and report.present_time is None:
            # told as something over: how long ago is not known
            return self._reason("past.emergency", symptom=symptom)
        if symptom.urgency >= Urgency.CONTACT_NOW:
            hideable = symptom.has_sign(SymptomSign.CRS) or symptom.has_sign(SymptomSign.INFECTION)
            if hideable and self._took_medicine:
                return self._reason("past.fever_medicine", symptom=symptom)
            return self._reason("past.warning", symptom=symptom)
        return self._reason("past", symptom=symptom)

    def _unlisted(self, report: Report) -> Assessment:
        """Step 10: a complaint that no document lists."""
        words = self._policy.unlisted
        reasons = []
        if report.present:
            raised = bool(set(report.qualifiers) & set(words.raised_by)) or report.course is not None
            if raised:
                reasons.append(self._reason("unlisted.raised", words.raised_to))
            else:
                reasons.append(self._reason(UNLISTED, words.urgency))
        label = self._knowledge.text("names", "unlisted_label")
        lay = self._knowledge.text("names", "unlisted_lay")
        urgency = max((reason.urgency for reason in reasons), default=Urgency.NONE)
        return Assessment(report, label, lay, Category.UNLISTED, urgency, tuple(reasons))

    def _reason(
        self, rule_id: str, urgency: Urgency | None = None, symptom: Symptom | None = None, **filled: str
    ) -> Reason:
        """A rule's reason; its urgency is the policy's own where none is given."""
        rule = self._policy.rule(rule_id)
        if symptom:
            filled["lay"] = symptom.lay
        number = filled.pop("limit", None)
        threshold = self._number(number) if number else self._degrees(self._limits.fever_c)
        text = fill(rule.reason, threshold=threshold, **filled)
        named = self._named_in(symptom) if symptom else ()
        # places that name the symptom and carry the rule explain best
        both = tuple(source for source in named if source in rule.sources)
        return Reason(
            rule_id, text, tuple(dict.fromkeys((*both, *named, *rule.sources))), urgency or _urgency(rule)
        )

    def _number(self, name: str) -> str:
        number = self._limits.numbers[name]
        return self._degrees(number) if name.endswith("_c") else f"{number:g}"

    def _degrees(self, celsius: float) -> str:
        return temperature(celsius, self._settings)

    @staticmethod
    def _named_in(symptom: Symptom) -> tuple[Source, ...]:
        """Where the documents name the symptom, the lists of its category first."""
        return _places(symptom.mentions, symptom.category.value.removesuffix("_warning"))


@lru_cache(maxsize=256)
def _places(mentions: tuple[Mention, ...], first: str) -> tuple[Source, ...]:
    ordered = sorted(mentions, key=lambda mention: mention.section != first)
    return tuple(Source(document=mention.document, section=mention.section) for mention in ordered)


def _urgency(rule: Rule) -> Urgency:
    if rule.urgency is None:
        raise ValueError(f"the rule {rule.id} of policy.yml needs an urgency")
    return rule.urgency


def needs_screening(symptom: Symptom) -> bool:
    """Whether the screening question belongs to the symptom. Source: triage policy, step 6."""
    return symptom.has_sign(SymptomSign.SCREEN)


def _window(knowledge: Knowledge) -> timedelta:
    return timedelta(hours=float(knowledge.policy.numbers.syndrome_window_hours))


def _most_urgent_first(item: Assessment) -> tuple[int, bool, int, int]:
    category = list(Category).index(item.category)
    return -item.urgency.rank, not item.report.present, category, item.report.first_turn


def _without_repeats(reasons: Iterable[Reason]) -> Iterator[Reason]:
    seen = set()
    for reason in reasons:
        if (reason.rule, reason.text) not in seen:
            seen.add((reason.rule, reason.text))
            yield reason
