"""Other ways from a rough start to a pose, on the same cases: what one reaches for before writing an optimiser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.bench.fit_cases import KINDS, SIZES, FitCase, Way, fit_cases
from core.bench.fit_measures import Line, accepted_shares, row_of, usual_numbers, usual_shares
from core.bench.fit_views import Subject
from core.bench.fit_ways import Answer, Found, answered, problem_of_case
from core.fit.overlap import overlap
from core.fit.problem import FitProblem
from core.fit.silhouette import focal_centre, visible_outline
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.render.outline import OutlineMesh
from core.render.region_raster import mask_iou, region_mask
from core.render.vtk_scene import ShoeScene, Shot

Array = NDArray[np.float64]

_SIMPLEX_RAD, _SIMPLEX_SHARE = 0.15, 0.05
_MOST_RENDERS = 400
_NUMERIC_STEP = 0.03
_SAMPLES = 200
_SOFT_LONGEST_PX = 96
_SOFT_MARGIN = 0.3
_SOFT_STEPS = 150
_SOFT_RATE = 0.02
_SOFTEST_PX, _HARDEST_PX = 4.0, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Where a baseline ended, and how often it looked (renders or outlines)."""

    pose: Pose
    looks: int


Baseline = Callable[[Subject, FitCase], Reached]


def baseline_lines(subject: Subject, *, count: int, seed: int) -> Iterator[Line]:
    """The baselines on the first `count` refine cases at 640x480.

    ours_add_01, ours_cpu_ms_median: the program's refinement on the same cases; cpu_ratio: median CPU against it;
    ms_per_look: CPU of one render and its comparison, or of one outline.
    """
    kind, size = KINDS["refine"], SIZES[0]
    cases = list(fit_cases(subject, kind, size=size, count=count + 1, seed=seed))
    drawn, spare = cases[:count], cases[count]
    answered(subject, spare, Way.REFINE)
    ours = [row_of(subject, case, answered(subject, case, Way.REFINE)) for case in drawn]
    ours_ms = float(np.median([row.cpu_ms for row in ours]))
    rejected = sum(case.rejected for case in drawn)
    scene = ShoeScene()
    try:
        for name, baseline in _baselines(scene).items():
            _timed(baseline, subject, spare)  # unmeasured: windows open, kernels compile
            answers, looks = zip(*(_timed(baseline, subject, case) for case in drawn), strict=True)
            rows = [row_of(subject, case, answer) for case, answer in zip(drawn, answers, strict=True)]
            numbers = usual_numbers(rows)
            numbers["cpu_ratio"] = numbers["cpu_ms_median"] / max(ours_ms, 1e-9)
            numbers["looks_median"] = float(np.median(looks))
            numbers["ms_per_look"] = sum(row.cpu_ms for row in rows) / max(sum(looks), 1)
            numbers["ours_cpu_ms_median"] = ours_ms
            shares = usual_shares(rows) | {"ours_add_01": accepted_shares([row.add for row in ours])["add_01"]}
            named = f"{size[0]}x{size[1]}"
            yield Line(name, named, subject.name, count, seed, count + rejected, rejected, shares, numbers)
    finally:
        scene.close()


def nelder_mead_vtk(subject: Subject, case: FitCase, *, scene: ShoeScene) -> Reached:
    """Nelder and Mead's simplex (1965) on 1 - IoU of the full mesh's mask, drawn by VTK off screen."""
    from scipy.optimize import minimize

    wanted = region_mask(case.region, case.camera.width_px, case.camera.height_px)
    scene.set_mesh(subject.mesh, subject.name)
    unit = _units(case.start)

    def cost(tangent: Array) -> float:
        shot = Shot(subject.name, np.ones(3), case.start.moved(tangent * unit), case.given_camera)
        return 1.0 - mask_iou(scene.render_mask(shot), wanted)

    simplex = np.zeros((7, 6))
    simplex[1:] = np.diag([_SIMPLEX_RAD] * 3 + [_SIMPLEX_SHARE] * 3)
    options = {"initial_simplex": simplex, "maxfev": _MOST_RENDERS, "xatol": 1e-3, "fatol": 1e-4}
    found = minimize(cost, np.zeros(6), method="Nelder-Mead", options=options)
    return Reached(case.start.moved(found.x * unit), int(found.nfev))


