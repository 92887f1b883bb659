"""The five steps of the tutorial: what each asks for, by what is seen that it is done, and where one stands. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.labels.instance import Instance

# Signs: what can be seen of the photo of the tutorial.
HERE = "here"  # it is the one that is open
OUTLINE_OFFERED, OUTLINED = "outline offered", "outlined"
POSE_OFFERED, POSE_FLIPPED, POSED = "pose offered", "pose flipped", "posed"
ERROR_SHOWN, CORRECTED, TAKEN_BACK = "error shown", "corrected", "taken back"
CHECKED, EXPORTED = "checked", "exported"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to do in a step.

    signs: any of them ticks it. action: the command whose key is drawn, "" for a deed of the mouse. target: names of
    widgets to look at, the first one that is seen is marked; "menu:File" is a menu's title. needed: the step is not
    done without it. after: a sign that must have been seen before it counts.
    """

    signs: tuple[str, ...]
    words: str
    action: str = ""
    target: tuple[str, ...] = ()
    needed: bool = True
    after: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the card. why: one sentence. missing: a sign it stands on, and what to do where it is not seen."""

    title: str
    why: str
    parts: tuple[Part, ...]
    hint: str = ""
    missing: tuple[str, str] = ("", "")


STEPS = (
    Step(
        "Outline the sneaker",
        "The pose is measured against the outline, so the outline comes first. A network draws it for you.",
        (
            Part(
                (OUTLINE_OFFERED, OUTLINED),
                "Find every sneaker in the photo",
                "segment_photo",
                ("palette_segment_photo",),
                needed=False,
            ),
            Part((OUTLINED,), "Take the outline it offers", "accept", ("noticeBar",)),
        ),
        "Nothing is offered? Press G and drag a box round the sneaker.",
    ),
    Step(
        "Find its pose",
        "Every way the shoe could stand is tried; those that fit the outline are offered, the likeliest first.",
        (
            Part((POSE_OFFERED, POSED), "Look for the pose", "find_pose", ("palette_find_pose",), needed=False),
            Part((POSE_FLIPPED,), "See the other poses, if there are some", "next_pose", ("hypothesisStrip",), False),
            Part((POSED,), "Take the one that is shown", "accept", ("hypothesisStrip",)),
        ),
        "Shift+Tab goes back to the likeliest one. Several sneakers in the photo? Click one first.",
        (OUTLINED, "There is no outline yet: S finds one, Enter takes it."),
    ),
    Step(
        "Look, and correct",
        "Whether it fits is for your eye to say: see where shoe and outline part, and move what is wrong.",
        (
            Part((ERROR_SHOWN,), "Colour the outline by its error", "residuals"),
            Part((CORRECTED,), "Point at the outline and drag a corner of it, or drag the shoe after Alt+2"),
            Part((TAKEN_BACK,), "Take it back: nothing is ever lost", "undo", ("menu:Edit",), after=CORRECTED),
        ),
        "Wheel: zoom. Space+drag: pan. F: the whole photo again.",
        (OUTLINED, "There is no outline here any more: Ctrl+Shift+Z brings it back."),
    ),
    Step(
        "Say that it is right",
        "A photo counts as ground truth once somebody has looked at it and marked it checked.",
        (Part((CHECKED,), "Mark the photo checked", "mark_checked", ("reviewStatus", "tab:Review")),),
        "In photos to come: O outlines a leg or a hand in front of a shoe; Shift+M poses the other shoe of a pair.",
    ),
    Step(
        "Export it",
        "Outlines and poses leave as COCO, YOLO, labelme or BOP, with a report of what a format cannot hold.",
        (Part((EXPORTED,), "Choose formats and a folder, then Export", "export", ("menu:File",)),),
        "You export to a folder of the sample; your own projects remember theirs.",
    ),
)
END = len(STEPS)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is seen now: signs, and the instances of the tutorial's photo as they stand."""

    signs: frozenset[str]
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """Where one stands. at: 0-based step, END at the end. ticked: signs seen in this step. again: gone back to it.

    base: the instances when the step was first looked at, None before.
    """

    at: int = 0
    ticked: frozenset[str] = frozenset()
    again: bool = False
    base: tuple[Instance, ...] | None = None

    @property
    def step(self) -> Step | None:
        """The step one is at; None at the end."""
        return STEPS[self.at] if self.at < END else None

    @property
    def is_done(self) -> bool:
        """Whether everything this step needs has been seen."""
        step = self.step
        return step is not None and all(self.has(part) for part in step.parts if part.needed)

    @property
    def next_part(self) -> Part | None:
        """What to do now: the first thing not seen yet that is needed, or that leads to it."""
        step = self.step
        if step is None or self.is_done:
            return None
        open_parts = [part for part in step.parts if not self.has(part)]
        # What may be left out is not asked for once what follows it could be done.
        return next((p for p in open_parts if p.needed or p is step.parts[0]), None)

    def has(self, part: Part) -> bool:
        """Whether a part of this step has been seen."""
        return any(sign in self.ticked for sign in part.signs)

    def seen(self, facts: Facts) -> Course:
        """Where one stands after a look at what there is; the photo's own steps see nothing while another is open."""
        step = self.step
        if step is None or (HERE not in facts.signs and self.at < END - 1):
            return self
        base = self.base if self.base is not None else facts.instances
        signs = set(facts.signs)
        if is_corrected(base, facts.instances):
            signs.add(CORRECTED)
        ticked = set(self.ticked)
        for part in step.parts:
            if not part.after or part.after in self.ticked:
                ticked |= signs.intersection(part.signs)
        if base is self.base and ticked == self.ticked:
            return self
        return replace(self, base=base, ticked=frozenset(ticked))

    def onward(self) -> Course:
        """At the next step, this one done or left out."""
        return Course(min(self.at + 1, END))

    def back(self) -> Course:
        """At the step before; it is read again and does not go on by itself."""
        return Course(max(self.at - 1, 0), again=True) if self.at > 0 else self


def is_corrected(base: tuple[Instance, ...], now: tuple[Instance, ...]) -> bool:
    """Whether the outline or the pose of something that was there is another one."""
    before = {instance.id: instance for instance in base}
    return any(
        (old := before.get(new.id)) is not None and (new.region != old.region or new.pose != old.pose) for new in now
    )


def course_to_words(course: Course) -> dict[str, str]:
    """What is kept of it between two starts."""
    return {"at": str(course.at), "ticked": ",".join(sorted(course.ticked))}


def course_from_words(words: Mapping[str, str]) -> Course:
    """The course as it was kept; the beginning where that cannot be read."""
    try:
        at = int(words.get("at", "0"))
    except ValueError:
        return Course()
    known = {sign for step in STEPS for part in step.parts for sign in part.signs}
    ticked = frozenset(words.get("ticked", "").split(",")) & known
    return Course(at, ticked) if 0 <= at <= END else Course()
