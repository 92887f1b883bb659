"""From answers to figures: how far each is from the truth, shares with their bounds, and how honest the doubt is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.bench.fit_cases import FitCase
from core.bench.fit_views import Subject
from core.bench.fit_ways import Answer, Found
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.labels.instance import Side
from core.metrics.pose_error import add_mm, depth_per_focal_error, rotation_error_deg

Array = NDArray[np.float64]

ACCEPTED = {"add_01": 0.1, "add_005": 0.05, "add_002": 0.02}  # of a diameter
RIGHT_WAY_DEG = 5.0
_TOP = 4
_CONFIDENCE = 1.96
_NO_ROTATION_DEG, _NO_SHARE = 180.0, 100.0  # what a refused fit counts as


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many."""

    successes: int
    count: int

    @property
    def value(self) -> float:
        """Between 0 and 1."""
        return self.successes / self.count if self.count else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """95 % bounds (Wilson 1927)."""
        if self.count == 0:
            return 0.0, 1.0
        z2 = _CONFIDENCE**2
        centre = self.value + z2 / (2 * self.count)
        spread = self.value * (1 - self.value) / self.count + z2 / (4 * self.count**2)
        half = _CONFIDENCE * float(np.sqrt(spread))
        low, high = (centre - half) / (1 + z2 / self.count), (centre + half) / (1 + z2 / self.count)
        return max(low, 0.0), min(high, 1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one kind of case.

    drawn: views drawn, rejected: of them thrown away. shares, numbers: by the names they have in JSON.
    """

    case: str
    size: str
    model: str
    n: int
    seed: int
    drawn: int
    rejected: int
    shares: Mapping[str, Share]
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One case's figures.

    adds: of each offer in diameters, inf for a shoe of the wrong side. z2: squared Mahalanobis distance of the truth
    from the first offer; in_sigma: share of its six components within one sigma; both None without a covariance.
    """

    adds: tuple[float, ...]
    rotation_deg: float
    translation_pct: float
    depth_per_focal_pct: float
    iou: float
    cpu_ms: float
    z2: float | None = None
    in_sigma: float | None = None
    focal_pct: float | None = None
    focal_surprise: float | None = None
    is_ambiguous: bool = False
    flags: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def add(self) -> float:
        """Of the first offer."""
        return self.adds[0] if self.adds else np.inf


def row_of(subject: Subject, case: FitCase, answer: Answer) -> Row:
    """The figures of an answer; a refused fit counts as wrong in everything."""
    adds = tuple(_add(subject, case, offer) for offer in answer.offers)
    if not answer.offers:
        return Row(adds, _NO_ROTATION_DEG, _NO_SHARE, _NO_SHARE, 0.0, answer.cpu_ms)
    first = answer.offers[0]
    missed = float(np.linalg.norm(first.pose.translation_mm - case.true.translation_mm))
    found = _found_camera(case.given_camera, first)
    depth = depth_per_focal_error(case.true, first.pose, camera=case.camera, estimated_camera=found)
    z2, in_sigma = _surprise(case.true, first)
    return Row(
        adds,
        rotation_error_deg(case.true, first.pose),
        100 * missed / float(np.linalg.norm(case.true.translation_mm)),
        100 * abs(depth),
        first.iou,
        answer.cpu_ms,
        z2,
        in_sigma,
        *_focal_miss(case, first),
        first.is_ambiguous,
    )


def add_share(subject: Subject, true: Pose, pose: Pose | None, *, side: Side = Side.RIGHT) -> float:
    """ADD in diameters; inf for no pose."""
    if pose is None:
        return np.inf
    points = (subject.mirrored() if side is Side.LEFT else subject).points_mm
    return add_mm(true, pose, points_mm=points) / subject.diameter_mm


def accepted_shares(adds: Sequence[float], *, prefix: str = "") -> dict[str, Share]:
    """How many lie below 0.1, 0.05 and 0.02 diameters."""
    return {f"{prefix}{name}": Share(sum(add < limit for add in adds), len(adds)) for name, limit in ACCEPTED.items()}


def share_of(rows: Sequence[Row], holds: Callable[[Row], bool]) -> Share:
    """How many rows something holds for."""
    return Share(sum(bool(holds(row)) for row in rows), len(rows))


def usual_shares(rows: Sequence[Row]) -> dict[str, Share]:
    """What every kind of case is measured by; of several offers also whether a later one is right."""
    shares = accepted_shares([row.add for row in rows])
    shares["rot_below_5"] = share_of(rows, lambda row: row.rotation_deg < RIGHT_WAY_DEG)
    if any(len(row.adds) > 1 for row in rows):
        accepted = ACCEPTED["add_01"]
        shares["top4_add_01"] = share_of(rows, lambda row: min(row.adds[:_TOP], default=np.inf) < accepted)
        shares["any_add_01"] = share_of(rows, lambda row: min(row.adds, default=np.inf) < accepted)
    return shares


def usual_numbers(rows: Sequence[Row]) -> dict[str, float]:
    """Medians and percentiles that every kind of case is measured by."""
    rotation, cpu = (np.array(values) for values in zip(*((r.rotation_deg, r.cpu_ms) for r in rows), strict=True))
    return {
        "rot_median_deg": float(np.median(rotation)),
        "rot_p90_deg": float(np.percentile(rotation, 90)),
        "t_median_pct": float(np.median([row.translation_pct for row in rows])),
        "cpu_ms_median": float(np.median(cpu)),
        "cpu_ms_p95": float(np.percentile(cpu, 95)),
        "add_median": float(np.median([min(row.add, 1e3) for row in rows])),
        "depth_per_focal_median_pct": float(np.median([row.depth_per_focal_pct for row in rows])),
        "iou_median": float(np.median([row.iou for row in rows])),
    }


def coverage(rows: Sequence[Row]) -> tuple[dict[str, Share], dict[str, float]]:
    """How often the truth lies in the ellipsoids that should hold 95 % and 68.27 % (chi-square, 6 degrees of freedom).

    coverage_1sigma is the share of the six components, each taken alone, within one sigma. Empty without covariances.
    """
    from scipy.stats import chi2

    known = [row.z2 for row in rows if row.z2 is not None]
    if not known:
        return {}, {}
    shares = {
        "coverage_95": Share(sum(z2 <= chi2.ppf(0.95, 6) for z2 in known), len(known)),
        "coverage_68": Share(sum(z2 <= chi2.ppf(0.6827, 6) for z2 in known), len(known)),
    }
    inside = [row.in_sigma for row in rows if row.in_sigma is not None]
    return shares, {"coverage_1sigma": float(np.mean(inside)), "z2_median": float(np.median(known))}


def focal_figures(rows: Sequence[Row]) -> tuple[dict[str, Share], dict[str, float]]:
    """How far the focal lengths that were found are off, and how often by less than a sigma; empty where none was."""
    errors = [row.focal_pct for row in rows if row.focal_pct is not None]
    if not errors:
        return {}, {}
    surprises = [row.focal_surprise for row in rows if row.focal_surprise is not None]
    shares = {"focal_1sigma": Share(sum(surprise <= 1.0 for surprise in surprises), len(surprises))}
    percentiles = {"focal_median_pct": 50, "focal_p90_pct": 90}
    return shares, {name: float(np.percentile(errors, share)) for name, share in percentiles.items()}


def flagged(rows: Sequence[Row]) -> dict[str, Share]:
    """How many first offers are said to be ambiguous: of the wrong ones that a later offer puts right, and of the

    right ones.
    """
    accepted = ACCEPTED["add_01"]
    wrong = [row for row in rows if row.add >= accepted > min(row.adds, default=np.inf)]
    right = [row for row in rows if row.add < accepted]
    named = {"flagged_wrong": wrong, "flagged_right": right}
    return {name: share_of(those, lambda row: row.is_ambiguous) for name, those in named.items() if those}


def area_under_curve(right: Iterable[float], wrong: Iterable[float]) -> float:
    """The chance that a value of the right ones is above one of the wrong ones; ties count half (Mann-Whitney)."""
    ours, theirs = np.asarray(list(right))[:, None], np.asarray(list(wrong))[None]
    return float(((ours > theirs) + 0.5 * (ours == theirs)).mean())


def _add(subject: Subject, case: FitCase, offer: Found) -> float:
    if offer.side is not case.side:
        return np.inf
    return add_share(subject, case.true, offer.pose, side=case.side)


def _found_camera(camera: Camera, offer: Found) -> Camera:
    if offer.focal_px is None:
        return camera
    return replace(camera, fx_px=offer.focal_px, fy_px=offer.focal_px * camera.fy_px / camera.fx_px)


def _focal_miss(case: FitCase, offer: Found) -> tuple[float | None, float | None]:
    """Error of the focal length in percent of the true one, and in its sigmas; None where it was not looked for."""
    if offer.focal_px is None:
        return None, None
    missed = abs(offer.focal_px - case.camera.fx_px)
    sigma_px = offer.focal_sigma_px
    return 100 * missed / case.camera.fx_px, missed / sigma_px if sigma_px else None


def _surprise(true: Pose, found: Found) -> tuple[float | None, float | None]:
    """z² of the tangent that leads from the found pose to the truth, and the share of its components within a sigma."""
    if found.covariance is None:
        return None, None
    turn = Pose.from_matrix(true.rotation @ found.pose.rotation.T, np.zeros(3)).log()[:3]
    tangent = np.concatenate([turn, true.translation_mm - found.pose.translation_mm])
    sigma = np.sqrt(np.diag(found.covariance))
    # Radians and millimetres differ by a thousand: the inverse is taken of the correlations.
    correlation = found.covariance / np.outer(sigma, sigma)
    unit = tangent / sigma
    return float(unit @ np.linalg.pinv(correlation, rcond=1e-12, hermitian=True) @ unit), float((abs(unit) <= 1).mean())