def rendered_least_squares(subject: Subject, case: FitCase, *, scene: ShoeScene) -> Reached:
    """scipy's trust region on how far 200 points of the outline lie from the outline of VTK's mask of the full mesh.

    The Jacobian is by differences of 0.03 rad and 3 %: a mask's pixels do not change for less.
    """
    import cv2

    samples = problem_of_case(subject, case, case.side).contour.thinned(_SAMPLES).at_px
    columns, rows = np.floor(samples).astype(int).T
    scene.set_mesh(subject.mesh, subject.name)

    def distances(pose: Pose) -> Array:
        mask = scene.render_mask(Shot(subject.name, np.ones(3), pose, case.given_camera))
        if not mask.any() or mask.all():
            return np.full(len(samples), float(sum(mask.shape)))
        inside = mask.astype(np.uint8)
        outwards = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        inwards = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        signed = np.where(mask, 0.5 - inwards, outwards - 0.5)
        height, width = mask.shape
        return np.asarray(signed[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)], dtype=np.float64)

    return _least_squares(distances, case.start)


def exact_least_squares(subject: Subject, case: FitCase) -> Reached:
    """The same on the outline that the program itself takes of a mesh, without pixels: the method at its best."""
    problem = problem_of_case(subject, case, case.side)
    samples = problem.contour.thinned(_SAMPLES).at_px

    def distances(pose: Pose) -> Array:
        seen = _seen_outline(problem.proxies.polish, problem.camera, pose)
        return np.full(len(samples), problem.contour.length_px) if seen is None else seen.distances(samples)[0]

    return _least_squares(distances, case.start)


def adam_soft_silhouette(subject: Subject, case: FitCase) -> Reached:
    """Adam (Kingma and Ba 2015) on the squared difference of a soft silhouette and the mask at 96 px.

    The silhouette is sigmoid(-d/s), d being a pixel's signed distance from the shoe's outline and s going from 4 px to
    1; its gradient is analytic, by the outline point nearest to each pixel (compare Liu et al. 2019, SoftRas).
    """
    problem = problem_of_case(subject, case, case.side)
    camera, wanted = _small(case.region, case.given_camera)
    unit = _units(case.start)
    pose, best = case.start, (np.inf, case.start)
    mean, square = np.zeros(6), np.zeros(6)
    for step in range(1, _SOFT_STEPS + 1):
        softness = _SOFTEST_PX * (_HARDEST_PX / _SOFTEST_PX) ** (step / _SOFT_STEPS)
        seen = _soft_cost(problem, camera, pose=pose, wanted=wanted, softness_px=softness)
        if seen is None:
            break
        cost, gradient = seen[0], seen[1] * unit
        # Costs of different softness are not comparable: only the hard half of the way keeps its best.
        if step > _SOFT_STEPS // 2 and cost < best[0]:
            best = (cost, pose)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        direction = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-12)
        rate = _SOFT_RATE * (1 - step / (_SOFT_STEPS + 1))
        pose = pose.moved(-rate * direction * unit)
    return Reached(best[1] if np.isfinite(best[0]) else pose, step)


def _soft_cost(
    problem: FitProblem, camera: Camera, *, pose: Pose, wanted: Array, softness_px: float
) -> tuple[float, Array] | None:
    """Mean squared difference and its (6,) gradient by (omega, v); None when the shoe is not in front."""
    seen = _seen_outline(problem.proxies.search, camera, pose)
    if seen is None:
        return None
    height, width = wanted.shape
    pixels = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1).reshape(-1, 2)
    distances, nearest = seen.distances(pixels)
    soft = 1.0 / (1.0 + np.exp(np.clip(distances / softness_px, -60, 60)))
    missed = soft - wanted.reshape(-1)
    # d falls by n·dq when the nearest point q moves by dq; S = sigmoid(-d/s).
    pull = 2 * missed * soft * (1 - soft) / softness_px / len(pixels)
    weights = np.bincount(nearest, weights=pull, minlength=len(seen.at_px))
    n = seen.normals * [camera.fx_px, camera.fy_px]
    points = seen.turned_mm + pose.translation_mm
    ray = points[:, :2] / points[:, 2:]
    by_move = np.concatenate([n, -(n * ray).sum(axis=1, keepdims=True)], axis=1) / points[:, 2:]
    rows = np.concatenate([np.cross(seen.turned_mm, by_move), by_move], axis=1)
    return float((missed**2).mean()), np.asarray(weights @ rows)


