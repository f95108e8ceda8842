"""What the hand-over takes from the patient's own words: of the right complaint, never more than was said."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from blina.reading.model import Status
from blina.replies.handover import spoken
from blina.replies.handover.medicines import medicines
from blina.replies.handover.model import Complaint, Group, HandOver, Medicine
from blina.replies.handover.text import text
from blina.triage.conversation import Conversation, Mention, Told
from blina.triage.policy import MEDICINE_SIGN
from blina.triage.whose import named
from tests.unit.hand_overs import LATER, VOICE, at, night, told
from tests.unit.nights import line
from tests.unit.talk import KNOWLEDGE, celsius, denied, finding, sign, value

NOW = datetime(2026, 4, 5, 15, 3, tzinfo=timezone.utc)


def of(made: HandOver, id: str) -> Complaint:
    return next(item for item in made.complaints if item.id == id)


def spoken_of(words: str, status: Status | None = Status.PRESENT) -> list[Medicine]:
    """The medicines of one message, in which the reader took something to be taken, or not."""
    mentions = (Mention(MEDICINE_SIGN, status),) if status else ()
    one = Told(words, 1, NOW, mentions)
    return list(medicines(Conversation(told=(one,)), KNOWLEDGE, timezone.utc))


class TestMedicines:
    """Each with its own dose, its own time, and whether it was taken."""

    def test_each_of_several_keeps_what_was_said_of_it(self) -> None:
        found = spoken_of("took Nurofen 400 mg at noon and Calpol last night, didn't take my prednisone")
        assert [(item.name, item.dose, item.when and item.when.words, item.taken) for item in found] == [
            ("Nurofen", "400 mg", "at noon", "yes"),
            ("Calpol", None, "last night", "yes"),
            ("prednisone", None, None, "no"),
        ]

    def test_one_time_behind_two_names_is_of_both(self) -> None:
        found = spoken_of("I've had co-codamol and aspirin this evening")
        assert [(item.name, item.hides_fever, item.when and item.when.words) for item in found] == [
            ("co-codamol", True, "this evening"),
            ("aspirin", True, "this evening"),
        ]

    @pytest.mark.parametrize(
        ("words", "dose"),
        [
            ("gave her 2 paracetamol tablets at 8pm", "2 paracetamol tablets"),
            ("two ibuprofen at noon", "two ibuprofen"),
            ("took 500 mg of paracetamol", "500 mg"),
            ("at 8 paracetamol", None),
        ],
    )
    def test_a_dose_stands_before_the_name_or_behind_it(self, words: str, dose: str | None) -> None:
        assert [item.dose for item in spoken_of(words)] == [dose]

    @pytest.mark.parametrize(
        ("words", "status", "taken"),
        [
            ("haven't had any paracetamol or ibuprofen", Status.DENIED, ["no", "no"]),
            ("took my steroid this morning but not the paracetamol", Status.PRESENT, ["yes", "no"]),
            ("I can't sleep, took paracetamol", Status.PRESENT, ["yes"]),
            ("no fever after paracetamol", Status.PRESENT, ["yes"]),
            ("they told me to take ibuprofen", Status.PRESENT, ["not_said"]),
            ("I'll take paracetamol now", Status.PRESENT, ["not_said"]),
            ("may I take ibuprofen", None, ["asked"]),
            ("I take warfarin", None, ["yes"]),
        ],
    )
    def test_it_was_taken_only_where_that_was_said(
        self, words: str, status: Status | None, taken: list[str]
    ) -> None:
        assert [item.taken for item in spoken_of(words, status)] == taken

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("took Zofluva 20 mg at 8", [("Zofluva", "20 mg", "yes")]),
            ("took 20 mg of Zofluva", [("Zofluva", "20 mg", "yes")]),
            ("gave her 5 ml Zofluva syrup", [("Zofluva", "5 ml", "yes")]),
            ("can I take Zofluva 20 mg?", [("Zofluva", "20 mg", "asked")]),
            ("didn't take my Zofluva 20 mg", [("Zofluva", "20 mg", "no")]),
            ("I take warfarin and Madopar 125 mg", [("warfarin", None, "yes"), ("Madopar", "125 mg", "yes")]),
            ("took 20 steps and had 200 ml lucozade", []),
            ("the pain began after I took about 20 mg", []),
            ("my CRP is 50 mg/l", []),
        ],
    )
    def test_a_name_on_no_list_is_told_with_its_amount(
        self, words: str, found: list[tuple[str, str | None, str]]
    ) -> None:
        told_of = spoken_of(words, None)
        assert [(item.name, item.dose, item.taken) for item in told_of] == found
        assert [item.is_known for item in told_of] == [item.name == "warfarin" for item in told_of]

    def test_a_name_on_no_list_is_marked(self) -> None:
        made = told(line("took Zofluva 20 mg at 8"))
        assert "Zofluva, a name that the app does not know; taken; 20 mg" in text(made, VOICE)

    def test_a_misspelt_name_is_kept_as_written(self) -> None:
        (item,) = spoken_of("tuk ibuprofin 400 at 10")
        assert (item.name, item.dose, item.hides_fever) == ("ibuprofin", "400", True)

    def test_what_somebody_else_took_is_not_the_patient_s(self) -> None:
        assert spoken_of("my wife took 2 ibuprofen") == []
        words = "my wife took 2 ibuprofen"
        made = told(line("headache", finding("headache")), line(words, sign(MEDICINE_SIGN, text=words)))
        assert made.medicines == ()
        assert [quote.words for quote in made.others] == [words]


class TestInterference:
    """What a complaint gets in the way of, only where the words say so."""

    @pytest.mark.parametrize(
        ("words", "symptom", "mention", "stops"),
        [
            ("she cannot eat because of the sores", "mouth_sores", "the sores", ["eating"]),
            ("too tired to get up", "extreme_fatigue", "too tired", ["getting_up"]),
            ("my headache keeps me awake", "headache", "my headache keeps me awake", ["sleep"]),
            ("my back hurts so much I can't bend", "back_pain", "but my back hurts", ["moving"]),
            ("a headache and I can't sleep", "headache", "a headache", []),
            ("a headache, what if I can't sleep because of it?", "headache", "a headache", []),
            ("a headache but not so bad that I can't sleep", "headache", "a headache", []),
        ],
    )
    def test_it_is_as_said(self, words: str, symptom: str, mention: str, stops: list[str]) -> None:
        made = told(line(words, finding(symptom, text=mention)))
        assert [item.id for item in of(made, symptom).stops] == stops

    def test_what_is_stopped_is_not_its_own_reason(self) -> None:
        words = "mouth full of sores and I cannot eat because of them"
        sores = finding("mouth_sores", text="mouth full of sores")
        made = told(line(words, sores, finding("decreased_appetite", text="and I cannot eat")))
        assert [item.label for item in of(made, "mouth_sores").stops] == ["eating"]
        assert of(made, "decreased_appetite").stops == ()
        assert "gets in the way of eating" in text(made, VOICE)

    def test_a_reason_that_no_list_names_is_told_in_their_words(self) -> None:
        words = "can't sleep for the pain"
        made = told(line(words, finding("insomnia", text=words)))
        (stopped,) = of(made, "insomnia").stops
        assert (stopped.is_itself, stopped.quote.words) == (True, words)
        assert f'as said: "{words}"' in text(made, VOICE)

    def test_a_message_that_names_nothing_is_about_the_only_one_that_was_there(self) -> None:
        first = line("my head hurts", finding("headache", text="my head hurts"))
        again = line("it keeps me from working")
        assert [item.id for item in of(told(first, again), "headache").stops] == ["everyday"]
        cough = line("and a cough", finding("cough", text="a cough"))
        assert of(told(first, cough, again), "headache").stops == ()


class TestOwners:
    """Values of two people in one message say whose they are."""

    def test_each_has_the_word_that_says_so_and_no_arrow_between(self) -> None:
        made = told(line("mine is 37.2, hers is 38.3", celsius(37.2), celsius(38.3)))
        readings = made.values[0].readings
        assert [(item.owner, item.trend) for item in readings] == [("mine", None), ("hers", None)]
        assert '"hers"' in text(made, VOICE)

    def test_of_one_person_nothing_is_said(self) -> None:
        made = told(line("his temp is 38.2, his pulse 110", celsius(38.2), value("pulse", 110)))
        assert {item.owner for row in made.values for item in row.readings} == {None}


class TestSinceAndOften:
    """As said, and no time that was not."""

    @pytest.mark.parametrize(
        ("words", "since"),
        [
            ("sore head since breakfast, and dizzy", "since breakfast"),
            ("since I woke up I feel dizzy", "since I woke up"),
            ("since the infusion started it itches", "since the infusion started"),
            ("dizzy since I have no thermometer", None),
            ("asking since my temperature is 38", None),
            ("she could this morning", None),
            ("he was fine this morning", None),
            ("she could not see since noon", "since noon"),
            ("it keeps me awake at night", None),
        ],
    )
    def test_since_when_may_be_something_that_happened(self, words: str, since: str | None) -> None:
        found = spoken.since(words, NOW)
        assert (found.words if found else None) == since

    @pytest.mark.parametrize(
        ("words", "often"),
        [
            ("been sick twice in the night", "twice in the night"),
            ("fell three times this week", "three times this week"),
            ("threw up 3 times", "3 times"),
            ("two times worse", None),
        ],
    )
    def test_how_often_is_as_said(self, words: str, often: str | None) -> None:
        assert spoken.often(words) == often

    def test_what_is_over_has_all_its_times_and_none_made_of_how_long_it_lasted(self) -> None:
        said = spoken.when("yesterday I shook for an hour, it stopped at 9pm", NOW)
        assert said is not None
        assert (said.words, said.time) == ("yesterday, for an hour, stopped at 9pm", None)
        lasted = spoken.when("I shook for an hour", NOW)
        assert lasted is not None
        assert lasted.time is None

    def test_a_word_that_only_says_how_does_not_hide_since_when(self) -> None:
        made = told(
            line(
                "my fingers keep trembling since this morning",
                finding("tremor", text="fingers keep trembling"),
                sign("early_nerve_sign", text="fingers keep trembling"),
            )
        )
        assert of(made, "tremor").since is not None


class TestComplaints:
    """What was said of one is not handed over of another."""

    def test_what_was_denied_first_is_told_only_from_when_it_was_there(self) -> None:
        made = told(
            line("no chills", denied("chills")),
            line("now I have the chills", finding("chills", text="the chills"), after=LATER),
        )
        chills = of(made, "chills")
        assert chills.times_told == 1
        assert chills.first_told == chills.last_told
        assert "said not to be there" in text(made, VOICE)

    def test_where_the_line_goes_in_is_not_said_of_the_runs(self) -> None:
        made = told(
            line("runny poo since noon", finding("diarrhea", text="runny poo")),
            line(
                "the line site itches a little",
                sign("infusion_trouble", text="the line site itches"),
                sign("at_line_site", text="line site"),
                sign("mild", text="a little"),
            ),
        )
        assert of(made, "diarrhea").qualifiers == ()

    def test_how_bad_without_saying_which_is_marked(self) -> None:
        lines = [
            line("my head hurts", finding("headache", text="my head hurts")),
            line("and a cough", finding("cough", text="a cough")),
            line("it is really severe", sign("severe", text="severe")),
        ]
        made = told(*lines)
        assert [item.label for item in of(made, "cough").qualifiers] == ["severe (not said of which)"]
        assert [item.label for item in of(made, "headache").qualifiers] == ["severe"]  # it was asked about
        alone = told(lines[0], lines[2])
        assert [item.label for item in of(alone, "headache").qualifiers] == ["severe"]

    def test_getting_better_is_told_with_its_time_until_it_gets_worse(self) -> None:
        first = line("my head hurts", finding("headache", text="my head hurts"))
        better = line("it is a bit better now", after=LATER)
        made = told(first, better)
        headache = of(made, "headache")
        assert headache.better == made.made
        assert [quote.words for quote in headache.quotes] == ["my head hurts", "it is a bit better now"]
        worse = line(
            "the headache is getting worse",
            finding("headache", "getting_worse", text="the headache is getting worse"),
            sign("getting_worse"),
            intent="getting_worse",
            after=LATER,
        )
        assert of(told(first, better, worse), "headache").better is None
        assert of(told(first, line("it is no better", after=LATER)), "headache").better is None

    def test_a_sign_of_the_nerves_is_there_beside_a_complaint_in_other_words(self) -> None:
        made = told(
            line(
                "my handwriting went wobbly and I have a cough",
                sign("early_nerve_sign", text="my handwriting went wobbly"),
                finding("cough", text="a cough"),
            )
        )
        assert [(item.id, item.group) for item in made.complaints] == [
            ("early_nerve_sign", Group.NERVES),
            ("cough", Group.INFECTION),
        ]

    def test_a_temperature_that_rises_makes_nothing_else_worse(self) -> None:
        made = told(
            line("runny poo since noon", finding("diarrhea", text="runny poo")),
            line("37.5, then 38.0 an hour later", celsius(37.5), celsius(38.0), sign("getting_worse")),
        )
        assert (of(made, "diarrhea").course, of(made, "diarrhea").times_told) == (None, 1)

    def test_that_one_of_several_got_worse_is_not_said_of_each(self) -> None:
        made = told(
            line("my head hurts", finding("headache", text="my head hurts")),
            line("and a cough", finding("cough", text="a cough")),
            line("it is getting worse", sign("getting_worse"), intent="getting_worse", after=LATER),
        )
        assert {item.course for item in made.complaints} == {"maybe_worse"}
        assert "getting worse (not said of which)" in text(made, VOICE)

    def test_a_sign_with_a_name_is_not_told_once_more_in_words(self) -> None:
        words = "my hands are shaking"
        made = told(line(words, sign("tremor", text="hands are shaking"), intent="unlisted_complaint"))
        assert [item.id for item in made.complaints] == ["tremor"]

    def test_an_answer_that_was_not_understood_says_nothing_of_a_fever(self) -> None:
        made = told(
            line("I feel odd", finding("unlisted", text="I feel odd"), intent="unlisted_complaint"),
            line("it is like a lift since yesterday"),
        )
        assert all(item.since is None for item in made.complaints if item.id != "unlisted")

    def test_the_time_of_the_first_of_several_readings_is_not_that_of_the_fever(self) -> None:
        made = told(line("37.9 at 1 and 38.6 now", at(celsius(37.9), "at 1"), at(celsius(38.6), "now")))
        assert of(made, "fever").since is None
        assert [reading.shown for reading in made.values[0].readings] == ["37.9 °C", "38.6 °C"]

    def test_easing_off_is_not_handed_over_as_getting_worse(self) -> None:
        made = told(
            line("my tummy aches", finding("upper_abdominal_pain", text="tummy aches")),
            line("it is easing off", intent="getting_worse", after=LATER),
        )
        pain = of(made, "upper_abdominal_pain")
        assert (pain.course, pain.better) == (None, made.made)
        assert not any(point.worse for point in pain.points)
        mixed = told(
            line("my tummy aches", finding("upper_abdominal_pain", text="tummy aches")),
            line("it was better, then worse", intent="getting_worse", after=LATER),
        )
        assert of(mixed, "upper_abdominal_pain").course == "worse"

    def test_how_often_of_one_is_not_said_of_what_is_not_judged_by_it(self) -> None:
        made = told(
            line(
                "an itchy rash every few hours",
                finding("rash", text="itchy rash"),
                sign("four_or_more_a_day", text="every few hours"),
            )
        )
        assert (of(made, "rash").qualifiers, of(made, "rash").often) == ((), "every few hours")

    @pytest.mark.parametrize(
        ("words", "is_value"), [("bp now 84 over 50", True), ("my blood pressure is low, 84 over 50", False)]
    )
    def test_a_number_with_its_name_is_still_only_a_number(self, words: str, is_value: bool) -> None:
        made = told(
            line(
                words,
                finding("low_blood_pressure", text=words),
                value("systolic", 84, text="84 over 50"),
                value("diastolic", 50, text="84 over 50"),
            )
        )
        assert of(made, "low_blood_pressure").is_value is is_value

    def test_slight_is_not_said_of_what_came_later(self) -> None:
        made = told(
            line("my head hurts", finding("headache", text="my head hurts")),
            line("only a little", sign("mild", text="a little")),
            line("runny poo since noon", finding("diarrhea", text="runny poo")),
        )
        assert of(made, "diarrhea").qualifiers == ()

    def test_a_correction_leaves_what_was_measured_before(self) -> None:
        made = told(
            line("38.6", celsius(38.6)),
            line("39.9", celsius(39.9), after=LATER),
            line("sorry, I meant 36.9", celsius(36.9)),
        )
        assert [reading.shown for reading in made.values[0].readings] == ["38.6 °C", "36.9 °C"]
        assert of(made, "fever").status == "present"

    def test_a_doubt_about_something_else_is_no_answer(self) -> None:
        made = night("aisha_and_the_check_question")
        assert "unsure" not in {item.answer for item in made.answers}

    def test_a_normal_temperature_is_a_value_and_no_denial(self) -> None:
        made = told(line("sore throat", finding("sore_throat")), line("36.9", celsius(36.9)))
        assert made.denials == ()
        assert made.values[0].readings[0].shown == "36.9 °C"


class TestWhose:
    """For whom somebody writes, also without a "my"."""

    @pytest.mark.parametrize(
        ("words", "whom"),
        [
            ("Mum has been muddled since Tuesday", "mum"),
            ("I'm writing for my 6 year old, he is floppy", "6 year old"),
            ("my 6-year-old son is hot", "son"),
            ("Mum is driving me", None),
            ("mum said I look pale", None),
            ("Dad rang the ward", None),
        ],
    )
    def test_it_is_taken_from_how_they_call_them(self, words: str, whom: str | None) -> None:
        assert named(words, KNOWLEDGE) == whom
