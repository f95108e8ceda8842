"""What people write next: what was done, what to do, fear of dying, deleting, and for whom they write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blina.assistant import Conversation, Message
from blina.reading.model import Reading
from blina.triage import asking, progress
from tests.unit.talk import KNOWLEDGE, TEAM, Talk, celsius, finding, reading, sign


def fever() -> Talk:
    return Talk().say("I am burning up", finding("fever", text="burning up"), intent="fever")


def steps(text: str) -> tuple[str, ...]:
    return progress.steps(Message(text, "nlu_fallback", Reading(text)), KNOWLEDGE)


# --- what was done since


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("just rang the ward", "called"),
        ("we phoned the hospital ten minutes ago", "called"),
        ("nobody is answering", "no_answer"),
        ("the number is engaged all the time", "no_answer"),
        ("I tried the team but can't get through to anyone", "no_answer"),
        ("it goes to voicemail", "no_answer"),
        ("my phone is dead", "no_phone"),
        ("help is on its way", "on_the_way"),
        ("they're sending a crew, should be ten minutes", "on_the_way"),
        ("we have arrived, sitting in the waiting room", "arrived"),
        ("the sister told me to come in right now", "told_come_in"),
        ("the nurse says wait an hour, then measure again", "told_wait"),
        ("doctor says that's to be expected with this drug", "told_expected"),
        ("they'll ring me back in ten minutes", "ring_back"),
        ("pump is going again", "fixed"),
        ("alright, I'll ring them", "will_call"),
    ],
)
def test_what_was_done_is_understood(text: str, step: str) -> None:
    assert steps(text) == (step,)


@pytest.mark.parametrize(
    "text",
    [
        "should I ring the ward?",
        "what if nobody answers",
        "if they tell me to wait I'll go anyway",
        "I haven't called yet",
        "my ears are ringing",
        "I can't get through another night of this",
        "I had to call in sick",
        "it feels normal to me",
        "he isn't picking up his spoon",
        "my heart is on the way to bursting?",
    ],
)
def test_what_only_sounds_like_it_is_none(text: str) -> None:
    assert steps(text) == ()


@pytest.mark.parametrize(("sure", "done"), [(0.9, ("on_the_way",)), (0.5, ())])
def test_the_readers_own_word_for_it_counts_where_it_is_sure(sure: float, done: tuple[str, ...]) -> None:
    text = "blue lights outside"
    reading = Reading(text, act="progress_on_the_way", act_confidence=sure)
    assert progress.steps(Message(text, "nlu_fallback", reading), KNOWLEDGE) == done


def test_that_a_pump_runs_again_is_said_in_so_many_words() -> None:
    reading = Reading("goodbye", act="progress_fixed", act_confidence=0.99)
    assert progress.steps(Message("goodbye", "goodbye", reading), KNOWLEDGE) == ()


def test_nobody_answers_goes_to_the_emergency_number() -> None:
    talk = fever().say("nobody picks up")
    assert talk.text.startswith("Call 112 now.")
    assert TEAM in talk.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("they told me to wait", "Then do as they told you."),
        ("they want me to come in", "Then go in now"),
        ("the doctor says it's expected", "their word counts"),
    ],
)
def test_the_teams_word_is_not_contradicted_and_when_to_ring_again_is_said(text: str, says: str) -> None:
    talk = fever().say(text)
    assert says in talk.text
    assert "Call your treatment team now" not in talk.text
    assert f"again on {TEAM} at once if it gets worse" in talk.text
    assert "Call your treatment team now" not in talk.say("thanks", intent="thanks").text


def test_what_was_done_lowers_nothing_and_answers_no_question() -> None:
    talk = Talk().say("head hurts", finding("headache"), intent="headache")
    talk.say("ok, I'll call them", intent="affirm")
    assert talk.is_asking
    assert talk.conversation.answers == ()
    assert talk.say("rash too", finding("rash"), intent="rash").urgency == "contact_now" or talk.is_asking


def test_the_summary_says_what_was_done_since() -> None:
    talk = fever().say("rang them, no answer").say("an ambulance is coming")
    text = talk.say("summary", intent="summary").text
    assert text.index("What was done since:") < text.index('Nobody answers: "rang them, no answer"')
    assert 'On the way: "an ambulance is coming"' in text
    assert [event["kind"] for event in talk.payload["events"]] == ["no_answer", "on_the_way"]


def test_a_conversation_of_an_earlier_release_is_still_read() -> None:
    stored = fever().conversation.to_json()
    for name in ("events", "said", "who", "deleting"):
        del stored[name]
    assert Conversation.from_json(stored).reports


# --- what to do now


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what am I supposed to do now, what do I say to them", "tell"),
        ("can this wait till the morning?", "how_long"),
        ("should we go in?", "go_or_wait"),
        ("who do I ring?", "who"),
        ("is this serious?", "dangerous"),
        ("may she go to sleep?", "sleep"),
        ("what do you mean by fainting", "meaning"),
        ("how would my son notice that I'm confused?", "notice"),
        ("does it go away by itself?", "pass"),
        ("is it meningitis?", "diagnosis"),
        ("why do you want to know?", "why_asked"),
    ],
)
def test_a_question_about_what_to_do_is_understood(text: str, kind: str) -> None:
    assert asking.asked(Message(text, "nlu_fallback", Reading(text)), KNOWLEDGE) == kind


@pytest.mark.parametrize(
    "text", ["can it wait till morning?", "can I sleep?", "is it dangerous?", "what now?"]
)
def test_with_advice_open_it_is_answered_about_that_advice_the_action_first(text: str) -> None:
    talk = fever().say(text, intent="ask_drug")
    assert talk.text.startswith(f"Call your treatment team now on {TEAM}.")
    assert talk.conversation.last_urgency == "contact_now"


@pytest.mark.parametrize(
    "text", ["can it wait?", "is this serious?", "what should I tell them?", "what now?"]
)
@pytest.mark.parametrize("intent", ["unlisted_complaint", "nlu_fallback", "ask_drug"])
def test_a_question_raises_nothing(text: str, intent: str) -> None:
    talk = Talk().say("no poo for days", finding("constipation"), intent="constipation")
    assert talk.say(text, intent=intent).conversation.last_urgency == "tell_team"


def test_what_to_say_on_the_phone_names_what_was_told() -> None:
    text = (
        Talk().say("my son is hot", finding("fever", text="my son is hot")).say("what do we tell them?").text
    )
    assert '"My son is on blinatumomab through a pump."' in text
    assert "a fever" in text


def test_without_advice_it_asks_what_is_wrong() -> None:
    assert "I do not know yet what is wrong" in Talk().say("can it wait until tomorrow?").text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("what does CRS stand for", "cytokine release syndrome"),
        ("what is ICANS?", "immune effector cell-associated neurotoxicity syndrome"),
        ("what does ALL mean", "acute lymphoblastic leukaemia"),
        ("what is BiTE short for", "bispecific T-cell engager"),
        ("has this app been approved?", "not an approved medical device"),
        ("how long do you keep my messages?", "hours and then deleted"),
    ],
)
def test_letters_approval_and_what_is_kept_are_answered(text: str, says: str) -> None:
    assert says in Talk().say(text, intent="ask_bot").text


@pytest.mark.parametrize(
    "text",
    ["911", "112!", "call 999", "please ring 112 for me", "I need an ambulance", "send an ambulance now"],
)
def test_somebody_who_dials_here_is_told_that_nobody_is_called(text: str) -> None:
    answer = Talk().say(text).text
    assert "I cannot call for you. Call 112 now." in answer
    assert "did not understand" not in answer


def test_an_emergency_number_answers_no_open_question_and_leaves_the_advice() -> None:
    talk = Talk().say("bad headache", finding("headache")).say("999")
    assert "I cannot call for you" in talk.text
    assert talk.conversation.question is not None
    talk.say("no", intent="deny")
    assert "I cannot call for you" not in talk.text


def test_a_call_that_was_made_is_no_wish_for_one() -> None:
    assert "I cannot call for you" not in Talk().say("I called 112", intent="thanks").text


@pytest.mark.parametrize(
    ("text", "named", "says"),
    [
        ("is Nurofen allowed?", (), "Nurofen can hide a fever"),
        ("is Calpol ok for him", (), "Calpol can hide a fever"),
        ("I'm on warfarin", ("warfarin",), "Warfarin is on the leaflet's list"),
        ("what about Prograf", ("tacrolimus",), "Tacrolimus is on the leaflet's list"),
        ("I take a blood thinner", (), "can make bleeding more likely"),
    ],
)
def test_medicines_are_answered_in_every_wording(text: str, named: tuple[str, ...], says: str) -> None:
    talk = Talk().say(text, medicines=named)
    assert says in talk.text
    assert "Ask your team or pharmacist" in talk.text


# --- despair


@pytest.mark.parametrize("text", ["am I going to die?", "I'm scared of dying", "I don't want to die"])
def test_fear_of_dying_gets_a_human_answer_and_no_alarm(text: str) -> None:
    read = [sign("self_harm", status="not_reported")] if "want" in text else []
    talk = Talk().say(text, *read)
    assert "That is a big fear" in talk.text
    assert all(reply.payload is None for reply in talk.replies)


@pytest.mark.parametrize(
    "text", ["I don't want to die", "kill me now, it's bath night", "this drip will be the death of me"]
)
def test_a_manner_of_speaking_is_no_wish_to_die_whoever_reads_it_so(text: str) -> None:
    talk = Talk().say(text, sign("self_harm"), intent="self_harm")
    assert talk.conversation.last_urgency == "none"
    assert "Call 112 now" not in talk.text


@pytest.mark.parametrize(
    "text",
    [
        "please kill me now, the pain is too much",
        "I don't want to die but I think of an overdose",
        "kill me now, I mean it",
    ],
)
def test_what_may_be_meant_is_taken_at_its_word(text: str) -> None:
    assert Talk().say(text, sign("self_harm"), intent="self_harm").urgency == "emergency"


# --- what goes on


def test_what_does_not_stop_is_said_of_the_bleeding_before() -> None:
    talk = Talk().say("my nose bleeds", finding("unusual_bleeding", text="my nose bleeds"))
    talk.say("it won't stop, I can't do a thing", sign("cannot_do_ordinary_things"))
    assert talk.urgency == "emergency"


@pytest.mark.parametrize(
    ("text", "level"), [("it's quiet now", "contact_now"), ("the pump is running again", "call_today")]
)
def test_a_silent_alarm_is_no_pump_that_runs(text: str, level: str) -> None:
    talk = Talk().say("the pump is wailing", sign("infusion_trouble", text="the pump is wailing"))
    talk.say(text, sign("infusion_trouble", status="past"))
    assert talk.conversation.last_urgency == level


def test_after_a_crisis_the_talk_goes_on_and_other_complaints_are_heard() -> None:
    talk = Talk().say("I might as well end it", sign("self_harm"), intent="self_harm")
    assert talk.urgency == "emergency"
    assert "I am still here" in talk.say("hm").text
    talk.say("my mouth is sore", finding("mouth_sores"), intent="mouth_sores")
    assert talk.text.startswith("Call 112 now")
    assert f"Call your treatment team today on {TEAM}." in talk.text
    assert "116 123" in talk.say("no", intent="deny").text


# --- deleting


@pytest.mark.parametrize(
    "text",
    [
        "I'm completely clear again",
        "my memory is wiped",
        "forget it",
        "restart",
        "please start again",
        "don't delete anything",
        "I forgot everything",
        "never mind",
    ],
)
@pytest.mark.parametrize("intent", ["forget_me", "nlu_fallback"])
def test_what_is_no_unmistakable_wish_deletes_nothing(text: str, intent: str) -> None:
    talk = fever().say(text, intent=intent)
    assert talk.chips == []
    assert talk.say("yes", intent="affirm").conversation.reports


def test_deleting_asks_once_and_warns_while_advice_stands() -> None:
    talk = fever().say("please delete everything I wrote", intent="forget_me")
    assert talk.text.startswith("Call your treatment team now")
    assert "Delete everything that you told me?" in talk.text
    assert talk.say("1", intent="out_of_scope").conversation == Conversation()


@pytest.mark.parametrize("text", ["no", "No", "2", "what about my rash"])
def test_without_a_yes_everything_stays(text: str) -> None:
    talk = fever().say("delete everything", intent="forget_me").say(text, intent="deny")
    assert talk.conversation.reports
    assert talk.say("yes", intent="affirm").conversation.reports


def test_a_no_to_deleting_is_no_answer_to_the_check_question() -> None:
    talk = (
        Talk().say("head hurts", finding("headache"), intent="headache").say("forget me", intent="forget_me")
    )
    assert talk.say("no", intent="deny").is_asking
    assert talk.conversation.answers == ()


# --- whose it is


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("my daughter is burning up", "daughter"),
        ("my little boy has a rash", "boy"),
        ("I think my husband's speech is slurred", "husband"),
        ("my wife is worried about me, I'm burning up", None),
        ("I'm burning up, my son rang you", None),
        ("my mum says I feel hot", None),
    ],
)
def test_it_is_known_for_whom_somebody_writes(text: str, who: str | None) -> None:
    assert Talk().say(text, finding("fever")).conversation.who == who


def test_a_carer_is_spoken_to_as_one_also_in_the_summary() -> None:
    talk = Talk().say("my daughter is burning up", finding("fever", text="burning up"))
    assert "You told me this about your daughter: a fever." in talk.text
    summary = talk.say("summary", intent="summary").text
    assert "Who writes: a carer, for my daughter." in summary


def test_the_neighbours_illness_is_not_written_down() -> None:
    talk = Talk().say("my neighbour has a fever", finding("fever", status="not_reported"))
    assert "this is about somebody else" in talk.text
    assert talk.conversation.reports == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("no joy on the phone", "no_answer"),
        ("been holding for 25 minutes", "no_answer"),
        ("they hung up on me", "no_answer"),
        ("it goes straight to voicemail", "no_answer"),
        ("I don't have any credit", "no_phone"),
        ("the number you gave doesn't work", "no_phone"),
        ("I'm deaf, I can't phone", "no_phone"),
        ("can't find my phone", "no_phone"),
        ("Can't get through to anyone", "no_answer"),
        ("got off the phone with the nurse, she says come to A&E", "told_come_in"),
        ("the ward told me to pop some paracetamol and see", "told_wait"),
        ("they said if it hits 39 ring back", "told_wait"),
        ("she told me not to worry", "told_expected"),
        ("the nurse will ask and get back to me", "ring_back"),
        ("they've admitted him", "arrived"),
        ("they're giving him antibiotics now", "arrived"),
        ("ambulance been called", "on_the_way"),
        ("waiting for the ambulance", "on_the_way"),
        ("my husband is on to them now", "called"),
        ("ok calling", "will_call"),
        ("nurse came and sorted it", "fixed"),
    ],
)
def test_what_was_done_is_understood_in_other_words(text: str, kind: str) -> None:
    assert Talk().say("38.9", celsius(38.9)).say(text).conversation.events[-1].kind == kind


@pytest.mark.parametrize("text", ["when should I call?", "when do I ring them", "the phone in the hall"])
def test_what_was_not_done_is_no_step(text: str) -> None:
    assert Talk().say(text).conversation.events == ()


def test_who_does_not_respond_is_no_phone_that_nobody_answers() -> None:
    text = "he doesn't respond to his name"
    read = replace(
        reading(text, [sign("cannot_be_woken", text=text)]), act="progress_no_answer", act_confidence=0.9
    )
    talk = Talk().say(text, read=read)
    assert talk.conversation.events == ()
    assert talk.urgency == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "let me go",
        "leave me be",
        "just let me be",
        "let them be",
        "let go of me",
        "I don't know what the hell is going on",
        "can it kill me",
        "please don't let him die",
        "I wish the treatment was over",
    ],
)
def test_a_manner_of_speaking_is_no_wish_to_die(text: str) -> None:
    talk = Talk().say(text, sign("self_harm", text=text), intent="self_harm")
    assert not any(reply.payload and reply.payload["urgency"] == "emergency" for reply in talk.replies)


@pytest.mark.parametrize(
    "text",
    [
        "please let me go, I can't do this any more",
        "let me go, I have no hope left and want to die",
        "she begged us to let her go",
        "let him go in peace",
        "just let me be, I can't do this any more",
    ],
)
def test_the_same_words_beside_despair_are_taken_at_their_word(text: str) -> None:
    assert Talk().say(text, sign("self_harm", text=text), intent="self_harm").urgency == "emergency"


@pytest.mark.parametrize("text", ["can it kill me?", "don't let me die"])
def test_who_fears_to_die_is_answered(text: str) -> None:
    talk = Talk().say(text, sign("self_harm", text=text), intent="self_harm")
    assert KNOWLEDGE.text("despair", "fear") in talk.text


@pytest.mark.parametrize(
    "text",
    [
        "is there anything I can do meanwhile",
        "so no need to ring?",
        "is it the drug",
        "can it cause that?",
        "I'd rather wait",
        "how long does it last?",
        "could it be an infection",
        "please help",
    ],
)
def test_with_advice_open_more_questions_are_answered_about_it(text: str) -> None:
    talk = Talk().say("38.9", celsius(38.9)).say(text, intent="ask_drug", topic="infections")
    assert talk.text.startswith("Call your treatment team now")
    assert "documents do not answer" not in talk.text
