"""Conversations as a nurse would know them, from the first worry on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.unit.talk import Item, Talk, celsius, denied, finding, sign


@dataclass(frozen=True)
class Line:
    """What the patient writes, and what is read in it."""

    text: str
    items: tuple[Item, ...] = ()
    intent: str = "nlu_fallback"
    more: tuple[tuple[str, Any], ...] = ()


def line(text: str, *items: Item, intent: str = "nlu_fallback", **more: Any) -> Line:
    return Line(text, items, intent, tuple(more.items()))


def play(lines: Sequence[Line], talk: Talk | None = None) -> list[str]:
    """The assistant's words, one text a turn."""
    talk = talk or Talk()
    return [talk.say(one.text, *one.items, intent=one.intent, **dict(one.more)).text for one in lines]


def _thanks(text: str = "thank you") -> Line:
    return line(text, intent="thanks")


NIGHTS: dict[str, tuple[Line, ...]] = {
    "Priya, hot at half past two, and the line is busy": (
        line("I woke up boiling", finding("fever", text="I woke up boiling")),
        line("thermometer says 38.8", celsius(38.8)),
        line("the ward's line is engaged"),
        line("should I go in or stay here?"),
        line("got through, they want me to come in"),
        line("can I drive?"),
        line("my husband is driving me, we are on our way"),
        _thanks(),
    ),
    "Tom's mum, who was told to wait": (
        line("my little boy feels hot", finding("fever", text="my little boy feels hot")),
        line("38.3 under the arm", celsius(38.3)),
        line("I rang them and they said to wait and measure again at four"),
        line("can he sleep till then?"),
        line("38.9 now", celsius(38.9)),
        line("what should I tell them this time?"),
        line("they are sending someone"),
    ),
    "Marek, whose pump stood still": (
        line("the pump is screaming at me", sign("infusion_trouble", text="the pump is screaming")),
        line("how long can it be off, can it wait until the nurse comes at eight?"),
        line("ok I will call"),
        line("spoke to the ward, the nurse is on her way"),
        line("the nurse is here now"),
        line("she changed the battery and it is running again"),
        _thanks("cheers"),
    ),
    "Aisha and the check question": (
        line("banging headache since lunch", finding("headache", text="banging headache")),
        line("what do you mean by trouble speaking?"),
        line("None of these", intent="deny"),
        line("how urgent is it really?"),
        line("can I sleep first?"),
        line("is it CRS?"),
        line("how would my flatmate notice that I get confused?"),
        _thanks(),
    ),
    "George, alone and out of credit": (
        line("I am short of breath", finding("trouble_breathing", text="short of breath")),
        line("I have no credit on my phone"),
        line("what now?"),
        line("my neighbour rang for me, an ambulance is coming"),
        line("what do I do until they come?"),
        line("the paramedics are here"),
    ),
    "Lena, who does not want to make a fuss": (
        line("all wobbly on my legs", finding("loss_of_balance", text="wobbly on my legs")),
        line("can it wait until Monday?"),
        line("is it dangerous?"),
        line("should I bother them at night?"),
        line("alright, I'm calling them now"),
        line("doctor says it's to be expected"),
        line("will it go away by itself?"),
    ),
    "Sam, who wants it to be over": (
        line("I might as well end it", sign("self_harm", text="end it")),
        line("no, nobody can help", intent="deny"),
        line("my mouth is full of sores", finding("mouth_sores", text="mouth is full of sores")),
        line("I'm calmer now, my sister is here", intent="feels_fine"),
        _thanks(),
        line("goodbye", intent="goodbye"),
    ),
    "Ruth, who is afraid": (
        line("am I going to die?"),
        line("I don't want to die", sign("self_harm", status="not_reported")),
        line("I keep shivering", finding("chills", text="keep shivering")),
        line("is it serious?"),
        line("they told me to come in straight away"),
        _thanks(),
    ),
    "Ivan, who takes a lot of tablets": (
        line("I'm on warfarin", intent="ask_medicine", medicines=("warfarin",)),
        line("is Calpol allowed?"),
        line("can I have Prograf with it?", intent="ask_medicine", medicines=("tacrolimus",)),
        line("and a blood thinner?"),
        line("my gums bleed", finding("unusual_bleeding", text="my gums bleed")),
        line("is ibuprofen ok?"),
    ),
    "Nell, who thinks of deleting": (
        line("sore throat", finding("sore_throat", text="sore throat")),
        line("forget it", intent="forget_me"),
        line("what do you keep of what I write?"),
        line("delete everything", intent="forget_me"),
        line("no", intent="deny"),
        _thanks(),
    ),
    "Omar, whose fever went": (
        line("38.6", celsius(38.6)),
        line("called the ward, they will ring me back"),
        line("37.2 now", celsius(37.2)),
        line("no chills", denied("chills")),
        line("they haven't rung back"),
        line("who should I ring then?"),
        line("I'm at the hospital now"),
    ),
    "Bea, with one thing after another": (
        line("been sick twice", finding("vomiting", text="been sick twice")),
        line("and a rash on my arms", finding("rash", text="a rash on my arms")),
        line("my back aches too", finding("back_pain", text="my back aches")),
        line("tingly fingers", finding("tingling", text="tingly fingers")),
        line("why?", intent="ask_why"),
        line("summary please", intent="summary"),
    ),
    "Joe's wife, on the phone to nobody": (
        line("my husband talks nonsense", finding("confusion", text="my husband talks nonsense")),
        line("nobody picks up at the hospital"),
        line("it just rings out"),
        line("999 are on their way"),
        line("what should I tell them?"),
        line("and now his speech is slurred", finding("slurred_speech", text="his speech is slurred")),
    ),
    "Kit, who asks what the letters mean": (
        line("what does CRS stand for?"),
        line("what does ICANS mean"),
        line("what is BiTE short for"),
        line("what does ALL stand for?"),
        line("is this app approved?"),
        line("who can read what I write?"),
    ),
    "Dot, tired to the bone": (
        line("so tired I can hardly stand", finding("extreme_fatigue", text="so tired")),
        line("no", intent="deny"),
        line("should I be worried?"),
        line("what will they do when I ring?"),
        line("no answer"),
        line("left a message for them"),
    ),
}
# The same nights, told by one who writes for somebody else.
NIGHTS.update(
    {
        f"{who}, told by family": (
            line(f"my {who} is shaking all over", finding("chills", text=f"my {who} is shaking")),
            line("what should we say on the phone?"),
            line(call),
            line(question),
            line(f"now my {who} has a rash", finding("rash", text=f"my {who} has a rash")),
            line(end),
            _thanks(),
        )
        for who, call, question, end in (
            ("daughter", "we called the ward", "can she sleep?", "the doctor said it is normal"),
            ("son", "the number is busy", "who else can I ring?", "we got through to the nurse"),
            ("husband", "we can't get through", "should we go in?", "we are at the hospital now"),
            ("wife", "they told us to wait", "how long can we wait?", "they said come in after all"),
            ("mum", "I rang and they said ring back in an hour", "is it serious?", "an ambulance is coming"),
            ("dad", "I don't have their number", "what next?", "got through, they know now"),
            ("sister", "they will call us back", "will it pass?", "nobody called back"),
            ("partner", "I left a message", "could it be an infection?", "they want her to come in"),
            ("brother", "I'm on the phone to them", "can it wait till tomorrow?", "they said to wait"),
            ("grandson", "ok I will ring them", "is that dangerous?", "the team are on their way"),
            ("friend", "phone is dead", "what now?", "borrowed a phone and called the ward"),
            ("niece", "no one answers", "should I drive her in?", "we are on our way to hospital"),
            ("aunt", "spoke to the doctor", "what happens when we call again?", "she said it is expected"),
            ("nephew", "I called 112", "what do we do until they come?", "paramedics are with us"),
            ("toddler", "called twice, they said wait", "should we wake him in the night?", "he is admitted"),
        )
    }
)
