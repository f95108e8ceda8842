"""What a nurse would hear in a message that is no plain report: over, asked, minimised, in passing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.reading.model import Disagreement, Reading, Status
from blina.triage import heard
from blina.triage.conversation import Conversation
from blina.triage.turn import Message
from tests.unit.talk import KNOWLEDGE, Item, Talk, celsius, denied, finding, reading, sign

ONLY_HELP_WITH = KNOWLEDGE.text("small_talk", "out_of_scope").split(".")[0]
NOT_COVERED = KNOWLEDGE.text("topic", "not_covered").split("{")[0]
FUSS = KNOWLEDGE.text("small_talk", "minimised")


def acting(text: str, act: str, *items: Item, confidence: float = 0.9) -> Reading:
    return replace(reading(text, items), act=act, act_confidence=confidence)


def say(talk: Talk, text: str, act: str, *items: Item, intent: str = "nlu_fallback", **more: str) -> Talk:
    return talk.say(text, intent=intent, read=acting(text, act, *items), topic=more.get("topic"))


def dizzy() -> Talk:
    return Talk().say("dizzy", finding("dizziness"))


def answer_of(talk: Talk) -> str | None:
    return talk.conversation.answers[-1].answer if talk.conversation.answers else None


# what counts although its intent says that it is nothing


def test_two_riddles_count_also_where_they_are_taken_for_another_subject() -> None:
    talk = say(Talk(), "the teapot hums in my shoulder", "report", intent="out_of_scope")
    assert ONLY_HELP_WITH not in talk.text
    say(talk, "and the carpet went sideways", "report", intent="out_of_scope")
    assert talk.urgency == "call_today"
    assert talk.rules == {"unclear.twice"}
    assert "I may be missing something" in talk.text


@pytest.mark.parametrize("act", ["smalltalk", "question", "admin", "thanks"])
def test_what_is_another_subject_stays_one(act: str) -> None:
    message = Message("who won the match", "out_of_scope", acting("who won the match", act))
    assert heard.as_heard(message, Conversation(), KNOWLEDGE) == message


def test_a_no_that_answers_nothing_and_tells_something_is_kept() -> None:
    talk = say(Talk(), "no it went the other way round", "report", intent="deny")
    assert [kept.complaint for kept in talk.conversation.unclear] == [True]
    faint = Talk().say("no", intent="deny", read=acting("no", "report", confidence=0.3))
    assert faint.conversation.unclear == ()


def test_good_news_in_passing_is_good_news() -> None:
    talk = say(Talk(), "all well here today", "well", intent="out_of_scope")
    assert "I am glad to hear that" in talk.text


@pytest.mark.parametrize("words", ["since breakfast", "it was the left one", "he is in the kitchen"])
def test_what_is_told_beside_open_advice_is_written_down(words: str) -> None:
    talk = say(Talk().say("38.9", celsius(38.9)), words, "other", intent="out_of_scope")
    assert "I wrote that down" in talk.text
    assert ONLY_HELP_WITH not in talk.text
    assert talk.conversation.told[-1].text == words


# over is not never


@pytest.mark.parametrize(
    "words",
    [
        "it has stopped",
        "it's gone now",
        "They've stopped, thank God",
        "not any more",
        "it went away by itself",
    ],
)
def test_the_only_thing_that_is_there_is_over_when_it_has_stopped(words: str) -> None:
    talk = Talk().say("shivering", finding("chills")).say(words)
    assert talk.symptoms == {"chills": "past"}
    assert talk.urgency == "contact_now"
    assert "this is over: chills. It can come back" in talk.text
    talk.say("it's started again")
    assert talk.conversation.reports[0].status is Status.PRESENT


@pytest.mark.parametrize(
    "words",
    ["it hasn't stopped", "it won't go away", "it nearly stopped", "is it gone?", "the tea has stopped"],
)
def test_what_has_not_quite_stopped_is_there(words: str) -> None:
    talk = Talk().say("shivering", finding("chills")).say(words)
    assert talk.conversation.reports[0].present


def test_of_several_things_none_is_over_when_it_has_stopped() -> None:
    talk = Talk().say("hot and a rash", finding("fever"), finding("rash")).say("it has stopped")
    assert all(report.present for report in talk.conversation.reports)


def test_it_has_stopped_speaks_of_what_was_told_last() -> None:
    talk = Talk().say("a rash", finding("rash")).say("no", intent="deny")
    talk.say("nosebleed", finding("unusual_bleeding")).say("it stopped after ten minutes")
    assert talk.symptoms == {"rash": "present", "unusual_bleeding": "past"}
    both = Talk().say("hot, with a rash", finding("fever"), finding("rash")).say("it has stopped")
    assert "I wrote that down" in both.text


def test_a_seizure_that_was_over_before_it_was_told_is_for_the_team_now() -> None:
    talk = Talk().say("he had a fit this morning", finding("seizures", status="past"))
    assert talk.urgency == "contact_now"
    assert talk.rules == {"past.emergency"}


def test_a_sign_of_an_emergency_that_is_over_is_for_the_team_now() -> None:
    talk = Talk().say("her lips were blue before", sign("blue_lips", "past"))
    assert talk.rules == {"past.emergency"}
    assert talk.urgency == "contact_now"


def test_the_advice_is_not_said_to_stay_where_it_changed() -> None:
    text = "he had a fit but it stopped"
    split = replace(
        reading(text, [finding("seizures")]),
        disagreements=(Disagreement("seizures", Status.PRESENT, Status.PAST, text),),
    )
    talk = Talk().say(text, read=split).say("no", intent="deny")
    assert talk.urgency == "contact_now"
    assert "Thank you, I wrote that down." in talk.text
    assert "stays as it was" not in talk.text


@pytest.mark.parametrize("words", ["it's easing off", "a bit better now", "not so bad now"])
def test_what_eases_is_not_getting_worse_whatever_the_intent(words: str) -> None:
    talk = Talk().say("I feel sick", finding("nausea")).say("no", intent="deny")
    talk.say(words, intent="getting_worse")
    assert "course.worse" not in {rule for told in talk.conversation.told for rule in told.rules}


def test_what_can_be_borne_is_not_getting_worse() -> None:
    talk = Talk().say("belly ache", finding("stomach_pain"))
    talk.say("it's bearable", sign("mild"), intent="getting_worse")
    assert "course.worse" not in talk.rules


# another language


@pytest.mark.parametrize("words", ["mein Kind ist ganz heiss", "elle ne me répond plus", "он не просыпается"])
def test_another_language_is_for_the_team_now(words: str) -> None:
    talk = Talk().say(words, read=Reading(words, language="other"))
    assert talk.urgency == "contact_now"
    assert talk.rules == {"unclear.language"}
    assert "I can only read English" in talk.text
    assert Conversation.from_json(talk.conversation.to_json()) == talk.conversation


def test_a_row_of_keys_is_no_language() -> None:
    talk = Talk().say("qwer asdf yxcv", read=Reading("qwer asdf yxcv", language="other"))
    assert not any(reply.payload for reply in talk.replies)


# answers


@pytest.mark.parametrize("words", ["he has his tablets", "she has got her pills", "I have the inhaler here"])
def test_having_medicines_answers_no_check_question(words: str) -> None:
    talk = dizzy().say(words)
    assert talk.is_asking
    assert answer_of(talk) is None
    assert "I wrote that down" in say(dizzy(), words, "other", intent="out_of_scope").text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("I said no", "no"),
        ("I told you no", "no"),
        ("not to my knowledge", "unsure"),
        ("not as far as I know", "unsure"),
        ("she has a thing in her pocket", "not_understood"),
    ],
)
def test_answers_in_other_words(words: str, answer: str) -> None:
    assert answer_of(dizzy().say(words)) == answer


@pytest.mark.parametrize("words", ["he's not ok", "she is not right", "not herself at all"])
def test_who_is_not_right_is_not_sure(words: str) -> None:
    talk = dizzy().say(words, finding("unlisted", text=words))
    assert answer_of(talk) == "unsure"
    assert talk.urgency == "contact_now"


def test_a_bare_no_that_both_readers_hear_is_one() -> None:
    assert answer_of(say(dizzy(), "never", "answer_no", intent="deny")) == "no"
    assert say(dizzy(), "never", "report", intent="deny").is_asking


def test_the_check_question_may_be_gone_through_one_by_one() -> None:
    talk = dizzy()
    for item in ("chills", "vomiting", "fainting"):
        talk.say(f"{item}? haven't had that", denied(item))
        assert talk.is_asking
    assert answer_of(talk.say("none of the others", sign("none_of_those"))) == "no"


@pytest.mark.parametrize("words", ["it's been an hour", "about 20 minutes ago", "for two days now"])
def test_a_time_is_no_answer(words: str) -> None:
    talk = dizzy().say(words)
    assert talk.is_asking
    assert talk.conversation.unclear[-1].text == words


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("five hours", "yes"),
        ("about 4 hours now", "yes"),
        ("a day", "yes"),
        ("half an hour or so", "no"),
        ("only twenty minutes", "no"),
        ("no, just 10 mins", "no"),
        ("a couple of hours", "no"),
    ],
)
def test_a_time_says_how_long_the_infusion_was_off(words: str, answer: str) -> None:
    talk = Talk().say("the pump stopped", sign("infusion_trouble")).say(words)
    assert answer_of(talk) == answer
    assert ("infusion.gap" in talk.rules) is (answer == "yes")


def test_what_the_question_alone_puts_into_an_answer_is_left_out() -> None:
    alone = reading("sore throat", [finding("sore_throat")])
    in_answer = reading("sore throat", [finding("sore_throat"), finding("chills")])
    assert heard.without_echo(in_answer, alone) == alone
    both = reading("both", [finding("chills")])
    assert heard.without_echo(both, reading("both", [])) == both


# the infusion


@pytest.mark.parametrize(
    "words",
    [
        "the rate says 5 and should be 10",
        "bag looks milky to me",
        "the nurse never came to change my bag",
        "it ran in too quickly",
        "the rate is set at 10 but the label says 5",
        "the little screen says error 4",
        "port is blocked, they can't flush it",
        "battery died overnight",
        "bag is finished but no nurse until tomorrow",
        "pump's set to 5 ml instead of 10",
        "I dropped the backpack",
    ],
)
def test_what_is_not_plainly_good_is_trouble(words: str) -> None:
    assert "infusion.trouble" in say(Talk(), words, "report").rules


@pytest.mark.parametrize(
    "words",
    [
        "my heart rate is 80 per hour haha",
        "packed my bag for Thursday",
        "rate 20",
        "started the second bag yesterday",
        "my phone battery died",
    ],
)
def test_what_only_sounds_like_it_is_none(words: str) -> None:
    talk = say(Talk(), words, "report")
    assert not any(reply.payload for reply in talk.replies)


def test_an_alarm_that_went_silent_by_itself_proves_nothing_even_in_the_first_message() -> None:
    talk = Talk().say("the alarm went off and stopped by itself", sign("infusion_trouble", "past"))
    assert talk.urgency == "contact_now"
    assert "infusion.trouble" in talk.rules


# questions


@pytest.mark.parametrize(
    "text", ["am I ok to have Nurofen?", "is Calpol fine for him", "what about ibuprofen"]
)
def test_asking_about_a_medicine_takes_none(text: str) -> None:
    talk = say(Talk(), text, "question", sign("took_fever_medicine"))
    assert "is not on the leaflet's list" in talk.text
    assert "What you took" not in talk.text
    assert talk.conversation.signs == ()


def test_a_medicine_that_was_not_taken_is_kept() -> None:
    talk = Talk().say("did not take any paracetamol", sign("took_fever_medicine", "denied"))
    assert [told.status for told in talk.conversation.signs] == [Status.DENIED]


def test_who_takes_one_for_good_and_asks_is_answered_and_it_counts() -> None:
    text = "I'm on warfarin, is that ok?"
    read = acting(text, "question", sign("blood_thinner"))
    talk = Talk().say(text, read=read, medicines=("warfarin",))
    assert "Ask your team or pharmacist" in talk.text
    assert "did not understand" not in talk.text
    talk.say("I hit my head", sign("after_head_injury"))
    assert "head.knock" in talk.rules


@pytest.mark.parametrize("intent", ["nlu_fallback", "out_of_scope"])
def test_a_question_about_a_medicine_that_falls_back_is_answered_as_one(intent: str) -> None:
    talk = say(Talk(), "does my inhaler get on with it?", "question", intent=intent)
    assert "Ask your team or pharmacist" in talk.text


def test_a_question_that_no_document_answers_is_sent_to_the_team() -> None:
    assert NOT_COVERED in say(Talk(), "can I watch the telly", "question").text


def test_is_it_severe_does_not_say_that_it_is() -> None:
    talk = Talk().say("belly ache", finding("stomach_pain"))
    say(talk, "is it serious?", "question", sign("severe"))
    assert talk.conversation.reports[0].qualifiers == ()
    assert talk.conversation.last_urgency == "call_today"


def test_is_that_dangerous_is_not_answered_with_sources() -> None:
    talk = say(Talk().say("38.9", celsius(38.9)), "is that dangerous?", "question", intent="ask_why")
    assert "gets worse fast" in talk.text
    assert "This is why" not in talk.text
    assert "This is why" in say(talk, "why is it dangerous?", "question", intent="ask_why").text


@pytest.mark.parametrize("text", ["so I needn't ring?", "so he doesn't need to go", "could that be the drug"])
def test_more_questions_are_answered_about_the_open_advice(text: str) -> None:
    talk = say(Talk().say("38.9", celsius(38.9)), text, "question")
    assert talk.text.startswith("Call your treatment team now")
    assert NOT_COVERED not in talk.text


def test_progress_is_heard_also_where_it_is_taken_for_the_wish_of_a_summary() -> None:
    talk = Talk().say("the pump stopped", sign("infusion_trouble"))
    talk.say("they talked me through it and it's running again", intent="summary")
    assert [event.kind for event in talk.conversation.events] == ["fixed"]
    assert "Read this to your team" in talk.say("I called them, now the summary", intent="summary").text


def test_no_fever_with_a_question_mark_earns_no_comfort() -> None:
    assert "do not need to call" not in Talk().say("no fever?", denied("fever")).text


# humanly


def test_who_makes_little_of_it_is_told_that_it_is_no_fuss() -> None:
    talk = Talk().say("38.9", celsius(38.9))
    assert FUSS in talk.say("I don't want to bother them", sign("minimised")).text
    assert FUSS in Talk().say("it's probably nothing", sign("minimised"), intent="deny").text


def test_fear_alone_is_answered_and_put_on_no_list() -> None:
    talk = Talk().say("I'm so scared", finding("unlisted", text="I'm so scared"), topic="fear")
    assert "all right to be afraid" in talk.text
    assert talk.conversation.reports == ()
    both = Talk().say("scared and hot", finding("unlisted"), finding("fever"), topic="fear")
    assert both.urgency == "contact_now"


def test_who_says_that_there_is_no_wish_to_die_is_believed_and_not_told_of_fear() -> None:
    talk = Talk().say("I'm not suicidal, just fed up", sign("self_harm", "denied"))
    assert KNOWLEDGE.text("despair", "denied") in talk.text
    idiom = say(Talk(), "dying for a biscuit", "smalltalk", sign("self_harm", "not_reported"))
    assert KNOWLEDGE.text("despair", "fear") not in idiom.text


def test_yes_beside_open_advice_asks_for_nothing_more() -> None:
    talk = Talk().say("38.9", celsius(38.9)).say("ok", intent="affirm")
    assert "All right." in talk.text
    assert "Tell me what you feel" not in talk.text


def test_good_news_beside_open_advice_leaves_the_advice() -> None:
    talk = say(
        Talk().say("38.9", celsius(38.9)), "all clear again", "well", sign("again"), intent="feels_fine"
    )
    assert "What you told me before still counts" in talk.text
    talk = say(Talk().say("38.9", celsius(38.9)), "fine now", "progress", intent="feels_fine")
    assert "What you told me before still counts" in talk.text
    assert "did not understand" not in talk.text


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Grandad is hot", "grandad"),
        ("Mummy feels hot", "mummy"),
        ("I'm writing for my husband, he is hot", "husband"),
        ("mum is worried, I am hot", None),
    ],
)
def test_the_one_that_is_written_for_is_known_by_name(text: str, who: str | None) -> None:
    assert Talk().say(text, finding("fever")).conversation.who == who


def test_a_wish_to_have_it_deleted_in_other_words_is_told_how() -> None:
    talk = say(Talk(), "I'd like our talk gone", "wants_forget", intent="out_of_scope")
    assert 'type "delete everything"' in talk.text
    assert not talk.turn.is_forgotten if talk.turn else False


# what was asked back, meant otherwise, or said in passing


@pytest.mark.parametrize("words", ["huh?", "I don't get it", "pardon?", "do you mean right now?"])
def test_who_does_not_understand_the_question_has_not_answered_it(words: str) -> None:
    talk = say(dizzy(), words, "answer_yes", intent="affirm" if words == "huh?" else "unsure")
    assert talk.is_asking
    assert answer_of(talk) is None
    assert talk.conversation.last_urgency == "call_today"


def test_a_short_question_that_names_a_sign_does_not_report_it() -> None:
    talk = say(dizzy(), "what's confusion?", "question", finding("confusion"))
    assert "Confusion means" in talk.text
    assert talk.is_asking
    assert talk.conversation.last_urgency == "call_today"
    assert (
        say(dizzy(), "what do you mean? he has a fever of 39 now", "report", celsius(39)).urgency
        == "contact_now"
    )


def test_a_follow_up_is_no_answer_to_the_check_question() -> None:
    talk = Talk().say("been sick", finding("vomiting")).say("that's five now", intent="out_of_scope")
    assert talk.is_asking
    assert answer_of(talk) is None


def test_half_a_yes_is_not_called_one() -> None:
    assert answer_of(say(dizzy(), "sort of", "answer_yes", intent="unsure")) == "unsure"


@pytest.mark.parametrize(
    ("words", "act", "intent"),
    [
        ("hang on", "other", "goodbye"),
        ("let me go and check", "progress_on_the_way", "goodbye"),
        ("please let me out", "asks_human", "greet"),
    ],
)
def test_what_greets_nobody_is_not_greeted(words: str, act: str, intent: str) -> None:
    text = say(Talk(), words, act, intent=intent).text
    assert "Goodbye" not in text
    assert "Hello" not in text


def test_hello_and_goodbye_are_still_answered() -> None:
    assert "Hello" in say(Talk(), "hiya", "other", intent="greet").text
    assert "Goodbye" in say(Talk(), "right, see you", "other", intent="goodbye").text


@pytest.mark.parametrize("words", ["not dizzy", "she isn't dizzy", "I'm not feeling dizzy"])
def test_a_plain_denial_is_understood(words: str) -> None:
    start = words.index("dizzy")
    read = replace(
        reading(words, [replace(denied("dizziness"), text=words, start=start, end=start + 5)]), act="other"
    )
    assert "did not understand" not in Talk().say(words, read=read).text


def test_a_denial_of_somebody_elses_is_not_said_to_be_yours() -> None:
    talk = Talk().say("she isn't confused", replace(denied("confusion"), text="she isn't confused"))
    assert "this is not there: confusion" in talk.text
    assert "you do not have" not in talk.text


def test_none_today_but_one_yesterday_is_over_and_not_never() -> None:
    talk = Talk().say("no fever today, had one yesterday", denied("fever"))
    assert talk.symptoms == {"fever": "past"}
    assert talk.urgency == "call_today"
    assert Talk().say("no fever, never had one before", denied("fever")).symptoms == {"fever": "denied"}


def test_what_gets_worse_and_was_never_told_is_kept() -> None:
    talk = say(Talk(), "he's doing that thing again", "report", intent="getting_worse")
    assert [kept.complaint for kept in talk.conversation.unclear] == [True]


def test_forgetting_one_thing_deletes_nothing() -> None:
    talk = say(Talk(), "forget what I said about the rash", "correction", intent="forget_me")
    assert "Delete everything that you told me?" not in talk.text
    assert "deleted" not in say(Talk(), "please make it stop", "wants_forget", intent="forget_me").text


def test_what_is_kept_is_answered_also_where_it_is_taken_for_the_wish_of_a_summary() -> None:
    talk = Talk().say("what do you keep of what I write", intent="summary")
    assert "is kept on this server" in talk.text


@pytest.mark.parametrize("act", ["progress", "correction"])
def test_what_is_said_of_it_beside_open_advice_is_written_down(act: str) -> None:
    talk = say(Talk().say("38.9", celsius(38.9)), "it was only the blanket", act, intent="out_of_scope")
    assert "I wrote that down" in talk.text
    assert "did not understand" not in talk.text
