"""How each part of the sneaker is painted in its box of the texture."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.sneaker import atlas
from core.sneaker.curves import smoothstep
from core.sneaker.form import STATIONS, Form, is_throat
from core.sneaker.materials import Coat, grain, holes, leather, stitches, weave, word
from core.sneaker.panels import EYELETS_IN_MM, Panel, eyelet_stations, panels
from core.sneaker.parts import FOXING, SOLE_PROFILE, profile_steps
from core.sneaker.patches import TextureBox

Array = NDArray[np.float64]
Size = tuple[int, int]

COLLAR_MM = 15.0  # the band of lining seen outside around the collar
_AGLET_FROM = 0.83


def upper_coat(size: Size, form: Form) -> Coat:
    """Vamp, quarters and the collar's padded band."""
    rows, columns = size
    coarse = (max(rows // 4, 8), max(columns // 4, 8))
    u, v = _places(coarse)
    points = form.at(u[0] * STATIONS, v[:, :1])
    below = form.below_top(u[0] * STATIONS, v[:, :1])
    above = form.below_top(u[0] * STATIONS, np.zeros_like(v[:, :1])) - below
    x, y, z = (_finer(points[..., k], size) for k in range(3))
    below, above = _finer(below, size), _finer(above, size)
    u, v = _places(size)
    throat = is_throat(u * STATIONS)
    coat = Coat(size, "base")
    scale = form.shape.scale
    coat.shade(leather(x + 0.6 * y, z + 0.8 * y))
    box = smoothstep(x, 208 * scale[0], 210 * scale[0]) * (above > 33.0) * (below > 20.0)
    box = box * smoothstep(np.abs(y - 6.0), 30.0 * scale[1], 29.0 * scale[1])
    coat.shade(1 - 0.80 * box * holes(y - 6.0, x, pitch_mm=6.4, radius_mm=0.85))
    band = (COLLAR_MM - below) * (1 - throat) - 30.0 * throat
    coat.paint("lining", smoothstep(band, -0.25, 0.25))
    inside = smoothstep(band, 0.0, 0.5)
    coat.shade(1 - inside * (1 - weave(u * 700.0, below, thread_mm=1.1, depth=0.16)))
    _seam(coat, COLLAR_MM - below, u * 700.0, on=1 - throat, rows=(-2.0, 2.2))
    coat.shade(1 - 0.30 * np.exp(-((band / 0.6) ** 2)))
    vamp_seam = np.abs(x + 0.35 * z - 0.70 * form.shape.length_mm)
    _seam(coat, vamp_seam, np.hypot(x, z) + y, on=smoothstep(below, 15.0, 17.0), rows=(1.6,))
    coat.shade(1 - 0.45 * np.exp(-((vamp_seam / 0.45) ** 2)) * (below > 16.0))
    for panel in panels(form):
        coat.paint(panel.colour, _covered(panel, u[0] * STATIONS, v))
    return coat


def panel_coat(size: Size, panel: Panel, form: Form) -> Coat:
    """A sewn-on sheet: leather with a cut edge and rows of stitches; the eyestay has its holes."""
    u, v = _places(size)
    along = np.interp(u[0], panel.along_mm / panel.along_mm[-1], panel.along_mm)[None, :] * np.ones_like(v)
    wide = np.interp(along[0], panel.along_mm, panel.wide_mm)[None, :]
    across = v * wide
    ends = np.minimum(along, panel.along_mm[-1] - along)
    edge = np.minimum(np.minimum(across, wide - across), ends)
    coat = Coat(size, panel.colour)
    coat.shade(leather(along + 31.0, across + 17.0))
    coat.shade(1 - 0.20 * np.exp(-np.clip(edge, 0, None) / 0.35) + 0.05 * np.exp(-(((edge - 0.9) / 0.4) ** 2)))
    sewn = {"guard": (wide - across, (2.0, 4.6)), "counter": (wide - across, (2.0, 4.6)), "eyestay": (edge, (2.0,))}
    where, rows = sewn.get(panel.name, (edge, (1.6,)))
    _seam(coat, where, along if panel.name != "heel tab" else along + across, rows=rows)
    if panel.name == "eyestay":
        _punch(coat, panel, form, along, across)
    if panel.name == "heel tab":
        mark = word(0.5 + (along - panel.along_mm[-1] / 2) / 15.0, (across - 0.56 * wide) / 3.4 + 0.5)
        coat.paint("lace", mark)
    return coat


def sole_coat(size: Size, form: Form) -> Coat:
    """Rubber, the groove above it, the midsole's wall, and the welt with its stitches."""
    u, v = _places(size)
    steps = np.concatenate([[0.0], np.cumsum(profile_steps(form))])
    share = np.interp(v, steps / steps[-1], SOLE_PROFILE[:, 1])
    lip = v > np.interp(13.5, np.arange(len(steps)), steps / steps[-1])
    under = v < np.interp(1.5, np.arange(len(steps)), steps / steps[-1])
    around = u * 720.0 * form.shape.scale[0]
    coat = Coat(size, "midsole")
    coat.shade(1 + 0.020 * (grain(around, v * 40.0, size_mm=1.0, seed=9) - 0.5))
    coat.paint("outsole", smoothstep(share, FOXING[1] - 0.008, FOXING[1] - 0.016) * ~lip)
    ribs = smoothstep(np.abs((around / 3.2) % 1.0 - 0.5), 0.22, 0.34)
    toe = smoothstep(np.abs(u - 0.5), 0.150, 0.145) + smoothstep(np.abs(u - 0.5), 0.43, 0.435)
    textured = smoothstep(share, 0.40, 0.42) * smoothstep(share, 0.76, 0.74) * ~lip
    coat.shade(1 - 0.22 * ribs * textured * toe)
    rubber = smoothstep(share, 0.05, 0.07) * smoothstep(share, 0.245, 0.235) * ~under
    coat.shade(1 - 0.16 * rubber * smoothstep(np.abs((around / 5.0) % 1.0 - 0.5), 0.30, 0.40))
    coat.shade(1 - 0.40 * np.exp(-(((share - 0.29) / 0.018) ** 2)))
    thread, dent = stitches(share * 30.0, around, at_mm=FOXING[2] * 30.0, long_mm=4.2)
    coat.shade(1 - 0.35 * dent * ~lip)
    coat.paint("stitch", 0.85 * thread * ~lip)
    return coat


def bottom_coat(size: Size, form: Form) -> Coat:
    """The tread's rubber seen from below; its lugs are geometry, with a fine grain."""
    u, v = _places(size)
    x, y = u * form.shape.length_mm, v * form.shape.width_mm
    coat = Coat(size, "outsole")
    coat.shade(0.97 + 0.05 * (grain(x, y, size_mm=1.1, seed=13) - 0.5))
    return coat


def lace_coat(size: Size, number: int, form: Form) -> Coat:
    """A flat woven lace; the bow's ends have stiff tips."""
    u, v = _places(size)
    coat = Coat(size, "lace")
    twill = np.abs(((u * 4.0 + v * 40.0) % 1.0) - 0.5) * 2
    coat.shade(0.90 + 0.10 * twill)
    if number in tail_numbers(form):
        tip = smoothstep(v, _AGLET_FROM - 0.005, _AGLET_FROM + 0.005)
        coat.paint("accent", tip)
    return coat


def tail_numbers(form: Form) -> tuple[int, int]:
    """Which of the laces are the bow's loose ends."""
    strands = 1 + 2 * (int(form.shape.eyelets) - 1) + 2
    return strands + 1, strands + 3


def small_coats() -> Iterator[tuple[TextureBox, Callable[[Size], Coat]]]:
    """Boxes whose paint does not depend on the shape."""
    yield atlas.LINING, _lining
    yield atlas.INSOLE, _insole
    yield atlas.TONGUE, _tongue
    yield atlas.LABEL, _label
    yield atlas.METAL, _metal


def _lining(size: Size) -> Coat:
    u, v = _places(size)
    coat = Coat(size, "lining")
    coat.shade(weave(u * 600.0, v * 90.0, thread_mm=1.5, depth=0.20))
    thread, dent = stitches(v * 90.0, u * 600.0, at_mm=13.0)
    coat.shade(1 - 0.30 * dent)
    coat.paint("stitch", 0.6 * thread)
    return coat


def _insole(size: Size) -> Coat:
    u, v = _places(size)
    coat = Coat(size, "lining")
    coat.shade(0.94 * weave(u * 270.0, v * 90.0, thread_mm=1.8, depth=0.12))
    around = np.hypot((u - 0.17) * 270.0 / 24.0, (v - 0.5) * 90.0 / 17.0)
    coat.shade(1 - 0.25 * smoothstep(np.abs(around - 1.0), 0.06, 0.03))
    coat.paint("lace", word((u - 0.075) / 0.19, (v - 0.44) / 0.12) * 0.9)
    return coat


def _tongue(size: Size) -> Coat:
    u, v = _places(size)
    coat = Coat(size, "tongue")
    coat.shade(weave(u * 120.0, v * 135.0, thread_mm=1.2, depth=0.14))
    crest = smoothstep(np.abs(u - 0.25), 0.20, 0.19)
    edge = np.minimum((0.215 - np.abs(u - 0.25)) * 120.0, (0.975 - v) * 135.0)
    thread, dent = stitches(edge, v * 135.0 + u * 120.0, at_mm=2.6)
    coat.shade(1 - 0.28 * dent * crest)
    coat.paint("stitch", 0.8 * thread * crest)
    return coat


def _label(size: Size) -> Coat:
    u, v = _places(size)
    coat = Coat(size, "accent")
    coat.shade(weave(u * 34.0, v * 22.0, thread_mm=0.7, depth=0.10))
    edge = np.minimum(np.minimum(u, 1 - u) * 34.0, np.minimum(v, 1 - v) * 22.0)
    thread, dent = stitches(edge, u * 34.0 + v * 22.0, at_mm=1.4, long_mm=1.6)
    coat.shade(1 - 0.3 * dent)
    coat.paint("stitch", thread)
    coat.paint("lace", word((u - 0.18) / 0.64, (v - 0.36) / 0.26))
    return coat


def _metal(size: Size) -> Coat:
    _, v = _places(size)
    coat = Coat(size, "stitch")
    coat.shade(0.55 + 0.25 * np.cos(2 * np.pi * (v - 0.3)) ** 2)
    return coat


def _covered(panel: Panel, around: Array, v: Array) -> Array:
    """(H, W) 1 well under a panel: a coarser copy of the mesh may let the upper show through there."""
    first, last = float(panel.around[0]), float(panel.around[-1])
    turned = (around - (first + last) / 2 + STATIONS / 2) % STATIONS - STATIONS / 2 + (first + last) / 2
    low, high = (np.interp(turned, panel.around, values)[None, :] for values in (panel.low, panel.high))
    within = ((turned > first + 0.05) & (turned < last - 0.05))[None, :]
    return np.asarray((within & (v > low + 0.02) & (v < high - 0.02)).astype(np.float64))


def _punch(coat: Coat, panel: Panel, form: Form, along: Array, across: Array) -> None:
    """Dark holes where the laces come out."""
    for station in eyelet_stations(form).ravel():
        up = float(form.up_below_top(np.array([station]), np.array([EYELETS_IN_MM]))[0])
        at, share = panel.place(float(station), up)
        wide = float(np.interp(at, panel.along_mm, panel.wide_mm))
        away = np.hypot(along - at, across - share * wide)
        coat.shade(1 - 0.86 * smoothstep(away, 2.9, 2.3))


def _seam(coat: Coat, edge_mm: Array, run_mm: Array, *, rows: tuple[float, ...], on: Array | float = 1.0) -> None:
    for at in rows:
        thread, dent = stitches(edge_mm, run_mm, at_mm=at)
        coat.shade(1 - 0.20 * dent * on)
        coat.paint("stitch", 0.85 * thread * on)


def _places(size: Size) -> tuple[Array, Array]:
    """(H, W) u and v, 0..1 at the middles of texels, v up."""
    rows, columns = size
    u = (np.arange(columns) + 0.5) / columns
    v = 1 - (np.arange(rows) + 0.5) / rows
    return np.broadcast_to(u[None, :], size), np.broadcast_to(v[:, None], size)


def _finer(values: Array, size: Size) -> Array:
    """(H, W) a coarse (h, w) field between its places."""
    rows, columns = values.shape
    at_row = np.clip((np.arange(size[0]) + 0.5) * rows / size[0] - 0.5, 0, rows - 1)
    at_column = np.clip((np.arange(size[1]) + 0.5) * columns / size[1] - 0.5, 0, columns - 1)
    i, j = np.minimum(at_row.astype(int), rows - 2), np.minimum(at_column.astype(int), columns - 2)
    s, t = (at_row - i)[:, None], (at_column - j)[None, :]
    above = values[i][:, j] * (1 - t) + values[i][:, j + 1] * t
    below = values[i + 1][:, j] * (1 - t) + values[i + 1][:, j + 1] * t
    return np.asarray(above * (1 - s) + below * s)
