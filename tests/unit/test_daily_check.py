"""The daily check: one thing at a time; what is not as ever, or not sure, is a call now."""

from __future__ import annotations

from datetime import timedelta

import pytest
import textstat

from blina.assistant import Conversation
from blina.knowledge.schema import CheckItem
from blina.triage.conversation import CheckEnd
from blina.triage.decision import Decision
from blina.triage.memory import expire
from blina.triage.policy import decide
from tests.unit.hand_overs import handed_over
from tests.unit.talk import KNOWLEDGE, TEAM, Talk, celsius, denied, finding, sign

CHECK = KNOWLEDGE.daily_check
FORMS = {form.id: form for form in CHECK.forms}
ITEMS = [(form.id, id) for form in CHECK.forms for id in form.items if id != "temperature"]
CHIP = KNOWLEDGE.wording["chip"]
DAY = timedelta(hours=24)


def started(form: str = "from_12") -> Talk:
    return Talk().say("Daily check").say(FORMS[form].title)


def up_to(form: str, item: str) -> Talk:
    """A check in which everything before this item was as ever."""
    talk = started(form)
    for id in FORMS[form].items:
        if id == item:
            break
        talk.say("36.8", celsius(36.8)) if id == "temperature" else talk.say(CHIP["yes"], intent="affirm")
    return talk


def done(talk: Talk, form: str = "from_12", after: timedelta = timedelta(minutes=1)) -> Talk:
    """The talk with a check in which all was as ever."""
    talk.say("start the check", after=after).say(FORMS[form].title).say("36.8", celsius(36.8))
    for _ in FORMS[form].items[1:]:
        talk.say(CHIP["yes"], intent="affirm")
    return talk


def decided(talk: Talk) -> Decision:
    """What everything adds up to now."""
    return decide(expire(talk.conversation, KNOWLEDGE, talk.now), KNOWLEDGE, talk.settings, talk.now)


def asks(talk: Talk, item: str) -> bool:
    entry = CHECK.item(item)
    assert entry
    return entry.ask.split("{")[0] in talk.text


@pytest.mark.parametrize(
    "text",
    ["Daily check", "daily check please", "Start the check.", "let's do the daily check", "two-minute check"],
)
def test_it_starts_when_it_is_asked_for(text: str) -> None:
    talk = Talk().say(text)
    assert KNOWLEDGE.text("daily_check", "who") in talk.text
    assert talk.chips[:2] == [form.title for form in CHECK.forms]


@pytest.mark.parametrize(
    "text", ["I don't want the daily check", "my blood check is tomorrow", "what a check"]
)
def test_it_does_not_start_by_itself(text: str) -> None:
    assert Talk().say(text).conversation.check is None


@pytest.mark.parametrize("form", FORMS)
def test_each_item_is_asked_alone_and_the_check_is_kept_with_its_time(form: str) -> None:
    talk = started(form)
    for id in FORMS[form].items:
        assert asks(talk, id)
        assert [item for item in CHECK.items if asks(talk, item.id)] == [CHECK.item(id)]
        talk.say("36.8", celsius(36.8)) if id == "temperature" else talk.say(CHIP["yes"], intent="affirm")
    (kept,) = talk.conversation.checks
    assert kept.end is CheckEnd.AS_EVER
    assert kept.time == talk.now
    assert talk.conversation.check is None
    assert TEAM in talk.text
    assert decided(talk).urgency.value == "none"


@pytest.mark.parametrize(
    ("answer", "rule"), [("changed", "daily_check.changed"), ("unsure", "daily_check.unsure")]
)
@pytest.mark.parametrize(("form", "item"), ITEMS)
def test_any_item_that_is_not_as_ever_is_a_call_now_with_the_reason(
    form: str, item: str, answer: str, rule: str
) -> None:
    talk = up_to(form, item).say(CHIP[answer])
    entry = CHECK.item(item)
    assert entry
    assert talk.urgency == "contact_now"
    assert talk.rules == {rule}
    assert entry.lay in talk.text
    assert talk.text.startswith(f"Call your treatment team now on {TEAM}")
    assert talk.conversation.check is None
    (kept,) = talk.conversation.checks
    assert kept.found
    assert kept.found.item == item


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["Could not measure", "not sure", "I would rather not say"])
def test_a_temperature_that_is_not_measured_is_a_call_now(form: str, text: str) -> None:
    talk = started(form).say(text)
    assert talk.urgency == "contact_now"
    assert talk.rules == {"daily_check.unsure"}


def test_no_thermometer_is_a_call_now() -> None:
    assert started().say("we have no thermometer", sign("no_thermometer")).urgency == "contact_now"


