"""`outsole bench agreement PROJECT`: how far two passes over a project's own shoes would differ.

Every shoe that has been posed is posed twice more, from another start or from an outline drawn anew, and the two are
compared. It says what the outlines of a project and its shoe models are good for before anybody labels it twice.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

from core.bench.agreement_page import draw_sheet, write_page
from core.bench.agreement_passes import Compared, Subject, Way, as_outlined, subjects_of, two_passes
from core.commands.console import opened, progress_bar
from core.geometry.pose import rotation_angle_deg
from core.labels.instance import Instance, Side
from core.labels.photo import Photo
from core.labels.words import counted
from core.metrics.intervals import Statistic, bootstrap_interval

# What is told of each measure of two passes: its words and unit.
_MEASURES = {
    "rotation_deg": ("rotation", "°"),
    "lateral_mm": ("across the ray", " mm"),
    "depth_per_focal_pct": ("t_z/f", " %"),
    "contour_permille": ("contours, of the photo's longer side", " ‰"),
    "outline_permille": ("first contour from the outline", " ‰"),
}
_FEWEST_PAIRS = 3


def run(arguments: Sequence[str]) -> int:
    """The command; prints lines, or one JSON object with --json. 0 when it ran. Raises ValueError with a sentence."""
    wanted = _parsed(arguments)
    with opened(wanted.project) as document:
        subjects = list(subjects_of(document, only=lambda file: _is_wanted(file, wanted.only)))
        if not subjects:
            raise ValueError(
                f"{wanted.project} has no shoe with an outline, a model, a foot and a pose in the photos asked for; "
                "pose some and accept them first."
            )
        told, compared = _measured(subjects, wanted)
    told["pairs"] = relative_turns([subject.photo for subject in subjects])
    if wanted.sheet:
        draw_sheet(wanted.sheet, [one for one in compared if one.way is Way.DRAWN])
    if wanted.page:
        write_page(wanted.page, told, sheet=wanted.sheet)
    if wanted.json:
        json.dump(told, sys.stdout)
        sys.stdout.write("\n")
    else:
        print(text_of(told))
    return 0


def relative_turns(photos: Sequence[Photo]) -> dict[str, Any] | None:
    """How constant the turn from left shoe to right is over photos that show one posed pair each: a pair that stands.

    Degrees from the medoid of all; None where fewer than three photos have a pair.
    """
    known = {photo.id: photo for photo in photos}
    turns = []
    for photo in known.values():
        feet = {side: [one for one in photo.instances if _is_posed(one, side)] for side in (Side.LEFT, Side.RIGHT)}
        if all(len(found) == 1 for found in feet.values()):
            left, right = feet[Side.LEFT][0].pose, feet[Side.RIGHT][0].pose
            assert left is not None
            assert right is not None
            turns.append(left.inverse() @ right)
    if len(turns) < _FEWEST_PAIRS:
        return None
    apart = np.array([[rotation_angle_deg(one, other) for other in turns] for one in turns])
    from_medoid = apart[int(np.argmin(np.median(apart, axis=1)))]
    return {
        "photos": len(turns),
        "median_deg": float(np.median(from_medoid)),
        "p90_deg": float(np.percentile(from_medoid, 90)),
    }


def text_of(told: dict[str, Any]) -> str:
    """The report as lines for people."""
    lines = [
        f"{counted(told['shoes'], 'shoe')}, seed {told['seed']}. From the outlines as they are the accepted view is "
        f"offered for {told['offered']}; a doubt of the model stands beside {told['doubted']}."
    ]
    for way, content in told["ways"].items():
        lines.append(f"{way}: {content['compared']} of {told['shoes']} compared")
        for name, figure in content["measures"].items():
            bounds = "" if figure["interval"] is None else " [{:.2g}, {:.2g}]".format(*figure["interval"])
            words, unit = _MEASURES[name]
            lines.append(f"  {words}: median {figure['median']:.2g}{unit}{bounds}, p90 {figure['p90']:.2g}{unit}")
    pairs = told["pairs"]
    if pairs:
        lines.append(
            f"Left to right shoe over {pairs['photos']} photos: turn median {pairs['median_deg']:.1f}°, "
            f"p90 {pairs['p90_deg']:.1f}° from their middle one"
        )
    return "\n".join(lines)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench agreement", description=__doc__)
    parser.add_argument("project", metavar="PROJECT", help="a project with accepted poses")
    parser.add_argument("--only", metavar="GLOB", nargs="+", default=[], help="only photos of such file names")
    parser.add_argument("--seed", type=int, default=1, help="seed of starts and hands (default 1)")
    parser.add_argument("--free-shape", action="store_true", help="find the shoes' width and height with the poses")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sheet", metavar="PNG", type=Path, help="draw every shoe's outline with its two passes")
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the table into this page")
    wanted = parser.parse_args(arguments)
    if wanted.seed < 0:
        parser.error("--seed must be at least 0")
    return wanted


def _is_wanted(file: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatch(file, glob) or fnmatch(Path(file).name, glob) for glob in globs)


def _measured(subjects: Sequence[Subject], wanted: argparse.Namespace) -> tuple[dict[str, Any], list[Compared]]:
    compared: list[Compared] = []
    offered, doubted = 0, []
    with progress_bar("Passing over") as progress:
        for at, subject in enumerate(subjects):
            progress(at / len(subjects), subject.name)
            is_offered, doubt = as_outlined(subject, free_shape=wanted.free_shape)
            offered += is_offered
            doubted += [subject.name] if doubt else []
            compared += [two_passes(subject, way, seed=wanted.seed, free_shape=wanted.free_shape) for way in Way]
    told: dict[str, Any] = {
        "seed": wanted.seed,
        "free_shape": wanted.free_shape,
        "shoes": len(subjects),
        "offered": offered,
        "doubted": len(doubted),
        "ways": {way.value: _way_json([one for one in compared if one.way is way]) for way in Way},
        "each": [
            {"shoe": one.subject.name, "way": one.way.value, "doubted": one.subject.name in doubted, **one.values}
            for one in compared
        ],
    }
    return told, compared


def _way_json(compared: Sequence[Compared]) -> dict[str, Any]:
    whole = [one for one in compared if one.values]
    groups = np.unique([one.subject.photo.id for one in whole], return_inverse=True)[1].astype(np.int64)
    measures = {}
    for name in _MEASURES if whole else ():
        values = np.array([one.values[name] for one in whole])
        measures[name] = {
            "median": float(np.median(values)),
            "interval": bootstrap_interval(values, groups, statistic=Statistic.MEDIAN),
            "p90": float(np.percentile(values, 90)),
        }
    return {"compared": len(whole), "measures": measures}


def _is_posed(one: Instance, side: Side) -> bool:
    return one.side is side and one.pose is not None
