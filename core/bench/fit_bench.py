"""`outsole bench fit`: how often, how exactly and how fast a rough pose is refined to an outline."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.bench.fit_cases import PROTOCOLS, FitCase, Protocol, fit_cases
from core.fit.problem import FitProblem, fit_problem
from core.fit.refine import refine_pose
from core.fit.silhouette import focal_centre, visible_outline
from core.fit.warm import warm_up
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.labels.instance import ShoeSize, Side
from core.metrics.pose_error import add_mm, rotation_error_deg

Array = NDArray[np.float64]
Fit = Callable[[FitProblem, Pose], tuple[Pose, float]]

SIZES = ((640, 480), (1280, 960))
_POINTS = 2000
_BASELINE_CASES = 10
_BASELINE_STEP = 0.03
_CONFIDENCE = 1.96


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one kind of case: shares of accepted fits by ADD in diameters, errors, CPU time."""

    case: str
    size: str
    model: str
    n: int
    add_01: float
    add_005: float
    add_002: float
    add_01_low: float
    add_01_high: float
    rot_median_deg: float
    rot_p90_deg: float
    t_median_pct: float
    cpu_ms_median: float
    cpu_ms_p95: float


def run(arguments: Sequence[str]) -> int:
    """The command; prints a table, or one JSON object with --json. 0 when it ran."""
    wanted = _parsed(arguments)
    mesh, name = _model(wanted.model)
    warm_up()
    lines, baselines = [], []
    for width, height in SIZES:
        for protocol in PROTOCOLS:
            if wanted.only and protocol.name not in wanted.only:
                continue
            size = (width, height)
            lines.append(_measured(mesh, name, protocol=protocol, size=size, count=wanted.cases, seed=wanted.seed))
            if not wanted.json:
                _print_line(lines[-1])
    if not wanted.no_baseline:
        count = min(_BASELINE_CASES, wanted.cases)
        baselines.append(_baseline(mesh, name, count=count, seed=wanted.seed))
        if not wanted.json:
            _print_line(baselines[-1])
    if wanted.json:
        json.dump({"lines": [asdict(x) for x in lines], "baselines": [asdict(x) for x in baselines]}, sys.stdout)
        sys.stdout.write("\n")
    return 0


def wilson(successes: int, count: int) -> tuple[float, float]:
    """95 % bounds of a share (Wilson 1927)."""
    if count == 0:
        return 0.0, 1.0
    z2 = _CONFIDENCE**2
    share = successes / count
    centre = share + z2 / (2 * count)
    half = _CONFIDENCE * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return float((centre - half) / (1 + z2 / count)), float((centre + half) / (1 + z2 / count))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="outsole bench fit", description=__doc__)
    parser.add_argument("--cases", type=int, default=50, help="cases of each kind (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the cases (default 1)")
    parser.add_argument("--model", type=Path, help="mesh file of a shoe (default: the sneaker that comes along)")
    parser.add_argument("--only", action="append", choices=[p.name for p in PROTOCOLS], help="only this kind of case")
    parser.add_argument("--no-baseline", action="store_true", help="leave the slow baseline out")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args(arguments)
    if wanted.cases < 1:
        parser.error("--cases must be at least 1")
    return wanted


def _model(file: Path | None) -> tuple[Mesh, str]:
    if file is None:
        from core.sneaker.sneaker import sneaker_mesh

        return sneaker_mesh(), "sneaker"
    from core.meshes.shoe_import import propose_import

    return propose_import(file).mesh, file.stem


