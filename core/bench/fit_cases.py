"""Seeded cases for measuring the fit: which kinds there are, and of each a view, the outline given, a rough start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.bench.fit_clicks import clicked
from core.bench.fit_noise import behind_ellipse, behind_half_plane, hand_drawn, jittered, pixel_outline
from core.bench.fit_views import Range, Subject, View, draw_view
from core.fit.knowledge import Click
from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import Side

Array = NDArray[np.float64]

SIZES = ((640, 480), (1280, 960))
START_DEG, START_SHARE = 20.0, 0.10
_CLOSE_LENGTHS = (1.5, 2.5)
_START, _SIDE, _CLICKS = 1, 2, 3  # streams of random numbers of a case, beside its view's


class Way(StrEnum):
    """What is asked of the fit."""

    SEARCH = "search"
    SEARCH_HIDDEN = "search, something unmarked hides a part"
    SEARCH_LEAN = "search, lean"
    SEARCH_SPHERE = "search, nothing known of the view"
    SEARCH_SIDES = "search, side unknown"
    SEARCH_OTHER = "search, another shoe's outline"
    SEARCH_OTHER_SHAPED = "search, another shoe's outline, proportions free"
    SEARCH_FOCAL = "search, focal length free"
    REFINE = "refine"
    PAIR = "refine two shoes of one floor together"


class Hiding(StrEnum):
    """What hides a part of the shoe."""

    NOTHING = "nothing"
    BLOB = "blob"
    HALF_PLANE = "half-plane"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case.

    jitter_px: noise of the outline; is_drawn: 40 vertices with noise of 1 px; hidden_share: of the mask's area, by
    `hiding`, given to the fit when is_marked; fov_error: most that the given field of view is wrong by, a share.
    clicks: landmarks clicked with 2 px, the first of them 60 px off when is_misclicked.
    """

    name: str
    way: Way = Way.SEARCH
    jitter_px: float = 0.0
    is_drawn: bool = False
    hiding: Hiding = Hiding.NOTHING
    hidden_share: float = 0.0
    is_marked: bool = False
    is_close: bool = False
    is_cut: bool = False
    fov_error: float = 0.0
    clicks: int = 0
    is_misclicked: bool = False

    @property
    def is_of_another(self) -> bool:
        """Whether the outlines are of another shoe."""
        return self.way in (Way.SEARCH_OTHER, Way.SEARCH_OTHER_SHAPED)

    @property
    def has_oracle(self) -> bool:
        """Whether it is worth knowing what a start at the truth would have found."""
        less_than_all = bool(self.jitter_px) or self.is_drawn or self.hiding is not Hiding.NOTHING or self.is_cut
        return less_than_all and self.way in (Way.SEARCH, Way.SEARCH_HIDDEN)


def _hidden(hiding: Hiding, percent: int) -> tuple[Kind, Kind]:
    stem = f"{'blob' if hiding is Hiding.BLOB else 'half'}{percent}"
    unmarked = Kind(f"{stem}_unmarked", Way.SEARCH_HIDDEN, hiding=hiding, hidden_share=percent / 100)
    return replace(unmarked, name=f"{stem}_marked", way=Way.SEARCH, is_marked=True), unmarked


DEFAULT_KINDS = (
    Kind("clean"),
    Kind("noprior", Way.SEARCH_SPHERE),
    Kind("close", is_close=True),
    Kind("jitter1", jitter_px=1.0),
    Kind("jitter2", jitter_px=2.0),
    Kind("jitter3", jitter_px=3.0),
    Kind("poly40", is_drawn=True),
    Kind("close_poly40", is_drawn=True, is_close=True),
    *_hidden(Hiding.BLOB, 20),
    *_hidden(Hiding.HALF_PLANE, 20),
    Kind("truncated", is_cut=True),
    Kind("fov_wrong", fov_error=0.2),
    Kind("fov_free", Way.SEARCH_FOCAL, fov_error=0.2),
    Kind("wrong_mesh", Way.SEARCH_OTHER),
    Kind("wrong_mesh_shaped", Way.SEARCH_OTHER_SHAPED),
    Kind("side_unknown", Way.SEARCH_SIDES, is_drawn=True),
    Kind("refine", Way.REFINE),
    Kind("pair", Way.PAIR, is_drawn=True),
    Kind("lean", Way.SEARCH_LEAN),
)
MORE_KINDS = (
    Kind("fov_free_poly40", Way.SEARCH_FOCAL, fov_error=0.2, is_drawn=True),
    Kind("clean_clicks4", clicks=4),
    Kind("clean_misclick", clicks=4, is_misclicked=True),
    Kind("poly40_clicks1", clicks=1, is_drawn=True),
    Kind("poly40_clicks2", clicks=2, is_drawn=True),
    Kind("poly40_clicks4", clicks=4, is_drawn=True),
    Kind("poly40_misclick", clicks=4, is_drawn=True, is_misclicked=True),
    Kind("refine_poly40", Way.REFINE, is_drawn=True),
    Kind("close_jitter1", jitter_px=1.0, is_close=True),
    *_hidden(Hiding.BLOB, 10),
    *_hidden(Hiding.HALF_PLANE, 10),
)
KINDS = {kind.name: kind for kind in (*DEFAULT_KINDS, *MORE_KINDS)}


