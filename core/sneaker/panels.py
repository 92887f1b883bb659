"""What is sewn onto the upper: toe guard, eyestay, heel counter, heel tab, stripes; where each lies, and its sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.sneaker import atlas
from core.sneaker.curves import smoothstep
from core.sneaker.form import STATIONS, Form
from core.sneaker.patches import Patch, TextureBox, band
from core.sneaker.shape import LOW_TOP

Array = NDArray[np.float64]

EYELETS_IN_MM = 7.0  # from the top line
_NARROW = 3  # columns
_SUNK_MM, _BEVEL_MM, _EDGE = 0.8, 0.5, 0.25
_ANKLE_FROM = 0.6  # of the way from the low-top's collar to the high-top's
_THROAT = (5.25, 9.05)  # stations of the highest and the lowest eyelet


@dataclass(frozen=True, slots=True)
class Panel:
    """A sheet on the upper between two lines: at stations around (S,), from `low` up to `high` (S,), both 0..1.

    colour: a name of the colourway. along_mm, wide_mm: (S,) length run along the panel, and its width.
    """

    name: str
    colour: str
    box: TextureBox
    around: Array
    low: Array
    high: Array
    height_mm: float
    columns: int
    along_mm: Array
    wide_mm: Array

    @staticmethod
    def of(
        form: Form,
        name: str,
        colour: str,
        box: TextureBox,
        *,
        around: Array,
        low: ArrayLike,
        high: ArrayLike,
        height_mm: float,
        columns: int,
    ) -> Panel:
        """A panel measured on a form."""
        lower = np.broadcast_to(np.asarray(low, float), around.shape)
        upper = np.maximum(np.broadcast_to(np.asarray(high, float), around.shape), lower + 0.02)
        middle = form.at(around, (lower + upper) / 2)
        along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(middle, axis=0), axis=1))])
        wide = form.below_top(around, lower) - form.below_top(around, upper)
        return Panel(name, colour, box, around, lower, upper, height_mm, columns, along, np.maximum(wide, 0.5))

    def place(self, around: float, up: float) -> tuple[float, float]:
        """(along mm, 0..1 across) of a place on the upper that the panel covers."""
        low, high = (float(np.interp(around, self.around, values)) for values in (self.low, self.high))
        return float(np.interp(around, self.around, self.along_mm)), (up - low) / (high - low)


def sheet(form: Form, panel: Panel) -> Patch:
    """The panel as a closed sheet with bevelled edges, a little sunk into the upper."""
    bevel = np.clip(_BEVEL_MM / panel.wide_mm, 0.0, 0.2)[:, None]
    inner = np.linspace(0, 1, panel.columns)[None, :]
    t = np.concatenate([np.zeros_like(bevel), bevel + (1 - 2 * bevel) * inner, np.ones_like(bevel)], axis=1)
    height = np.full(t.shape, panel.height_mm)
    height[:, [0, -1]] *= _EDGE
    height[[0, -1]] *= _EDGE
    up = panel.low[:, None] + t * (panel.high - panel.low)[:, None]
    points, normals = form.at(panel.around[:, None], up), form.normal(panel.around[:, None], up)
    over, under = points + height[..., None] * normals, points - _SUNK_MM * normals
    u = np.broadcast_to((panel.along_mm / panel.along_mm[-1])[:, None], t.shape)
    if panel.columns <= _NARROW:  # a narrow sheet's underside needs its edges only: the upper hides the rest
        under = under[:, [0, -1]]
    return band(over, under, panel.box.place(u, t))


def panels(form: Form) -> list[Panel]:
    """All panels of a form, those that lie deeper first."""
    return [_counter(form), _guard(form), *_stripes(form), _eyestay(form), *_ankle(form), _heel_tab(form)]


def eyelet_stations(form: Form) -> Array:
    """(E, 2) stations of the eyelets, lowest first: lateral, medial; evenly far apart along the throat."""
    fine = np.linspace(_THROAT[1], _THROAT[0], 120)
    line = form.top_at(fine)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    lateral = np.interp(np.linspace(0, run[-1], int(form.shape.eyelets)), run, fine)
    return np.stack([lateral, STATIONS - lateral], axis=1)


def _ends(start: float, stop: float, count: int) -> Array:
    """(count + 2,) stations with one close to either end, for the bevel there."""
    inner = np.linspace(start, stop, count)
    tip = min(0.035, (stop - start) / 20)
    return np.concatenate([[start], [start + tip], inner[1:-1], [stop - tip], [stop]])


# Stations from the toe, and how tall the guard is there in mm.
_GUARD_TALL = (
    [0.0, 0.8, 1.6, 2.2, 2.7, 3.1, 3.4, 3.65, 3.8, 3.9],
    [23.0, 23.2, 25.5, 30.0, 33.5, 34.5, 32.5, 27.0, 20.0, 12.0],
)


def _guard(form: Form) -> Panel:
    """The guard around the toe, its wings drawn back along the sole."""
    around = _ends(6.1, 13.9, 39)
    off = np.abs(around - 10.0)
    tall = np.interp(off, *_GUARD_TALL) * form.shape.toe_box_mm / LOW_TOP.toe_box_mm
    return Panel.of(
        form,
        "guard",
        "overlay",
        atlas.GUARD,
        around=around,
        low=form.up_from_sole(around, 1.0),
        high=form.up_from_sole(around, 4.0 + tall),
        height_mm=1.5,
        columns=4,
    )


def _eyestay(form: Form) -> Panel:
    around = _ends(4.80, 15.20, 57)
    off = np.abs(around - 10.0)
    wide = np.interp(off, [0, 1.2, 4.2, 4.8, 5.20], [17.0, 16.0, 15.5, 17.0, 20.0])
    return Panel.of(
        form,
        "eyestay",
        "overlay",
        atlas.EYESTAY,
        around=around,
        low=form.up_below_top(around, wide),
        high=form.up_below_top(around, 0.6 + 3.0 * smoothstep(off, 4.75, 5.2)),
        height_mm=1.5,
        columns=2,
    )


def _counter(form: Form) -> Panel:
    around = _ends(-2.9, 2.9, 21)
    off = np.abs(around)
    tall = np.interp(off, [0, 1.2, 2.0, 2.6, 2.9], [50, 45, 33, 19, 9])
    return Panel.of(
        form,
        "counter",
        "overlay",
        atlas.COUNTER,
        around=around,
        low=form.up_from_sole(around, 1.0),
        high=form.up_from_sole(around, 4.0 + tall),
        height_mm=1.4,
        columns=4,
    )


def _heel_tab(form: Form) -> Panel:
    around = _ends(-0.62, 0.62, 9)
    off = np.abs(around)
    reach = 34.0 + 5.0 * smoothstep(off, 0.6, 0.0)
    return Panel.of(
        form,
        "heel tab",
        "accent",
        atlas.HEEL_TAB,
        around=around,
        low=form.up_below_top(around, reach),
        high=form.up_below_top(around, np.full_like(around, -0.0)),
        height_mm=2.0,
        columns=5,
    )


def _stripes(form: Form) -> list[Panel]:
    """Two slanted bars on either side, from the eyestay down to the sole, the front one broader."""
    found = []
    for side in (0, 1):
        for number, (start, wide) in enumerate(((4.05, 0.60), (3.35, 0.28))):
            found.append(_bar(form, start, wide, number=2 * side + number, medial=side == 1))
    return found


def _bar(form: Form, start: float, wide: float, *, number: int, medial: bool) -> Panel:
    """A bar as a panel whose stations run across it: it leans, for higher up it lies at other stations."""
    around = _ends(start, start + wide + 1.5, 13)
    share = (around - start) / (wide + 1.5)
    lean = wide / (wide + 1.5)
    low = np.interp(share, [0, lean, 1], [0.0, 0.0, 1.0])
    high = np.interp(share, [0, 1 - lean, 1], [0.0, 1.0, 1.0])
    if medial:
        around, low, high = STATIONS - around[::-1], low[::-1], high[::-1]
    under_patch = form.shape.highness >= _ANKLE_FROM and number % 2 == 1
    reach = np.full_like(around, 40.0 if under_patch else 15.0)  # up to the ankle's patch, or to the eyestay
    bottom, top = form.up_from_sole(around, 1.0), form.up_below_top(around, reach)
    return Panel.of(
        form,
        f"stripe {number}",
        "accent",
        atlas.stripe_box(number),
        around=around,
        low=bottom + low * (top - bottom),
        high=bottom + high * (top - bottom),
        height_mm=0.9,
        columns=3,
    )


def _ankle(form: Form) -> list[Panel]:
    """The patches over the ankle that only a high collar has room for."""
    if form.shape.highness < _ANKLE_FROM:
        return []
    found = []
    for medial in (False, True):
        around = _ends(0.9, 5.1, 19)
        top = np.full_like(around, 15.5)
        deep = np.interp(around, [0.9, 2.0, 3.4, 5.1], [32.0, 41.0, 46.0, 44.0]) * min(form.shape.highness, 1.3)
        if medial:
            around, top, deep = STATIONS - around[::-1], top[::-1], deep[::-1]
        found.append(
            Panel.of(
                form,
                f"ankle {int(medial)}",
                "overlay",
                atlas.ankle_box(int(medial)),
                around=around,
                low=form.up_below_top(around, deep),
                high=form.up_below_top(around, top),
                height_mm=1.2,
                columns=3,
            )
        )
    return found
