"""How far the cues of denial, past, doubt and so on reach, and what stops them (see `assertion.py`)."""

from __future__ import annotations

# A new subject starts a new statement: "no rash and my back hurts".
SUBJECTS = frozenset("i my he she his her we our it there this".split())
NEW_SUBJECTS = SUBJECTS - {"it"}
ASKING_VERBS = frozenset("have has had do does did am is are was were can could".split())  # of a question
# "Worried about my rash", "concerned about the wooziness": what is pointed at is there.
OWN = frozenset("my this these the his her our".split())
FEARED_AS_THERE = OWN | {"how"}  # "worried about how swollen my face is"
MINE = frozenset("i my me".split())
# "I don't think I have a fever": behind these the new subject still belongs to the denial.
OPEN_VERBS = frozenset(
    "call think believe feel say sure know that if like suppose reckon".split()
    + "have had has make makes cause give gives".split()
)
# Marks that a quotation may open with: "it says: 'call at once for fever'".
QUOTE_MARKS = {"leaflet": frozenset({":", '"', "-"}), "question": frozenset('"')}
DENIAL_REACH = 6
FARTHEST = 80  # tokens from a cue to what it speaks of, whatever stands between: a long list of denials
INSIDE_REACH = 2
REACH = {
    "past_before": 6,
    "past_right_before": 1,
    "denied_right_before": 1,
    "uncertain_before": 5,
    "fear": 6,
}
NOT_BEYOND_COMMA = frozenset({"past_before", "past_right_before"})
PREPOSITIONS = frozenset("in on of to at around under over behind across with from".split())
ONSET = frozenset("start begin since come notice first get develop diagnose".split())
NEW_STATEMENT = frozenset("and but or no not".split())
# Marks that may stand between a symptom and the answer or remark on it.
ANSWER_MARKS = {
    "denied_after": ":-?=",
    "denied_at_end": "?",
    "rated_after": "(",
    "owned_after": "?.",
    "there_now": "?.",
    "excepted_after": ".",
}
AFTER_REACH = 3
NOT_REPORTED = ("hypothetical", "fear", "question", "leaflet", "other_person")
SHARING = ("hypothetical", "question", "other_person")
DENIED = frozenset({"denied_before", "denied_right_before"})
DENIED_AFTER = frozenset({"denied_after", "denied_at_end"})
BEFORE = (
    "denied_before",
    "denied_right_before",
    "past_before",
    "past_right_before",
    "uncertain_before",
    *NOT_REPORTED,
)
AFTER = (
    "denied_after",
    "denied_at_end",
    "past_after",
    "past_later",
    "uncertain_after",
    "question_after",
    "rated_after",
    "owned_after",
    "judged_after",
    "returned",
    "there_now",
    "excepted_after",
    "well",
)
# How many words may stand between a symptom and a cue behind it; commas are crossed by the far ones only.
FAR = {"returned": 12, "past_later": 12, "owned_after": 5, "there_now": 12, "excepted_after": 5}
# What is not over: how many words may stand between such a cue and the word for "over" that it undoes.
NOT_OVER = ("not_over_before", "not_over_after")
NOT_OVER_REACH = {"not_over_before": 7, "not_over_after": 2}
OVER = ("past_before", "past_right_before", "past_after", "past_later")
# Before these a cue of "there now" is a statement of its own: ", do now", "but I am".
OPENS_STATEMENT = frozenset("but and i he she we they it".split())