def test_a_fever_in_the_check_is_judged_as_always_and_ends_it() -> None:
    talk = started().say("38.6", celsius(38.6))
    assert talk.urgency == "contact_now"
    assert "number.temperature" in talk.rules
    assert KNOWLEDGE.text("daily_check", "ended") in talk.text
    assert talk.conversation.check is None


def test_a_low_temperature_is_written_down_and_the_check_goes_on() -> None:
    talk = started().say("36.8", celsius(36.8))
    assert "36.8 °C" in talk.text
    assert asks(talk, "usual_self")


@pytest.mark.parametrize(
    "text",
    ["no", "No, not quite", "it was different", "he could not do it", "nope", "she got them mixed up", "2"],
)
def test_a_no_in_any_words_is_a_call_now(text: str) -> None:
    assert up_to("from_12", "naming").say(text).rules == {"daily_check.changed"}


@pytest.mark.parametrize(
    "text", ["maybe", "I don't know", "yes but it took ages", "sure, after a while", "3", "skip it"]
)
def test_what_is_no_plain_yes_is_not_sure(text: str) -> None:
    assert up_to("from_12", "naming").say(text).rules == {"daily_check.unsure"}


@pytest.mark.parametrize(
    "text", ["yes", "Yes!", "yeah", "he did", "all right", "no change", "the same as ever", "1"]
)
def test_a_plain_yes_goes_on(text: str) -> None:
    assert asks(up_to("from_12", "naming").say(text), "instruction")


@pytest.mark.parametrize("text", ["two of them", "most of them", "hmm", "one of them"])
def test_what_is_not_understood_is_asked_once_more_and_then_not_sure(text: str) -> None:
    talk = up_to("from_12", "naming").say(text)
    assert KNOWLEDGE.text("daily_check", "again") in talk.text
    assert asks(talk, "naming")
    assert talk.say(text).urgency == "contact_now"


def test_hang_on_leaves_the_item_open() -> None:
    talk = up_to("from_12", "naming").say("hang on").say("wait").say("one moment")
    assert asks(talk, "naming")
    assert talk.conversation.check


def test_a_denial_that_is_read_into_a_failed_item_denies_nothing() -> None:
    talk = up_to("from_12", "naming").say("no, he could not name the pen", denied("difficulty_talking"))
    assert talk.urgency == "contact_now"
    assert talk.conversation.reports == ()


def test_a_warning_sign_comes_first_and_ends_the_check() -> None:
    talk = up_to("from_12", "naming").say("he seems confused", finding("confusion"))
    assert talk.urgency == "contact_now"
    assert "neuro.warning" in talk.rules
    assert KNOWLEDGE.text("daily_check", "ended") in talk.text
    assert not asks(talk.say("yes", intent="affirm"), "naming")


def test_an_ordinary_symptom_is_judged_at_once_and_the_check_goes_on_after_its_question() -> None:
    talk = up_to("from_12", "naming").say("a bad headache", finding("headache"))
    assert talk.urgency == "call_today"
    assert not asks(talk, "naming")  # the check question of the triage comes first
    while talk.conversation.question:
        talk.say("no", intent="deny")
    assert asks(talk, "naming")
    assert talk.say("yes", intent="affirm").conversation.check


@pytest.mark.parametrize("text", ["stop", "Stop the check", "4", "cancel"])
def test_it_can_be_stopped_at_any_time(text: str) -> None:
    talk = up_to("from_12", "naming").say(text)
    assert talk.conversation.check is None
    assert KNOWLEDGE.text("daily_check", "stopped").split("{")[0] in talk.text
    assert TEAM in talk.text
    assert [check.end for check in talk.conversation.checks] == [CheckEnd.NOT_FINISHED]
    assert decided(talk).urgency.value == "none"


def test_stopping_before_anything_was_asked_leaves_no_trace() -> None:
    assert Talk().say("daily check").say("stop").conversation.checks == ()


def test_an_answer_hours_later_is_none_of_the_check() -> None:
    talk = up_to("from_12", "naming").say("no", intent="deny", after=timedelta(hours=2))
    assert decided(talk).urgency.value == "none"
    assert [check.end for check in talk.conversation.checks] == [CheckEnd.NOT_FINISHED]


def test_a_later_check_that_is_as_ever_leaves_a_call_today() -> None:
    talk = up_to("from_12", "counting").say("no", intent="deny")
    assert talk.urgency == "contact_now"
    done(talk)
    assert decided(talk).urgency.value == "call_today"
    assert "daily_check.over" in decided(talk).rules