@dataclass(frozen=True, slots=True, eq=False)
class _SeenOutline:
    """(N, 2) px points of a shoe's outline, their outward normals on the screen, and (N, 3) their places, turned."""

    at_px: Array
    normals: Array
    turned_mm: Array

    def distances(self, points_px: Array) -> tuple[Array, NDArray[np.int64]]:
        """(M,) px from the nearest point of the outline, positive outside, and which that is."""
        from scipy.spatial import cKDTree

        distance, nearest = cKDTree(self.at_px).query(points_px)
        side = ((points_px - self.at_px[nearest]) * self.normals[nearest]).sum(axis=1)
        return np.copysign(distance, side), nearest


def _seen_outline(mesh: OutlineMesh, camera: Camera, pose: Pose) -> _SeenOutline | None:
    """None when the shoe is not in front of the camera."""
    rotation, translation = np.ascontiguousarray(pose.rotation), pose.translation_mm.copy()
    lens = focal_centre(camera)
    outline = visible_outline(mesh, rotation, translation=translation, lens=lens, lines=_SAMPLES)
    if outline is None:
        return None
    turned = outline.points_mm @ rotation.T
    points = turned + translation
    normals = (outline.normals @ rotation.T)[:, :2] / lens[:2]
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return _SeenOutline(points[:, :2] / points[:, 2:] * lens[:2] + lens[2:], normals, turned)


def _small(region: Region, camera: Camera) -> tuple[Camera, Array]:
    """The camera of the region's surroundings at 96 px, and the region there as 0 and 1."""
    x0, y0, x1, y1 = region.bounds_px
    longest = max(x1 - x0, y1 - y0)
    margin = _SOFT_MARGIN * longest
    factor = _SOFT_LONGEST_PX / longest
    x, y = x0 - margin, y0 - margin
    width, height = (int(np.ceil((extent + 2 * margin) * factor)) for extent in (x1 - x0, y1 - y0))
    small = replace(
        camera,
        fx_px=camera.fx_px * factor,
        fy_px=camera.fy_px * factor,
        cx_px=(camera.cx_px - x) * factor,
        cy_px=(camera.cy_px - y) * factor,
        width_px=width,
        height_px=height,
    )
    mask = region_mask(region.moved([-x, -y]).scaled(factor, factor), width, height)
    return small, mask.astype(np.float64)


def _least_squares(distances: Callable[[Pose], Array], start: Pose) -> Reached:
    from scipy.optimize import least_squares

    unit = _units(start)
    looks = 0

    def residuals(shifted: Array) -> Array:
        nonlocal looks
        looks += 1
        return distances(start.moved((shifted - 1.0) * unit))

    # scipy's steps are shares of the unknowns, and at 0 it takes tiny ones: so these stand about 1.
    found = least_squares(residuals, np.ones(6), diff_step=_NUMERIC_STEP, x_scale=0.1, max_nfev=60, loss="soft_l1")
    return Reached(start.moved((found.x - 1.0) * unit), looks)


def _units(start: Pose) -> Array:
    """(6,) rad, and shares of the distance in mm."""
    distance = float(np.linalg.norm(start.translation_mm))
    return np.array([1.0, 1.0, 1.0, distance, distance, distance])


def _baselines(scene: ShoeScene) -> Mapping[str, Baseline]:
    return {
        "nelder_mead_vtk": lambda subject, case: nelder_mead_vtk(subject, case, scene=scene),
        "least_squares_numeric": lambda subject, case: rendered_least_squares(subject, case, scene=scene),
        "least_squares_exact_outline": exact_least_squares,
        "adam_soft_silhouette": adam_soft_silhouette,
    }


def _timed(baseline: Baseline, subject: Subject, case: FitCase) -> tuple[Answer, int]:
    """Its answer, and how often it looked."""
    began = time.process_time()
    reached = baseline(subject, case)
    cpu_ms = (time.process_time() - began) * 1e3
    iou = overlap(problem_of_case(subject, case, case.side), reached.pose).iou
    return Answer((Found(reached.pose, case.side, iou, None),), cpu_ms), reached.looks
