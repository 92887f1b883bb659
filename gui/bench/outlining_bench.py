"""How many gestures an outline costs: drawn from nothing, and segmented and corrected, by a script in the real window.

A gesture is a click, a drag, a key or a turn of the wheel. The script sees the true outline as a person sees the shoe,
and goes on until every sneaker of a photo is as good as the goal. Drawing from nothing is given the fewest corners that
reach it; Segment and correct does what promises most for each gesture. What the machine takes is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gui.app import make_application
from gui.bench.outlining_hand import CountingHand, HandError
from gui.bench.outlining_plan import TrueEdge, fewest_corners
from gui.bench.outlining_truth import Goal, TruePhoto, true_photos
from gui.bench.outlining_ways import Correcting, Task, draw_all, outcome
from gui.inference import Inference

RATIO_GOAL = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """One way through one photo: gestures in all and by purpose, the worst outline, whether all reached the goal."""

    gestures: int
    by_purpose: dict[str, int]
    error_px: float
    iou: float
    reached: bool
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class PhotoFigures:
    """Both ways through one photo."""

    name: str
    sneakers: int
    drawn: Way
    segmented: Way

    @property
    def ratio(self) -> float:
        """Gestures of drawing for one of segmenting and correcting."""
        return self.drawn.gestures / max(self.segmented.gestures, 1)


@dataclass(frozen=True, slots=True)
class Summary:
    """Over all photos. ratio: of the medians; ratio_median: median of each photo's; ratio_total: of the sums.

    cpu_s: of the window and its inference core (where the system tells a child's), a photo, both ways together.
    """

    photos: int
    sneakers: int
    goal_px: float
    goal_iou: float
    drawn_median: float
    segmented_median: float
    ratio: float
    ratio_median: float
    ratio_total: float
    drawn_reached: float
    segmented_reached: float
    untouched: float
    cpu_s: float
    drawn_by_purpose: dict[str, int]
    segmented_by_purpose: dict[str, int]


@dataclass(frozen=True, slots=True)
class Annotator:
    """Who draws: what is good enough, how the hand shakes (px of the photo), and the seed of it."""

    goal: Goal = field(default_factory=Goal)
    noise_px: float = 0.5
    seed: int = 0


def measure(
    photos: Sequence[TruePhoto], annotator: Annotator, *, net: str = "", inference: Inference | None = None
) -> Iterator[PhotoFigures]:
    """Both ways through each photo in one window; needs a QApplication. Photos that no drawing can do are left out.

    inference: otherwise the core in a process of its own. Raises HandError with a sentence when the window fails.
    """
    with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
        project, ids = _make_project(Path(folder), photos)
        hand = CountingHand(project, inference=inference, noise_px=annotator.noise_px, seed=annotator.seed)
        hand.place.preferences.set("net", net)
        try:
            for photo, (to_draw, to_segment) in zip(photos, ids, strict=True):
                tasks = _tasks(photo, annotator, hand=hand)
                if tasks:
                    drawn = _way(hand, to_draw, tasks, segmented=False)
                    segmented = _way(hand, to_segment, tasks, segmented=True)
                    yield PhotoFigures(photo.name, len(tasks), drawn, segmented)
        finally:
            hand.close()


def summary(figures: Sequence[PhotoFigures], goal: Goal, *, cpu_s: float) -> Summary:
    """The figures over all photos."""
    drawn = np.array([one.drawn.gestures for one in figures])
    segmented = np.array([one.segmented.gestures for one in figures])
    return Summary(
        photos=len(figures),
        sneakers=sum(one.sneakers for one in figures),
        goal_px=goal.error_px,
        goal_iou=goal.iou,
        drawn_median=float(np.median(drawn)),
        segmented_median=float(np.median(segmented)),
        ratio=float(np.median(drawn) / np.median(segmented)),
        ratio_median=float(np.median([one.ratio for one in figures])),
        ratio_total=float(drawn.sum() / segmented.sum()),
        drawn_reached=float(np.mean([one.drawn.reached for one in figures])),
        segmented_reached=float(np.mean([one.segmented.reached for one in figures])),
        untouched=float(np.mean(segmented == 2)),
        cpu_s=cpu_s / max(len(figures), 1),
        drawn_by_purpose=_by_purpose([one.drawn for one in figures]),
        segmented_by_purpose=_by_purpose([one.segmented for one in figures]),
    )


def _by_purpose(ways: Sequence[Way]) -> dict[str, int]:
    return dict(sum((Counter(way.by_purpose) for way in ways), Counter[str]()).most_common())


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench outlining`; 0 when drawing costs five times as much and every photo is done."""
    options = _parsed(arguments)
    goal = Goal(options.tolerance, options.iou)
    application = make_application(sys.argv[:1])
    figures: list[PhotoFigures] = []
    began = _cpu_s()
    try:
        wanted = options.only or ["*"]
        photos = true_photos(options.coco, options.images, only=wanted, count=options.count, seed=options.seed)
        for one in measure(photos, Annotator(goal, options.noise, options.seed), net=options.net):
            figures.append(one)
            if not options.json:
                print(_line(one), flush=True)
    except (ValueError, HandError) as error:
        print(f"outsole bench outlining: {error}", file=sys.stderr)
        return 2
    whole = summary(figures, goal, cpu_s=_cpu_s() - began)
    if options.json:
        print(json.dumps({"summary": asdict(whole), "photos": [asdict(one) for one in figures]}))
    else:
        print(_table(whole))
    del application
    return 0 if whole.ratio >= RATIO_GOAL and whole.segmented_reached == 1.0 else 1


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench outlining", description=__doc__)
    parser.add_argument("--coco", type=Path, required=True, metavar="FILE", help="true outlines")
    parser.add_argument("--images", type=Path, metavar="DIR", help="what its file names count from (its own folder)")
    parser.add_argument("--only", action="append", metavar="GLOB", help="photos of such names; may be given again")
    parser.add_argument("--count", type=int, default=20, help="photos, drawn by the seed (default: 20)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tolerance", type=float, default=1.5, help="mean two-way contour error, px (default: 1.5)")
    parser.add_argument("--iou", type=float, default=0.8, help="and least IoU (default: 0.8)")
    parser.add_argument("--noise", type=float, default=0.5, help="of the hand, standard deviation in px (default: 0.5)")
    parser.add_argument("--net", default="", help="a shipped network or a .safetensors file")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    options.images = options.images or options.coco.parent
    return options


def _make_project(folder: Path, photos: Sequence[TruePhoto]) -> tuple[Path, list[tuple[str, str]]]:
    """A project that holds every photo twice, bare; the ids of the copy to draw on and of the one to segment."""
    # These load SQLAlchemy and Pillow, which a window has after its first paint alone.
    from core.document.document import Document
    from core.document.edit import Edit
    from core.storage.database import create_project
    from core.storage.image_file import photo_from_file

    path = folder / "bench.outsole"
    store = create_project(path)
    try:
        files = [photo.file.resolve() for photo in photos for _ in range(2)]
        made = [photo_from_file(file, project_folder=folder, position=place) for place, file in enumerate(files)]
        Document(store).commit(Edit("Bench", tuple((None, photo) for photo in made)))
    finally:
        store.close()
    ids = [photo.id for photo in made]
    return path, list(zip(ids[::2], ids[1::2], strict=True))


def _tasks(photo: TruePhoto, annotator: Annotator, *, hand: CountingHand) -> tuple[Task, ...]:
    tasks = []
    for number, truth in enumerate(photo.sneakers):
        seed = annotator.seed + number
        drawing = fewest_corners(truth, annotator.goal, noise_px=annotator.noise_px, seed=seed)
        if drawing is None:
            print(f"{photo.name} is left out: no drawing of a sneaker in it reaches the goal.", file=sys.stderr)
            return ()
        tasks.append(Task(TrueEdge(truth), annotator.goal, drawing))
    return tuple(tasks)


def _way(hand: CountingHand, photo_id: str, tasks: tuple[Task, ...], *, segmented: bool) -> Way:
    hand.open_photo(photo_id)
    began, note = time.perf_counter(), ""
    try:
        if segmented:
            Correcting(hand, tasks).run()
        else:
            draw_all(hand, tasks)
    except HandError as failure:
        note = str(failure)
        hand.session.escape()
    seconds = time.perf_counter() - began
    found = outcome(hand, tasks)
    goal = tasks[0].goal
    good = all(error <= goal.error_px and share >= goal.iou for error, share in found)
    good &= len(hand.photo.instances) == len(tasks)
    error, share = max(error for error, _ in found), min(share for _, share in found)
    return Way(hand.gestures.total(), dict(hand.gestures), error, share, good, seconds, note)


def _cpu_s() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _line(one: PhotoFigures) -> str:
    drawn, segmented = one.drawn, one.segmented
    where = ", ".join(f"{count} {purpose}" for purpose, count in Counter(segmented.by_purpose).most_common())
    flag = "" if drawn.reached and segmented.reached else "  NOT REACHED"
    return (
        f"{Path(one.name).name:36}{one.sneakers:2} shoes  drawn {drawn.gestures:3} ({drawn.error_px:.2f} px)  "
        f"segmented {segmented.gestures:3} ({segmented.error_px:.2f} px, IoU {segmented.iou:.2f})  "
        f"x{one.ratio:4.1f}  {where}{flag} {drawn.note}{segmented.note}"
    )


def _table(whole: Summary) -> str:
    lines = [
        f"{whole.photos} photos, {whole.sneakers} sneakers, goal {whole.goal_px:g} px and IoU {whole.goal_iou:g}",
        f"{'':22}{'from nothing':>14}{'Segment and correct':>22}",
        f"{'gestures, median':22}{whole.drawn_median:14g}{whole.segmented_median:22g}",
        f"{'photos that reach it':22}{whole.drawn_reached:14.0%}{whole.segmented_reached:22.0%}",
        f"ratio of medians {whole.ratio:.2f} (goal {RATIO_GOAL:g}), median ratio {whole.ratio_median:.2f}, "
        f"of all gestures {whole.ratio_total:.2f}; {whole.untouched:.0%} of photos took S and Enter alone",
        f"CPU {whole.cpu_s:.1f} s a photo, both ways and the core",
        "gestures of Segment and correct: " + ", ".join(f"{n} {p}" for p, n in whole.segmented_by_purpose.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