def test_the_check_of_somebody_else_takes_nothing_back() -> None:
    talk = up_to("from_12", "counting").say("no", intent="deny")
    done(talk, "small_child")
    assert decided(talk).urgency.value == "contact_now"


def test_what_was_found_counts_as_long_as_everything_else() -> None:
    talk = up_to("from_12", "counting").say("no", intent="deny")
    hours = float(KNOWLEDGE.policy.numbers.memory_hours)
    talk.say("thanks", intent="thanks", after=timedelta(hours=hours + 1))
    assert decided(talk).urgency.value == "none"


def test_the_run_of_days_is_in_the_summary() -> None:
    talk = Talk()
    for _ in range(3):
        done(talk, after=DAY)
    talk.say("daily check", after=DAY).say("12 or older").say("36.8", celsius(36.8)).say("no", intent="deny")
    talk.say("summary", intent="summary")
    assert talk.text.count(": all as ever") == 3
    assert "wrong or changed: how the person seems" in talk.text
    assert "- Mon 2 Mar" in talk.text


def test_checks_of_days_ago_are_worth_a_summary_by_themselves() -> None:
    talk = done(Talk()).say("summary", intent="summary", after=3 * DAY)
    assert "Measured:" not in talk.text
    assert "Daily checks:\n- Sun 1 Mar" in talk.text


def test_the_summary_says_how_far_a_check_got() -> None:
    talk = up_to("from_12", "naming").say("stop").say("summary", intent="summary")
    assert ": not finished, 4 of 9 done" in talk.text


def test_the_summary_tells_not_sure_from_changed() -> None:
    talk = up_to("from_12", "counting").say("not sure").say("summary", intent="summary")
    item = CHECK.item("counting")
    assert item
    assert f": not sure: {item.lay}" in talk.text


def test_old_checks_leave_the_hand_over() -> None:
    talk = done(Talk())
    talk.say("hello", intent="greet", after=timedelta(days=CHECK.keep_days + 1))
    assert talk.conversation.checks == ()


def test_the_same_words_are_said_in_full_each_day() -> None:
    talk = done(Talk())
    first = Talk().say("daily check").text
    assert talk.say("daily check", after=DAY).text == first


@pytest.mark.parametrize("text", ["Daily check", "12 or older", "Stop the check"])
def test_its_own_words_are_no_question_about_the_medicine(text: str) -> None:
    talk = Talk() if text == "Daily check" else Talk().say("Daily check")
    talk.say(text, topic="older_people", intent="ask_drug")
    assert talk.turn
    assert len(talk.turn.replies) == 1
    assert "65" not in talk.text


def test_a_tap_is_no_message_to_hand_over() -> None:
    talk = done(Talk())
    assert [told.text for told in talk.conversation.told] == ["36.8"]


def test_a_running_check_survives_being_stored() -> None:
    talk = up_to("from_12", "naming")
    assert Conversation.from_json(talk.conversation.to_json()) == talk.conversation


def test_forgetting_everything_forgets_the_checks() -> None:
    talk = done(Talk()).say("forget me", intent="forget_me").say(CHIP["delete_everything"])
    assert talk.conversation == Conversation()


def test_no_score_is_shown() -> None:
    talk = up_to("from_12", "counting").say("no", intent="deny")
    assert "score" not in talk.text
    assert " points" not in talk.text


def test_every_item_says_where_it_comes_from_and_is_marked_as_beyond_the_documents() -> None:
    kinds = {document.id: document.kind for document in KNOWLEDGE.documents.values()}
    for item in CHECK.items:
        assert any(kinds[source.document] in ("beyond", "policy") for source in item.sources), item.id


@pytest.mark.parametrize("item", CHECK.items, ids=lambda item: item.id)
def test_every_item_can_be_read_at_eleven(item: CheckItem) -> None:
    ask = item.ask.format(sentence="It is warm.")
    assert textstat.flesch_kincaid_grade(ask) <= 6, ask


def test_the_hand_over_has_the_check_and_not_the_taps_of_it() -> None:
    talk = up_to("from_12", "place").say(CHIP["changed"])
    made = handed_over(talk)
    assert [(check.end, check.answer) for check in made.daily_checks] == [("not_as_ever", "no")]
    assert made.others == ()
    assert made.reason is None  # nobody writes because of 36.8


def test_a_no_in_whole_words_is_handed_over_in_them() -> None:
    said = "no, he said we are in Paris and we have never been there"
    made = handed_over(up_to("from_12", "place").say(said))
    assert said in [quote.words for quote in made.others]
