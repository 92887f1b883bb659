"""One line of the log of work: what was spent on an instance or a photo, on what part of it, and in which way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.effort.meter import Spent


class Part(StrEnum):
    """What of an instance was worked on; BOTH when one commit brought outline and pose, OTHER for the rest."""

    OUTLINE = "outline"
    POSE = "pose"
    BOTH = "both"
    OTHER = "other"


class Way(StrEnum):
    """How it came about: what the machine offered was taken, landmarks were clicked, or it was done by hand."""

    OFFER = "offer"
    CLICKS = "clicks"
    HAND = "hand"
    NONE = ""


@dataclass(frozen=True, slots=True)
class EffortRecord:
    """Work on one instance, or on a photo as such (instance_id ""). at: UTC, ISO 8601, when it ended."""

    at: str
    photo_id: str
    instance_id: str
    part: Part
    way: Way
    spent: Spent

    def joined(self, later: EffortRecord) -> EffortRecord | None:
        """Both as one line, None when they are of different things."""
        same = (self.photo_id, self.instance_id, self.part, self.way)
        if same != (later.photo_id, later.instance_id, later.part, later.way):
            return None
        return replace(later, spent=self.spent + later.spent)


def record_to_json(record: EffortRecord) -> dict[str, Any]:
    """The record as a JSON object."""
    return {
        "at": record.at,
        "photo": record.photo_id,
        "instance": record.instance_id,
        "part": record.part.value,
        "way": record.way.value,
        "seconds": round(record.spent.seconds, 3),
        "gestures": round(record.spent.gestures, 3),
    }


def record_from_json(content: Any) -> EffortRecord:
    """The record of a JSON object; raises ValueError, KeyError or TypeError when it is none."""
    spent = Spent(float(content["seconds"]), float(content["gestures"]))
    if not (math.isfinite(spent.seconds) and math.isfinite(spent.gestures)) or min(spent.seconds, spent.gestures) < 0:
        raise ValueError("seconds and gestures are numbers from zero up")
    words = content["at"], content["photo"], content["instance"]
    if not all(isinstance(word, str) for word in words):
        raise TypeError("at, photo and instance are texts")
    return EffortRecord(*words, Part(content["part"]), Way(content["way"]), spent)
