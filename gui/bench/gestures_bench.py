"""How many gestures a pose costs: found by one key, clicked and snapped, and dragged by hand, by a script in the real

window. A gesture is a click, a drag, a key or a turn of the wheel. The script is given an outline of 40 corners that
are off by 1 px, takes and refuses by the figures that are shown, and clicks landmarks off by 2 px; only what it has
taken is compared with the truth. In a drag it follows the live figures; which way to turn a shoe first it sees in the
photo, give or take 8° about each axis.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gui.app import make_application
from gui.bench.gestures_hand import PosingHand
from gui.bench.gestures_scenes import Ordered, Scene, SceneError, make_scenes, median_of
from gui.bench.gestures_ways import WAYS, NotAccepted
from gui.bench.outlining_hand import HandError
from gui.inference import Inference

MOST_GESTURES = {"auto": 2.0, "manual": 15.0}
LEAST_RIGHT = {"auto": 0.95}


@dataclass(frozen=True, slots=True)
class Posed:
    """One way to one pose. iou, contour_px: as stored with it; add_share, rotation_deg: how far it is off, nan when

    none was accepted. cpu_s: of the window and, where the system tells, its inference core.
    """

    scene: int
    way: str
    gestures: int
    by_purpose: dict[str, int]
    accepted: bool
    right: bool
    add_share: float
    rotation_deg: float
    iou: float
    contour_px: float
    cpu_s: float
    seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """One way over all scenes. accepted: share of the scenes; right: share of what was accepted (ADD below a tenth of

    the diameter, on the right foot); the gestures are those of accepted poses.
    """

    way: str
    scenes: int
    accepted: float
    right: float
    gestures_median: float
    gestures_p90: float
    gestures_most: int
    cpu_s_median: float
    add_median: float
    rotation_median_deg: float
    by_purpose: dict[str, int]

    def misses(self) -> list[str]:
        """The goals it does not reach, in words."""
        words = []
        most, least = MOST_GESTURES.get(self.way), LEAST_RIGHT.get(self.way)
        if most is not None and not self.gestures_median <= most:
            words.append(f"{self.way}: {self.gestures_median:g} gestures, goal at most {most:g}")
        if least is not None and not self.right >= least:
            words.append(f"{self.way}: {self.right:.1%} right, goal at least {least:.0%}")
        return words


def measure(
    project: Path, scenes: Sequence[Scene], *, ways: Sequence[str], seed: int = 0, inference: Inference | None = None
) -> Iterator[Posed]:
    """Each way through each scene of a project in one window; needs a QApplication. Raises HandError.

    inference: otherwise the core in a process of its own.
    """
    hand = PosingHand(project, inference=inference, seed=seed)
    hand.place.preferences.set("snap_when_let_go", False)
    try:
        hand.wait("the core to be ready", lambda: str(hand.place.inference.state) == "ready")
        for number, scene in enumerate(scenes):
            for photo_id, way in zip(scene.photo_ids, ways, strict=False):
                rng = np.random.default_rng([seed, number])
                yield _posed(hand, scene, rng, way=way, number=number, photo_id=photo_id)
    finally:
        hand.close()


def summary(figures: Sequence[Posed], way: str) -> Summary:
    """The figures of one way."""
    own = [one for one in figures if one.way == way]
    taken = [one for one in own if one.accepted]
    gestures = [one.gestures for one in taken]
    purposes = sum((Counter(one.by_purpose) for one in own), Counter[str]())
    return Summary(
        way,
        len(own),
        len(taken) / max(len(own), 1),
        float(np.mean([one.right for one in taken])) if taken else 0.0,
        median_of(gestures),
        float(np.percentile(gestures, 90)) if gestures else float("nan"),
        max(gestures, default=0),
        median_of([one.cpu_s for one in taken]),
        median_of([one.add_share for one in taken]),
        median_of([one.rotation_deg for one in taken]),
        dict(purposes.most_common()),
    )


def run(arguments: Sequence[str]) -> int:
    """The command `outsole bench gestures`; 0 when the goals are met, 1 when not, 2 when it could not be measured."""
    options = _parsed(arguments)
    application = make_application(sys.argv[:1])
    ordered = Ordered(
        options.scenes, options.seed, len(options.ways), options.model, not options.side_unknown, tuple(options.lengths)
    )
    figures: list[Posed] = []
    try:
        with TemporaryDirectory(prefix="outsole-bench-", ignore_cleanup_errors=True) as folder:
            project, scenes = make_scenes(Path(folder), ordered)
            for one in measure(project, scenes, ways=options.ways, seed=options.seed):
                figures.append(one)
                if not options.json:
                    print(_line(one), flush=True)
    except (SceneError, HandError) as error:
        print(f"outsole bench gestures: {error}", file=sys.stderr)
        return 2
    summaries = [summary(figures, way) for way in options.ways]
    if options.json:
        told = {"summary": {one.way: _told(one) for one in summaries}, "poses": [_told(one) for one in figures]}
        print(json.dumps(told))
    else:
        print(_table(summaries))
    del application
    return 1 if any(one.misses() for one in summaries) else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench gestures", description=__doc__)
    parser.add_argument("--scenes", type=int, default=60, help="photos to render (default: 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", type=Path, metavar="FILE", help="a shoe's mesh (default: the shipped sneaker)")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS), help="default: all of them")
    parser.add_argument("--side-unknown", action="store_true", help="nobody has said which foot the shoe is for")
    text = "nearest and farthest camera, in shoe lengths (default: 2 6)"
    parser.add_argument("--lengths", type=float, nargs=2, default=(2.0, 6.0), metavar=("NEAR", "FAR"), help=text)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _posed(hand: PosingHand, scene: Scene, rng: np.random.Generator, *, way: str, number: int, photo_id: str) -> Posed:
    hand.open_photo(photo_id)
    began, cpu, note = time.perf_counter(), _cpu_s(), ""
    try:
        WAYS[way](hand, scene, rng)
    except NotAccepted as given_up:
        note = str(given_up)
    seconds, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    found = hand.instance
    estimate = found.pose_estimate if not note else None
    error = scene.error(estimate.pose, found.side) if estimate is not None else None
    shown = hand.wait_for_figures() if estimate is not None else None
    hand.session.escape()
    return Posed(
        number,
        way,
        hand.gestures.total(),
        dict(hand.gestures),
        error is not None,
        error is not None and error.is_right,
        error.add_share if error else float("nan"),
        error.rotation_deg if error else float("nan"),
        shown.iou if shown else float("nan"),
        (shown.contour_px or 0.0) if shown else float("nan"),
        round(cpu_s, 3),
        round(seconds, 2),
        note,
    )


def _cpu_s() -> float:
    """CPU of this process, and of its core where the system tells of a child that still runs."""
    used = os.times()
    listed = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children"))
    return used.user + used.system + sum(_child_cpu_s(Path("/proc") / child / "stat") for child in listed.split())


def _child_cpu_s(stat: Path) -> float:
    words = stat.read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _told(one: Posed | Summary) -> dict[str, Any]:
    """As JSON values, which have no nan."""
    return {name: None if value != value else value for name, value in asdict(one).items()}


def _line(one: Posed) -> str:
    if not one.accepted:
        return f"{one.scene:3} {one.way:7}{one.gestures:4} gestures  not accepted: {one.note}"
    flag = "" if one.right else "  WRONG"
    return (
        f"{one.scene:3} {one.way:7}{one.gestures:4} gestures {one.cpu_s:6.2f} s CPU  IoU {one.iou:.3f} "
        f"{one.contour_px:4.1f} px  ADD {one.add_share:.3f} d  {one.rotation_deg:5.1f}°{flag}"
    )


def _table(summaries: Sequence[Summary]) -> str:
    rows: list[tuple[str, list[str]]] = [
        ("", [one.way for one in summaries]),
        ("accepted", [f"{one.accepted:.1%}" for one in summaries]),
        ("right (ADD < 0.1 d)", [f"{one.right:.1%}" for one in summaries]),
        ("gestures, median", [f"{one.gestures_median:g}" for one in summaries]),
        ("gestures, 9 of 10", [f"{one.gestures_p90:g}" for one in summaries]),
        ("gestures, most", [f"{one.gestures_most}" for one in summaries]),
        ("CPU a pose, s", [f"{one.cpu_s_median:.2f}" for one in summaries]),
        ("ADD, median", [f"{one.add_median:.3f} d" for one in summaries]),
        ("rotation, median", [f"{one.rotation_median_deg:.1f}°" for one in summaries]),
    ]
    lines = [f"{summaries[0].scenes} scenes"]
    lines += [f"{name:22}" + "".join(f"{cell:>12}" for cell in cells) for name, cells in rows]
    lines += [f"{one.way}: " + ", ".join(f"{n} {p}" for p, n in one.by_purpose.items()) for one in summaries]
    missed = [words for one in summaries for words in one.misses()]
    return "\n".join([*lines, "goals met" if not missed else "MISSED: " + "; ".join(missed)])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
