"""Messages with values, made from parts, with what has to be read in them known by construction.

One half comes from the axes of the grammar: names from the knowledge, ways of writing a number, units,
bounds, times, series. The other half comes from frames that were written by hand and know nothing of those
lists. In every second message stands something that has a number and is no value.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from blina.knowledge.schema import ValuesFile

Truth = list[tuple[str, float]]


@dataclass(frozen=True)
class Made:
    """A message, and the values in it: kind and number in the kind's own unit."""

    text: str
    values: Truth


_ARABIC = str.maketrans("0123456789.", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u066b")
_FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
)
_ONES += "sixteen seventeen eighteen nineteen".split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number: float, hyphen: str = " ") -> str:
    """A number below 300 as people say it, with one digit behind the point where it has one."""
    whole, tenths = int(number), round(number * 10) % 10
    if whole >= 100:
        hundreds = "a hundred" if whole < 200 else f"{_ONES[whole // 100]} hundred"
        said = hundreds if whole % 100 == 0 else f"{hundreds} and {in_words(whole % 100, hyphen)}"
    elif whole < 20:
        said = _ONES[whole]
    else:
        said = _TENS[whole // 10] + (f"{hyphen}{_ONES[whole % 10]}" if whole % 10 else "")
    if tenths == 5 and whole % 2:
        return f"{said} and a half"
    return f"{said} point {_ONES[tenths]}" if tenths else said


def _plain(number: float) -> str:
    return f"{number:g}"


def _celsius(dice: random.Random) -> float:
    return dice.choice([round(dice.uniform(35.1, 41.4), 1), float(dice.randint(36, 41)), 38.0, 37.9])


def _temperature(dice: random.Random) -> tuple[str, float]:
    """A temperature as written, and in degrees Celsius."""
    celsius = _celsius(dice)
    if dice.random() < 0.25:
        fahrenheit = dice.choice([round(dice.uniform(95.5, 105.5), 1), float(dice.randint(97, 105))])
        unit = dice.choice(["", "", "F", " F", "\u00b0F", " \u00b0F", " degrees F", " fahrenheit"])
        return _written(fahrenheit, dice) + unit, round((fahrenheit - 32) / 1.8, 1)
    unit = dice.choice(
        ["", "", "", "C", " C", "\u00b0", "\u00b0C", " \u00b0C", " degrees", " deg C", " celsius"]
    )
    return _written(celsius, dice) + unit, celsius


def _written(number: float, dice: random.Random) -> str:
    ways: list[Callable[[float], str]] = [
        _plain, _plain, _plain, _plain,
        lambda value: _plain(value).replace(".", ","),
        lambda value: _plain(value).translate(_FULL_WIDTH),
        lambda value: _plain(value).translate(_ARABIC),
        in_words,
        lambda value: in_words(value, "-"),
    ]  # fmt: skip
    written = dice.choice(ways)(number)
    return f"{written} " if written[-1].isalpha() else written


def _oxygen(dice: random.Random) -> tuple[str, float]:
    value = dice.randint(70, 100)
    return _written(value, dice) + dice.choice(["", "", "%", " %", " percent", " per cent"]), float(value)


def _pulse(dice: random.Random) -> tuple[str, float]:
    value = dice.randint(34, 210)
    return _written(value, dice) + dice.choice(["", "", " bpm", " beats a minute", "bpm"]), float(value)


def _sugar(dice: random.Random) -> tuple[str, float]:
    if dice.random() < 0.3:
        written = dice.randint(60, 550)
        return f"{written}" + dice.choice(["", " mg/dl", "mg/dL"]), round(written / 18, 1)
    value = round(dice.uniform(1.5, 32), 1)
    return _written(value, dice) + dice.choice(["", "", " mmol", " mmol/L", "mmol/l"]), value


def _systolic(dice: random.Random) -> tuple[str, float]:
    value = dice.randint(62, 235)
    return _written(value, dice) + dice.choice(["", "", " mmHg"]), float(value)


_WRITERS = {
    "temperature": _temperature, "oxygen": _oxygen, "pulse": _pulse, "blood_sugar": _sugar,
    "systolic": _systolic,
}  # fmt: skip
_VERBS = [
    "",
    "",
    " is",
    " was",
    ":",
    " =",
    " of",
    " now",
    " still",
    " is now",
    " has been",
    " about",
    " reads",
]
_VERBS += [" reading is", " is only", " is up to", " went up to", " came down to", ", ", " - ", " just"]
# Bounds that the number itself may be.
_LIMITS = {
    "at_most": ["at most", "no more than", "\u2264", "<=", "no higher than"],
    "at_least": ["at least", "no less than", "\u2265", ">="],
}
_BOUNDS = {
    "under": ["under", "below", "less than", "has stayed below", "never went over", "hasn't gone above", "<"],
    "over": ["over", "above", "more than", "is well above", ">", "hasn't dropped below"],
}
_TIMES = [
    "",
    "",
    "",
    " at 8:30",
    " at 7 this morning",
    " last night",
    " this morning",
    " an hour ago",
    " just now",
]
_TIMES += [
    " at 10.30 pm",
    " at 3pm",
    " yesterday at noon",
    " 20 minutes ago",
    " since 6 o'clock",
    " on Tuesday",
]
_TIMES += [" on day 3", " (day 2 of cycle 1)", " after lunch", " at half past 8", " when I woke up"]
_PLACES = ["", "", "", "", " under the arm", " in the ear", " on the forehead", " by mouth", " (axillary)"]
_ONWARD = [" > ", " then ", ", then ", " and now ", ", now ", " -> ", ", after that "]
_BETWEEN = [", ", "; ", ". ", "\n", ", and ", " and "]


def _band(id: str, dice: random.Random) -> tuple[str, float]:
    """Such as "mid 80s", and about what it is."""
    if id == "temperature":
        tens, width, lowest = dice.randint(36, 39), 1, 0.5
    else:
        tens, width, lowest = (
            dice.choice([70, 80, 90] if id == "oxygen" else [70, 80, 90, 110, 120, 130]),
            10,
            0,
        )
    word, share = dice.choice([("", lowest), ("low ", 0.2), ("mid ", 0.5), ("mid-", 0.5), ("high ", 0.8)])
    return f"{word}{tens}s", round(tens + share * width, 1)


def _pressure(dice: random.Random) -> tuple[str, Truth]:
    high = dice.randint(72, 230)
    low = dice.randint(35, min(high - 16, 140))
    mark = dice.choice(["/", "/", " / ", " over ", " over "])
    first, second = _plain(high), _plain(low)
    if mark == " over " and dice.random() < 0.3:
        first, second = in_words(high), in_words(low)
    return f"{first}{mark}{second}", [("systolic", float(high)), ("diastolic", float(low))]


def from_axes(dice: random.Random, values: ValuesFile) -> Made:
    """One to three kinds of value, each with a name of the knowledge, in every way of writing it."""
    parts: list[tuple[str, Truth]] = []
    for id in dice.sample(sorted(_WRITERS), dice.choice([1, 1, 2, 3])):
        kind = values.kind(id)
        name = dice.choice(kind.names)
        if id == "systolic" and dice.random() < 0.7:
            pair, truth = _pressure(dice)
            parts.append((f"{name} {pair}{dice.choice(_TIMES)}", truth))
            continue
        written, value = _WRITERS[id](dice)
        place = dice.choice(_PLACES) if id == "temperature" else ""
        if dice.random() < 0.05:
            limit = dice.choice(sorted(_LIMITS))
            text = f"{name} {dice.choice(_LIMITS[limit])} {written}{dice.choice(_TIMES)}"
            parts.append((text, [(id, value)]))
            continue
        if dice.random() < 0.1 and id != "blood_sugar":
            band, about = _band(id, dice)
            parts.append((f"{name} in the {band}{dice.choice(_TIMES)}", [(id, about)]))
            continue
        if dice.random() < 0.15:
            side = dice.choice(sorted(_BOUNDS))
            step = float(kind.step) * (-1 if side == "under" else 1)
            text = f"{name} {dice.choice(_BOUNDS[side])} {written}"
            parts.append((text + dice.choice(_TIMES), [(id, round(value + step, 1))]))
            continue
        text = f"{name}{dice.choice(_VERBS)} {written}{place}{dice.choice(_TIMES)}"
        truth = [(id, value)]
        for _ in range(dice.choice([0, 0, 0, 1, 2])):
            written, value = _WRITERS[id](dice)
            text += f"{dice.choice(_ONWARD)}{written}{dice.choice(_TIMES)}"
            truth.append((id, value))
        parts.append((text, truth))
    text = parts[0][0]
    for part, _ in parts[1:]:
        text += dice.choice(_BETWEEN) + part
    return Made(text, [value for _, truth in parts for value in truth])


# Written by hand. {t}: a temperature, {o}: oxygen, {p}: a pulse, {s}: sugar, {b}: a pressure pair.
FRAMES = [
    "I've just taken my temperature and it is {t}",
    "Took her temp twice, {t} both times",
    "his thermometer keeps saying {t} and I'm worried",
    "woke up shivering, temperature of {t}",
    "my temperature's been {t} since this morning",
    "hello, my temp this afternoon was {t}, should I worry",
    "temp: {t}, pulse: {p}, sats: {o}",
    "Obs: BP {b}, HR {p}, SpO2 {o}, T {t}",
    "T {t} HR {p} BP {b}",
    "the nurse measured {b} this morning",
    "blood pressure came out at {b} lying down",
    "{b} is what the cuff shows",
    "my blood pressure was {b} at 9 and {b} at 11",
    "pulse ox says {o}, she looks pale",
    "the little clip on my finger reads oxygen {o}",
    "oxygen saturation has fallen to {o}",
    "his sats are {o} on air",
    "sats {o} sitting, {o} walking to the toilet",
    "sats were {o} before lunch and {o} after",
    "heart rate of {p} while I'm sitting still",
    "my pulse was {p} in bed and {p} on the stairs",
    "my heart rate is {p}, normally lower",
    "blood sugar this morning: {s}",
    "sugar before breakfast {s}, after lunch {s}",
    "glucose has gone from {s} to {s} since the steroids",
    "fever of {t} since last night",
    "he has a fever, {t} on the thermometer",
    "my temp went from {t} to {t} in two hours",
    "temperature under the arm {t}",
    "temp of {t} but I feel fine",
    "Temp {t}. Pulse {p}. Feeling rough.",
    "My wife's temperature is {t}, she is asleep now",
    "checked the temperature at 7:15, it was {t}",
    "at half past three my temperature was {t}",
    "yesterday my temp was {t}, today it's {t}",
    "Is a temp of {t} too much?",
    "temp, {t}",
    "temp... {t}",
    "TEMP {t}!!",
    "(temp {t})",
    "BP={b}",
    "BP: {b}; pulse {p}",
    "sats down to {o}",
    "temp up to {t}",
    "temp {t}, no chills",
    "no rash, no cough, temp {t}",
    "my temp is usually fine but tonight it's {t}",
    "temperature climbed from {t} to {t} overnight",
    "Temp at 6am {t}, at 10am {t}, at 2pm {t}",
    "temp {t} (8am), {t} (noon), {t} (now)",
    "temp {t}/{t}/{t}",
    "my temps today: {t}, {t}, {t}",
    "the thermometer keeps showing between {t} and {t}",
    "running a temperature of {t}, took nothing yet",
    "Thermometer said {t} before the shower and {t} after it",
    "he's hot, temp about {t}, and breathing fast",
    "hi nurse temp {t} thx",
    "Temperature check! {t}",
    "temp taken in the ear was {t}",
    "my temperature (oral) is {t}",
    "{t} is my temperature right now",
    "{o} on the pulse oximeter",
    "{p} heart rate, {o} oxygen",
    "oxygen {o}, pulse {p}, temp {t}, bp {b}",
    "bp {b} pulse {p}",
    "BP {b} (left arm), {b} (right arm)",
    "blood pressure dropped from {b} to {b}",
    "my BP is {b}. Is that low?",
    "pressure reading {b} with a pulse of {p}",
    "Blood pressure: {b}, heart rate: {p}, oxygen: {o}",
    "O2 sats hovering around {o}",
    "oximeter dropped to {o} when I got up",
    "SpO2: {o}, pulse: {p}",
    "pulse {p} and thumping",
    "pulse is {p}, was {p} an hour ago",
    "my watch shows a heart rate of {p}",
    "heartbeat {p} at rest",
    "blood sugar {s} after breakfast",
    "sugars have been {s}, {s} and {s}",
    "Blood glucose {s} at bedtime, {s} this morning",
    "finger prick says {s}",
    "sugar down to {s}, I feel shaky",
    "she's diabetic and her blood sugar is {s}",
    "temp {t} and blood sugar {s}",
    "not sure if it matters but my pulse is {p}",
    "temp {t}, then two hours later {t}",
    "Temp is {t} now, it was {t} before the paracetamol",
    "temp 6am {t} 10am {t} 2pm {t}",
    "temp on day 1 {t}, on day 2 {t}",
    "C1D2 temp {t} pulse {p}",
    "tempreture {t}, oxgen {o}, pluse {p}",
    "tmep {t} today",
    "my temprature is {t} and my presure {b}",
    "temp not 38, it's {t}",
    "I don't have a temp of 38, it's {t}",
    "sorry, temp {t} not 39.9",
    "my heart is racing, pulse is fast at {p}",
    "temp has gone up 2 degrees to {t}",
    "temp is up by 1.2 to {t}",
    "pulse {p} on the watch, resting",
    "the sats probe says {o}",
    "the clip on my finger shows {o}",
    "stats {o}%",
    "sats {o}, had a sit down, now {o}",
    "oxygen was {o} so I used the inhaler and now it's {o}",
    "call if it goes over 38 they said, my temp is {t}",
    "temp {t} left ear, {t} right ear",
    "temp: morning {t}, evening {t}",
    "temp am {t} pm {t}",
    "highest temp today {t}",
    "temp today {t} (max)",
    "temps 1. {t} 2. {t}",
    "last 3 temps {t} {t} {t}",
]
# Something with a number that is no value. {n}: a whole number in the range of fevers, {d}: a decimal one.
DISTRACTORS = [
    "I am on day {n} of this",
    "we are in ward {n}",
    "my room is number {n}",
    "I weigh {d} kg",
    "I weigh {d}",
    "my BMI is {d}",
    "CRP was {n}",
    "platelets {n}",
    "neutrophils 0.{n}",
    "haemoglobin {n}",
    "my albumin is {d}",
    "I paid \u00a3{d}0 for parking",
    "it cost {n} euros",
    "the bag has {n} ml left",
    "pump rate {n} ml/h",
    "the pump shows {d} ml",
    "bag number {n} is running",
    "I took 2 paracetamol at 8:{n}",
    "I took 500 mg at {h}:{m}",
    "call me on 0113 496 00{n}",
    "my number is 07700 900{n}1",
    "ring extension {n}",
    "I am {n} years old",
    "my wife is {n}",
    "she turned {n} last week",
    "I'm {n} weeks along",
    "the bus {n} was late",
    "I live at house {n}",
    "my appointment is at {h}:{m}",
    "my appointment is on 12/11",
    "I was born on 3/4/19{n}",
    "I slept {n} minutes",
    "I walked {n} steps",
    "there are {n} tablets left",
    "I have {n} puffs left",
    "I was sick {x} times",
    "I went to the toilet {x} times",
    "the pain is {x}/10",
    "the pain is {x} out of 10",
    "creatinine {n}",
    "potassium {x}.{x}",
    "I drank {x} cups of tea",
    "shoe size {d}",
    "app version {d}",
    "resp rate {n}",
    "every {x} hours",
    "it lasted {n} seconds",
    "cycle {x} day {n}",
    "I changed the dressing {x} days ago",
    "battery {n}%",
    "I'm {n}% sure",
    "I drove {n} miles",
    "there were {n} people in the queue",
    "page {n} of the booklet",
    "the room is {n} degrees",
    "it is {n} degrees outside",
    "the oven was at {n} degrees",
    "my locker is {n}",
    "I got {n} texts from my sister",
    "the meeting is at {h}",
    "the infusion runs at {d} ml an hour",
    "I saw {n} patients waiting",
    "tonight is night {n}",
    "the dose is {n} mcg",
    "the dose is {d} micrograms a day",
    "hgb is {n}",
    "INR 2.{x}",
    "ferritin 1{n}",
    "I took {n} photos of the rash",
    "my mum is {n}",
    "my trousers are size {n}",
    "the line is {n} cm long",
    "I had it on 24 November",
    "I go on the 24th",
    "I have been ill since 2019",
    "I am here 24/7",
    "the nurse comes at 0{x}30",
    "the nurse comes at half past nine",
    "they are open from 9 to 5",
    "they come between 2 and 4 pm",
    "I take it 4-6 hourly",
    "I did it twice in 24 hours",
    "the water was {n} degrees",
    "the fridge is at 4.{x} degrees",
    "the thermostat is set to {n}",
    "the kitchen thermometer shows {n} for the soup",
    "I did {n} squats",
    "I read chapter {n}",
    "the number {n} bus came",
    "we took the A{n}",
    "the M{n} was shut",
    "my pin ends in {n}",
    "I won {n} pounds",
    "it cost me {n}p",
    "I scored {n} out of 60",
    "it is her {n}th birthday",
    "I am on bed {n}",
    "I was {n} on the list",
    "radio {d} FM was on",
    "it is on channel {n}",
    "lap {n} was hard",
    "they lost {x}-{x}",
    "my waist is {n}",
    "I need a {n} mm needle",
    "the bottle holds {n} cl",
    "it is {n} miles away",
    "my clinic letter has page {n}",
    "I was admitted on 3.{x}.2026",
    "my next visit is 2026-11-{h}",
    "it took {n}.5 minutes",
    "I have had {n} infusions",
    "I counted to {n}",
    "my respiratory rate is {n}",
    "peak flow {n}0",
    "my LDH is {n}8",
    "lactate {x}.{x}",
    "egfr {n}",
    "sodium 1{n}",
    "urea {n}",
    "the volume is {d}",
    "my weight went from {d} to {d}",
    "I lost {x} kg",
    "I am 1 m {n} tall",
    "I am 5 ft {x}",
    "the parcel weighs {d} kilos",
    "wifi code {n}{n}{n}",
    "I have {x} kids aged 4, 9 and {n}",
    "the heating is on {n}",
    "the taxi came at {h}.{m}",
    "I rang at {h} and at {h}:{m}",
    "my flight is BA{n}",
    "the ticket says row {n}",
    "it has {n} calories",
    "I ate {x} biscuits",
    "we have {n} days to go",
    "I need {n} more stitches out",
    "about {n} people a day",
    "a {n} hour wait",
    "one in {n} get this",
    "{n} percent of people",
    "it happened {x} hours ago",
    "day {x} of 28",
    "bag {x} of 7",
    "session {n} went well",
    "my hospital number is {n}4{n}2",
    "the code is {n}{n}",
    "junction {n} was closed",
    "my son is {x} and loves number {n}",
    "I am in my late 30s",
    "she is in her 40s",
    "I bought a fan for {n}.99",
    "I take 2 sugars in tea",
    "I washed it at {n} degrees",
    "we are on cycle 2 day {x}",
    "they said to ring at 38.{x}",
    "it went up by {x}.{x}",
    "my QTc was 4{n}",
]


def from_frames(dice: random.Random) -> Made:
    """One of the frames, filled."""
    truth: Truth = []

    def fill(slot: str) -> str:
        if slot == "b":
            text, pair = _pressure(dice)
            truth.extend(pair)
            return text
        kind = {"t": "temperature", "o": "oxygen", "p": "pulse", "s": "blood_sugar"}[slot]
        text, value = _WRITERS[kind](dice)
        truth.append((kind, value))
        return text

    pieces = dice.choice(FRAMES).split("{")
    text = pieces[0] + "".join(fill(piece[0]) + piece[2:] for piece in pieces[1:])
    return Made(text, truth)


def distractor(dice: random.Random) -> str:
    """Something with a number that is no value."""
    return dice.choice(DISTRACTORS).format_map(
        {
            "n": str(dice.randint(36, 59) if dice.random() < 0.7 else dice.randint(12, 41)),
            "d": f"{dice.uniform(35.5, 41):.1f}",
            "x": str(dice.randint(2, 9)),
            "h": str(dice.randint(1, 12)),
            "m": f"{dice.randint(0, 59):02d}",
        }
    )


def messages(seed: int, count: int, values: ValuesFile) -> Iterator[Made]:
    """Made messages, half of them from the frames, every second one with a distractor.

    Args:
        seed: the same seed gives the same messages.
        count: how many.
        values: whose names the first half uses.
    """
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    for number in range(count):
        made = from_axes(dice, values) if number % 4 < 2 else from_frames(dice)
        if number % 2:
            other = distractor(dice)
            joined = dice.choice([". ", "\n", ", ", " and ", "; ", " but "])
            first = dice.random() < 0.5
            text = f"{other}{joined}{made.text}" if first else f"{made.text.rstrip('.')}{joined}{other}"
            made = Made(text, made.values)
        yield made
