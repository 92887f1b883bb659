"""Scenes to pose a shoe in: made by a program of their own, what an eye sees in them, and how right a pose is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry.pose import Pose, rotation_angle_deg
from core.labels.instance import Side

Array = NDArray[np.float64]
Point = tuple[float, float]
_MAKER = "core.bench.gesture_scenes"
RIGHT_SHARE = 0.1  # of the diameter: what is nearer counts as right


class SceneError(RuntimeError):
    """The scenes could not be made; a sentence."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """What scenes to make. model: a mesh file, None for the shipped sneaker; copies: of each photo in the project."""

    scenes: int = 60
    seed: int = 1
    copies: int = 1
    model: Path | None = None
    says_side: bool = True
    lengths: tuple[float, float] = (2.0, 6.0)


@dataclass(frozen=True, slots=True)
class Error:
    """How far a pose is off: ADD as a share of the diameter, turned by so much, and whether the foot is right."""

    add_share: float
    rotation_deg: float
    side_is_right: bool

    @property
    def is_right(self) -> bool:
        """Whether it may be used as truth."""
        return self.side_is_right and self.add_share < RIGHT_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """photo_ids: its copies. seen_px: where the landmarks are that can be seen, px. points_mm: (N, 3) of its shoe."""

    photo_ids: tuple[str, ...]
    side: Side
    pose: Pose
    seen_px: Mapping[str, Point]
    landmarks: tuple[str, ...]
    points_mm: Array
    diameter_mm: float

    def error(self, pose: Pose, side: Side) -> Error:
        """How far a pose found for that foot is off."""
        apart = pose.apply(self.points_mm) - self.pose.apply(self.points_mm)
        add = float(np.linalg.norm(apart, axis=1).mean()) / self.diameter_mm
        return Error(add, rotation_angle_deg(pose, self.pose), side is self.side)


def make_scenes(folder: Path, ordered: Ordered) -> tuple[Path, tuple[Scene, ...]]:
    """Have a project made in a folder; answers its file and what is true of it. Raises SceneError."""
    words = [sys.executable, "-m", _MAKER, str(folder), "--scenes", str(ordered.scenes), "--seed", str(ordered.seed)]
    words += ["--copies", str(ordered.copies), "--lengths", *(str(length) for length in ordered.lengths)]
    words += ["--model", str(ordered.model.resolve())] if ordered.model is not None else []
    words += [] if ordered.says_side else ["--side-unknown"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[2])
    if done.returncode:
        raise SceneError(f"The scenes could not be made: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return folder / "bench.outsole", read_scenes(folder / "truth.json")


def read_scenes(file: Path) -> tuple[Scene, ...]:
    """What is true of the scenes, from the file their maker wrote."""
    content = json.loads(file.read_text(encoding="utf-8"))
    shoe = content["shoe"]
    points = np.array(shoe["points_mm"])
    scenes = []
    for told in content["scenes"]:
        side = Side(told["side"])
        scenes.append(
            Scene(
                tuple(told["photos"]),
                side,
                Pose(np.array(told["rotation_wxyz"]), np.array(told["translation_mm"])),
                {name: (float(x), float(y)) for name, (x, y) in told["landmarks"].items()},
                tuple(shoe["landmarks"]),
                points * [1.0, -1.0 if side is Side.LEFT else 1.0, 1.0],
                float(shoe["diameter_mm"]),
            )
        )
    return tuple(scenes)


def median_of(values: Sequence[float]) -> float:
    """The median, nan of none."""
    return float(np.median(values)) if len(values) else float("nan")