def _measured(
    mesh: Mesh, name: str, *, protocol: Protocol, size: tuple[int, int], count: int, seed: int, fit: Fit | None = None
) -> Line:
    """One line of the table; `fit` is what is measured, the program's own unless given."""
    chosen = fit or _ours
    diameter, points = mesh.diameter_mm(), mesh.surface_points(_POINTS)
    rows = []
    for case in fit_cases(mesh, protocol, width_px=size[0], height_px=size[1], count=count, seed=seed):
        found, cpu_ms = chosen(_problem(mesh, case), case.start)
        distance = float(np.linalg.norm(case.true.translation_mm))
        missed = float(np.linalg.norm(found.translation_mm - case.true.translation_mm))
        add = add_mm(case.true, found, points_mm=points) / diameter
        rows.append((add, rotation_error_deg(case.true, found), 100 * missed / distance, cpu_ms))
    adds, rotations, translations, cpu = np.array(rows).T
    low, high = wilson(int((adds < 0.1).sum()), count)
    return Line(
        protocol.name if fit is None else f"{protocol.name} {fit.__name__.strip('_')}",
        f"{size[0]}x{size[1]}",
        name,
        count,
        float((adds < 0.1).mean()),
        float((adds < 0.05).mean()),
        float((adds < 0.02).mean()),
        low,
        high,
        float(np.median(rotations)),
        float(np.percentile(rotations, 90)),
        float(np.median(translations)),
        float(np.median(cpu)),
        float(np.percentile(cpu, 95)),
    )


def _problem(mesh: Mesh, case: FitCase) -> FitProblem:
    length = float(mesh.extent_mm[0])
    return fit_problem(
        mesh,
        model_length_mm=length,
        side=Side.RIGHT,
        size=ShoeSize(length),
        camera=case.camera,
        region=case.region,
    )


def _ours(problem: FitProblem, start: Pose) -> tuple[Pose, float]:
    found = refine_pose(problem, start)
    return found.pose, found.cpu_ms


def _baseline(mesh: Mesh, name: str, *, count: int, seed: int) -> Line:
    """scipy's least squares on the same cases and the same outlines, its Jacobian by differences."""
    return _measured(mesh, name, protocol=PROTOCOLS[0], size=SIZES[0], count=count, seed=seed, fit=_least_squares)


def _least_squares(problem: FitProblem, start: Pose) -> tuple[Pose, float]:
    """Distances of the region's samples from the model's outline, stepped by 0.03 rad and 3 % of the distance."""
    from scipy.optimize import least_squares

    from core.fit.residuals import image_residuals

    began = time.thread_time()
    samples = problem.contour.thinned(200)
    lens = focal_centre(problem.camera)
    unit_mm = float(np.linalg.norm(start.translation_mm))
    farthest = problem.contour.length_px

    def residuals(tangent: Array) -> Array:
        pose = start.moved(tangent * [1, 1, 1, unit_mm, unit_mm, unit_mm])
        rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
        outline = visible_outline(problem.proxies.polish, rotation, translation=translation, lens=lens, lines=200)
        if outline is None:
            return np.full(len(samples.at_px), farthest)
        _, whole, _ = image_residuals(rotation, translation, lens, outline.points_mm, outline.normals, samples)
        return np.nan_to_num(whole, nan=farthest)

    found = least_squares(residuals, np.zeros(6), diff_step=_BASELINE_STEP, x_scale=0.1, max_nfev=60, loss="soft_l1")
    pose = start.moved(found.x * [1, 1, 1, unit_mm, unit_mm, unit_mm])
    return pose, (time.thread_time() - began) * 1e3


def _print_line(line: Line) -> None:
    print(
        f"{line.case:34s} {line.size:9s} {line.model:24.24s} n={line.n:<4d}"
        f" ADD<.1 {line.add_01:.3f} [{line.add_01_low:.3f}, {line.add_01_high:.3f}]"
        f" <.05 {line.add_005:.3f} <.02 {line.add_002:.3f}"
        f"  rot {line.rot_median_deg:5.2f}/{line.rot_p90_deg:5.2f} deg  t {line.t_median_pct:.3f} %"
        f"  cpu {line.cpu_ms_median:.1f}/{line.cpu_ms_p95:.1f} ms",
        flush=True,
    )
