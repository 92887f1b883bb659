"""What the landmarks that were clicked in a photo say of a sneaker's pose, and which of the clicks looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.pnp import LEAST_CLICKS, PnpSolution, lie_in_a_plane, reversed_solution, solve_pnp
from core.geometry.pose import Pose
from core.labels.instance import Instance, Keypoint, PoseEstimate, Provenance, Side, Source, Visibility
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel

Array = NDArray[np.float64]
PNP_VERSION = "sqpnp-lm"
DOUBTFUL_PX = 4.0
_EXPLAINS = 0.5  # a click looks wrong when the rms without it is less than this share of the rms with it
_ALONE = 1.5  # and when leaving any other click out leaves this many times more
_FREE = 6  # numbers of a pose
_SIGMAS = 2.0  # clicks that fit this well are not doubted, whatever leaving one out would gain


@dataclass(frozen=True, slots=True, eq=False)
class ClickPose:
    """The pose that the clicks of one sneaker give.

    names: the landmarks, in the order of the solution's rows. side: the foot it was found for. without_px: rms in px
    of the other clicks when one is left out, by name; empty for fewer than five. suspect: the one click that looks
    wrong. other_side_rms_px: rms for the other foot, where that was tried. second: another pose that explains the
    clicks about as well.
    """

    names: tuple[str, ...]
    side: Side
    solution: PnpSolution
    without_px: Mapping[str, float]
    suspect: str | None = None
    other_side_rms_px: float | None = None
    second: Pose | None = None

    @property
    def rms_px(self) -> float:
        """Root of the mean squared residual, px."""
        return self.solution.rms_px

    @property
    def other_foot_is_better(self) -> bool:
        """Whether the clicks fit the other foot much better, and no single click explains still more."""
        other = self.other_side_rms_px
        if other is None or self.rms_px <= DOUBTFUL_PX or other >= _EXPLAINS * self.rms_px:
            return False
        count = len(self.names)
        rest = self.without_px.get(self.suspect or "", np.inf)
        return _for_freedom(other, count) < _for_freedom(rest, count - 1)


def counted_clicks(instance: Instance, model: ShoeModel | None) -> tuple[Keypoint, ...]:
    """The clicks that say something of the pose: seen, and of landmarks the model has."""
    if model is None:
        return ()
    seen = (keypoint for keypoint in instance.keypoints if keypoint.visibility is Visibility.VISIBLE)
    return tuple(keypoint for keypoint in seen if keypoint.name in model.landmarks)


def clickable_names(model: ShoeModel) -> tuple[str, ...]:
    """The landmarks the model has, in its order."""
    return tuple(name for name in model.landmark_names if name in model.landmarks)


def pose_from_clicks(instance: Instance, model: ShoeModel, camera: Camera, *, doubting: bool = True) -> ClickPose:
    """The pose that the counted clicks of an instance give; without `doubting` nothing else is tried, which is quick.

    For an instance whose side is unknown both feet are tried and the better one is taken when it is much better.
    Raises ValueError with a sentence when the clicks fix no pose.
    """
    clicks = counted_clicks(instance, model)
    if len(clicks) < LEAST_CLICKS:
        raise ValueError(f"a pose from clicks needs at least four landmarks, not {len(clicks)}")
    own = _solved(clicks, instance, model, side=instance.side, camera=camera)
    side, other_rms = instance.side, None
    unknown = instance.side is Side.UNKNOWN
    if unknown or (doubting and own.rms_px > DOUBTFUL_PX):
        other_side = Side.RIGHT if instance.side is Side.LEFT else Side.LEFT
        other = _other_foot(clicks, instance, model, side=other_side, camera=camera)
        if unknown and other is not None and min(own.rms_px, other.rms_px) < _EXPLAINS * max(own.rms_px, other.rms_px):
            nearer = other.rms_px < own.rms_px
            side, own, other = (Side.LEFT, other, own) if nearer else (Side.RIGHT, own, other)
        other_rms = other.rms_px if other is not None else None
    names = tuple(click.name for click in clicks)
    if not doubting:
        return ClickPose(names, side, own, MappingProxyType({}), None, other_rms)
    without = _without_each(clicks, instance, model, side=side, camera=camera, start=own.pose)
    sigmas = np.array([click.sigma_px for click in clicks])
    suspect = suspect_of(names, own.residuals_px, without_px=without, sigma_px=float(np.median(sigmas)))
    second = _second(clicks, instance, model, side=side, camera=camera, first=own)
    return ClickPose(names, side, own, MappingProxyType(without), suspect, other_rms, second)


def suspect_of(
    names: Sequence[str], residuals_px: Array, *, without_px: Mapping[str, float], sigma_px: float
) -> str | None:
    """The one click that explains more than half of what the clicks are off, None when there is no such one.

    residuals_px (N,); without_px as in `ClickPose`. Both rms are taken for the numbers a pose leaves free, since four
    clicks always fit better than five.
    """
    if not without_px:
        return None
    count = len(names)
    whole = _for_freedom(float(np.sqrt(np.mean(np.square(residuals_px)))), count)
    if whole < _SIGMAS * sigma_px:
        return None
    left = {name: _for_freedom(rms, count - 1) for name, rms in without_px.items()}
    first, *others = sorted(left, key=left.__getitem__)
    alone = left[others[0]] > _ALONE * left[first]
    return first if alone and left[first] < _EXPLAINS * whole else None


def misses_of(instance: Instance, model: ShoeModel, camera: Camera, *, pose: Pose, side: Side) -> dict[str, Array]:
    """For every click of a landmark the model has: the (2,) px from it to where the landmark projects.

    A landmark behind the camera has nan.
    """
    landmarks = model.sized_landmarks(instance.size, side)
    return {
        click.name: camera.project(pose.apply(landmarks[click.name])) - click.at_px
        for click in instance.keypoints
        if click.name in landmarks and click.visibility is not Visibility.ABSENT
    }


def next_landmark(names: Sequence[str], clicked: Sequence[str], *, after: str | None) -> str | None:
    """The first name not clicked yet behind `after`, else from the start; `after` itself when all are clicked."""
    start = names.index(after) + 1 if after in names else 0
    turned = [*names[start:], *names[:start]]
    return next((name for name in turned if name not in clicked), after if after in names else None)


def neighbour_landmark(names: Sequence[str], current: str | None, *, step: int) -> str | None:
    """The name `step` places farther, round and round; the first or last when there is no current one."""
    if not names:
        return None
    if current not in names:
        return names[0] if step > 0 else names[-1]
    return names[(names.index(current) + step) % len(names)]


def with_keypoint(instance: Instance, keypoint: Keypoint) -> Instance:
    """The instance with that keypoint in place of the one of the same name, or behind the others."""
    known = instance.keypoints
    if any(old.name == keypoint.name for old in known):
        return replace(instance, keypoints=tuple(keypoint if old.name == keypoint.name else old for old in known))
    return replace(instance, keypoints=(*known, keypoint))


def without_keypoint(instance: Instance, name: str) -> Instance:
    """The instance without the keypoint of that name."""
    return replace(instance, keypoints=tuple(old for old in instance.keypoints if old.name != name))


def keypoint_of(instance: Instance, name: str | None) -> Keypoint | None:
    """The clicked keypoint of that name."""
    return next((keypoint for keypoint in instance.keypoints if keypoint.name == name), None)


def posed_from_clicks(instance: Instance, photo: Photo, model: ShoeModel, *, found: ClickPose) -> Instance:
    """The instance with that pose, for the foot it was found for and as that model."""
    residuals = {"rms_px": found.rms_px, "clicks": float(len(found.names))}
    estimate = PoseEstimate(
        found.solution.pose,
        covariance=found.solution.covariance,
        camera_source=photo.camera.source,
        alternatives=() if found.second is None else (found.second,),
        provenance=Provenance(Source.PNP, PNP_VERSION, MappingProxyType(residuals)),
    )
    size = instance.size if instance.model_id == model.id and instance.size is not None else model.size
    return instance.with_model(model.id, size).with_side(found.side).with_pose_estimate(estimate)


def words_of(found: ClickPose) -> tuple[str, bool]:
    """What there is to say of a pose from clicks, and whether it is a warning."""
    rms = f"{len(found.names)} clicks, rms {found.rms_px:.1f} px"
    if found.other_foot_is_better:
        other = "left" if found.side is not Side.LEFT else "right"
        better = f"the {other} foot explains them much better (rms {found.other_side_rms_px:.1f} px)"
        return f"{rms}: {better}; {other[0].upper()} makes it one.", True
    if found.suspect is not None:
        without = found.without_px[found.suspect]
        return f"{rms}: “{found.suspect}” looks wrong; without it the others agree to {without:.1f} px.", True
    if found.rms_px > DOUBTFUL_PX:
        return f"{rms}: focal length, scale or foot side? No single click explains it.", True
    if found.second is not None:
        more = "Tab shows the other pose; one landmark off their plane decides"
        return f"{rms}, but near and far could be exchanged. {more}.", True
    if len(found.names) == LEAST_CLICKS:
        return f"{rms}: only just enough; one more tells whether any of them is wrong.", False
    return f"{rms}.", False


def _for_freedom(rms_px: float, count: int) -> float:
    """The rms of `count` clicks as if the numbers of a pose had not been fitted to them."""
    return rms_px * float(np.sqrt(count / max(2 * count - _FREE, 1)))


def _solved(
    clicks: Sequence[Keypoint],
    instance: Instance,
    model: ShoeModel,
    *,
    side: Side,
    camera: Camera,
    start: Pose | None = None,
) -> PnpSolution:
    points_mm, points_px, sigmas = _arrays(clicks, instance, model, side=side)
    return solve_pnp(points_mm, points_px, camera, sigmas_px=sigmas, start=start)


def _arrays(
    clicks: Sequence[Keypoint], instance: Instance, model: ShoeModel, *, side: Side
) -> tuple[Array, Array, Array]:
    size = instance.size if instance.model_id == model.id else None
    landmarks = model.sized_landmarks(size, side)
    points_mm = np.array([landmarks[click.name] for click in clicks])
    return points_mm, np.array([click.at_px for click in clicks]), np.array([click.sigma_px for click in clicks])


def _other_foot(
    clicks: Sequence[Keypoint], instance: Instance, model: ShoeModel, *, side: Side, camera: Camera
) -> PnpSolution | None:
    try:
        return _solved(clicks, instance, model, side=side, camera=camera)
    except ValueError:  # the other foot cannot be there at all
        return None


def _without_each(
    clicks: Sequence[Keypoint], instance: Instance, model: ShoeModel, *, side: Side, camera: Camera, start: Pose
) -> dict[str, float]:
    if len(clicks) <= LEAST_CLICKS:
        return {}
    found: dict[str, float] = {}
    for at, click in enumerate(clicks):
        others = [*clicks[:at], *clicks[at + 1 :]]
        try:
            solution = _solved(others, instance, model, side=side, camera=camera, start=start)
            found[click.name] = solution.rms_px
        except ValueError:  # the others fix no pose: this one is needed, and not doubted
            found[click.name] = np.inf
    return found


def _second(
    clicks: Sequence[Keypoint],
    instance: Instance,
    model: ShoeModel,
    *,
    side: Side,
    camera: Camera,
    first: PnpSolution,
) -> Pose | None:
    points_mm, points_px, sigmas = _arrays(clicks, instance, model, side=side)
    if not (lie_in_a_plane(points_mm) or len(clicks) == LEAST_CLICKS):
        return None
    other = reversed_solution(first, points_mm, points_px, camera=camera, sigmas_px=sigmas)
    near = other is not None and other.rms_px < first.rms_px + 2 * float(np.median(sigmas))
    return other.pose if other is not None and near else None