@dataclass(frozen=True, slots=True, eq=False)
class FitCase:
    """One question whose answer is known.

    camera: the true one; given_camera: the one the fit is told. ignored: what the annotator marked as hiding the shoe;
    clicks: the landmarks he clicked.
    rejected: views drawn and thrown away before this one.
    """

    camera: Camera
    given_camera: Camera
    true: Pose
    side: Side
    region: Region
    ignored: tuple[Region, ...]
    start: Pose
    rejected: int
    clicks: tuple[Click, ...] = ()


def fit_cases(subject: Subject, kind: Kind, *, size: tuple[int, int], count: int, seed: int) -> Iterator[FitCase]:
    """`count` cases of a kind at `size` (width, height) px.

    Each has its own seed, so that fewer cases are the first of more, and kinds that look from the same distances look
    from the same views.
    """
    for index in range(count):
        yield fit_case(subject, kind, size=size, seed=seed, index=index)


def fit_case(subject: Subject, kind: Kind, *, size: tuple[int, int], seed: int, index: int) -> FitCase:
    """The case of that index."""
    rng = np.random.default_rng([seed, index])
    side = Side.RIGHT
    if kind.way is Way.SEARCH_SIDES and np.random.default_rng([seed, index, _SIDE]).random() < 0.5:
        side, subject = Side.LEFT, subject.mirrored()
    nearest, farthest = _CLOSE_LENGTHS if kind.is_close else (2.0, 6.0)
    view = draw_view(rng, subject, Range(*size, nearest, farthest, is_cut=kind.is_cut))
    region, ignored = _outlined(kind, view, rng, collar_mm=subject.collar_mm)
    given = view.camera
    if kind.fov_error:
        factor = 1.0 + rng.uniform(-kind.fov_error, kind.fov_error)
        given = given.with_vertical_fov(factor * given.vertical_fov_deg, source=given.source)
    start = _start(np.random.default_rng([seed, index, _START]), view.pose)
    hands = np.random.default_rng([seed, index, _CLICKS])
    wrong, camera = kind.is_misclicked, view.camera
    clicks = clicked(subject, view.pose, camera, count=kind.clicks, rng=hands, wrong=wrong) if kind.clicks else ()
    return FitCase(camera, given, view.pose, side, region, ignored, start, view.rejected, clicks)


def _outlined(kind: Kind, view: View, rng: Generator, *, collar_mm: Array) -> tuple[Region, tuple[Region, ...]]:
    """The outline given, and what is marked as hiding the rest."""
    if kind.hiding is not Hiding.NOTHING:
        behind = behind_ellipse if kind.hiding is Hiding.BLOB else behind_half_plane
        collar_px = view.camera.project(view.pose.apply(collar_mm))
        hidden = behind(view.mask, kind.hidden_share, collar_px=collar_px, rng=rng)
        return pixel_outline(hidden.mask), (hidden.occluder,) if kind.is_marked else ()
    if kind.jitter_px:
        return jittered(view.mask, kind.jitter_px, rng=rng), ()
    region = pixel_outline(view.mask)
    return (hand_drawn(region, rng) if kind.is_drawn else region), ()


def _start(rng: Generator, true: Pose) -> Pose:
    """Off by 20 degrees about a random axis and by 10 % of the distance in a random direction."""
    turn, move = rng.normal(size=3), rng.normal(size=3)
    turn *= np.radians(START_DEG) / np.linalg.norm(turn)
    move *= START_SHARE * np.linalg.norm(true.translation_mm) / np.linalg.norm(move)
    return true.moved(np.concatenate([turn, move]))
