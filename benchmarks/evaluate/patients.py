"""Files of messages that patients wrote, measured over REST on the running assistant.

Each line is a JSON object: ``text``, ``present`` (labels that are there), ``optional`` (may be found),
``absent`` (denied), and ``flag`` with ``exclude`` for rows that do not count. A label stands for a group of
symptoms. Rows with a plainly wrong label are named in ``excluded.yml``. The messages stay where they are:
nothing of them is written anywhere.
"""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.evaluate.parts import Quality
from benchmarks.evaluate.statistics import Share

# Labels for more than one symptom; every other label is a symptom's own id.
GROUPS = {
    "confusion": "confusion disorientation",
    "slurred_speech": "slurred_speech difficulty_talking",
    "seizure": "seizures",
    "rash": "rash red_spots",
    "cough": "cough hoarseness coughing_up_blood",
    "bleeding": "unusual_bleeding black_or_bloody_stools blood_in_urine coughing_up_blood",
    "dark_urine": "colored_urine",
    "fatigue": "extreme_fatigue loss_of_strength",
    "loss_of_appetite": "decreased_appetite",
}
SINGLE = """fainting loss_of_balance fever chills headache trouble_breathing nausea vomiting dizziness
back_pain sore_throat diarrhea constipation insomnia blurred_vision chest_pain stiff_neck tingling swelling
bruising jaundice mouth_sores weight_gain weight_loss low_blood_pressure""".split()
LABELS = {
    **{label: frozenset(ids.split()) for label, ids in GROUPS.items()},
    **{id: frozenset([id]) for id in SINGLE},
}
EXCLUDED = "exclude"
EXCLUDED_ROWS = Path(__file__).with_name("excluded.yml")


@dataclass(frozen=True)
class Measured:
    """The figures of one file.

    Args:
        name: of the file.
        quality: over labels.
        denied: denied labels that were not called present.
        quiet: messages without any label that were not called urgent.
        by_label: found of those there, and false alarms.
        median_ms: of one REST request.
        excluded: row number and reason of the rows whose label is plainly wrong.
        rows: that count.
    """

    name: str
    quality: Quality
    denied: Share
    quiet: Share
    by_label: dict[str, tuple[Share, int]]
    median_ms: float
    excluded: tuple[tuple[int, str], ...]
    rows: int


def measure(path: Path, address: str, tick: Callable[[], None]) -> Measured:
    """Send every row that counts as the first message of a conversation of its own."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    wrong = _wrongly_labelled(path.stem)
    excluded = tuple(sorted(wrong.items()))
    counted = [row for n, row in enumerate(rows, 1) if row.get("flag") != EXCLUDED and n not in wrong]
    there: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    alarm: Counter[str] = Counter()
    denied = denied_right = quiet = quiet_right = 0
    seconds = []
    for row in counted:
        start = time.perf_counter()
        payload = ask(address, row["text"])
        seconds.append(time.perf_counter() - start)
        ids = {s["id"] for s in payload.get("symptoms", []) if s["status"] in ("present", "uncertain")}
        allowed = {*row["present"], *row.get("optional", ())}
        fine = frozenset().union(*(LABELS[label] for label in allowed))
        for label, members in LABELS.items():
            there[label] += label in row["present"]
            hit[label] += label in row["present"] and bool(ids & members)
            alarm[label] += label not in allowed and bool(ids & members - fine)
        denied += len(row.get("absent", ()))
        denied_right += sum(not ids & LABELS[label] for label in row.get("absent", ()))
        if not allowed and not row.get("ext"):
            quiet += 1
            quiet_right += payload.get("urgency") not in ("contact_now", "emergency")
        tick()
    found, alarms = sum(hit.values()), sum(alarm.values())
    return Measured(
        name=path.stem,
        quality=Quality(Share(found, sum(there.values())), Share(found, found + alarms)),
        denied=Share(denied_right, denied),
        quiet=Share(quiet_right, quiet),
        by_label={
            label: (Share(hit[label], there[label]), alarm[label])
            for label in LABELS
            if there[label] or alarm[label]
        },
        median_ms=1000 * sorted(seconds)[len(seconds) // 2] if seconds else 0.0,
        excluded=excluded,
        rows=len(counted),
    )


def _wrongly_labelled(name: str) -> dict[int, str]:
    listed = yaml.safe_load(EXCLUDED_ROWS.read_text(encoding="utf-8")) or {}
    return {int(entry["row"]): str(entry["reason"]) for entry in listed.get(name, ())}


def ask(address: str, text: str) -> dict[str, Any]:
    """The triage payload of the reply to a message that opens a conversation; empty without one."""
    body = json.dumps({"sender": f"evaluate-{uuid.uuid4()}", "message": text}).encode()
    request = urllib.request.Request(  # noqa: S310 - the assistant started above
        f"{address}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        replies = json.load(answer)
    payloads = [r["custom"] for r in replies if (r.get("custom") or {}).get("type") == "triage"]
    found: dict[str, Any] = payloads[-1] if payloads else {}
    return found
