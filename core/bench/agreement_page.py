"""What `outsole bench agreement` measured, as a page with a table, and as a sheet of outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from core.bench.agreement_passes import Compared
from core.geometry.region import Region

TABLE = "<!-- table: written by outsole bench agreement --page -->"
_COLUMNS = {
    "rotation_deg": ("rotation", "{:.1f}°"),
    "lateral_mm": ("across the ray", "{:.1f} mm"),
    "depth_per_focal_pct": ("t_z/f", "{:.2f} %"),
    "contour_permille": ("one contour from the other", "{:.2f} ‰"),
    "outline_permille": ("contour from the outline", "{:.2f} ‰"),
}
_ACROSS = 4
_MARGIN = 0.12
_FILL, _FIRST, _SECOND = "#d5d3cf", "#0072b2", "#d55e00"


def write_page(file: Path, told: Mapping[str, Any], *, sheet: Path | None) -> None:
    """Write the table under the line TABLE of a page; what stands above that line is kept."""
    above = file.read_text(encoding="utf-8").partition(TABLE)[0] if file.is_file() else "# How far two passes differ"
    heads = ["second pass", "compared", *(head for head, _ in _COLUMNS.values())]
    rows = [_row(heads), "| --- " * len(heads) + "|"]
    for way, content in told["ways"].items():
        figures = []
        for name, (_, form) in _COLUMNS.items():
            figure = content["measures"].get(name)
            figures.append(_told(figure, form) if figure else "–")
        rows.append(_row([way, f"{content['compared']} of {told['shoes']}", *figures]))
    said = f"Seed {told['seed']}; medians with 95 % bootstrap intervals over photos, and the 90th percentile."
    picture = [f"![Outlines and passes]({sheet.name})"] if sheet else []
    parts = [above.rstrip(), TABLE, *picture, "\n".join(rows), said]
    file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def draw_sheet(file: Path, compared: Sequence[Compared]) -> None:
    """A PNG, a shoe a field: the accepted outline filled, the silhouettes of the two passes as lines over it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    down = max(1, ceil(len(compared) / _ACROSS))
    figure = Figure(figsize=(2.6 * _ACROSS, 2.8 * down), layout="constrained")
    FigureCanvasAgg(figure)
    for place, one in enumerate(compared, 1):
        axes = figure.add_subplot(down, _ACROSS, place)
        _fill(axes, one.subject.instance.region)
        for found, color in zip(one.found, (_FIRST, _SECOND), strict=True):
            if found is not None:
                _draw(axes, one.subject.outline_of(found), color)
        x0, y0, x1, y1 = one.subject.instance.region.bounds_px
        half = (0.5 + _MARGIN) * max(x1 - x0, y1 - y0)
        axes.set_xlim((x0 + x1) / 2 - half, (x0 + x1) / 2 + half)
        axes.set_ylim((y0 + y1) / 2 + half, (y0 + y1) / 2 - half)
        axes.set_aspect("equal")
        axes.axis("off")
        axes.set_title(_caption(one), fontsize=9)
    figure.savefig(file, dpi=110, format="png")


def _caption(one: Compared) -> str:
    name = Path(one.subject.photo.file).stem[-15:]
    if not one.values:
        return f"{name}\nnot offered in {sum(found is None for found in one.found)} of 2 passes"
    values = one.values
    return (
        f"{name}\n{values['rotation_deg']:.1f}°, {values['depth_per_focal_pct']:.1f} %, "
        f"{values['contour_permille']:.1f} ‰"
    )


def _fill(axes: Any, region: Region) -> None:
    for part in region.parts:
        axes.fill(*part.outer.points_px.T, color=_FILL, linewidth=0)
        for hole in part.holes:
            axes.fill(*hole.points_px.T, color="white", linewidth=0)


def _draw(axes: Any, region: Region, color: str) -> None:
    for ring in region.rings:
        points = [*ring.points_px, ring.points_px[0]]
        axes.plot([x for x, _ in points], [y for _, y in points], color=color, linewidth=1.1)


def _told(figure: Mapping[str, Any], form: str) -> str:
    text = form.format(figure["median"])
    if figure["interval"]:
        low, high = (form.format(bound) for bound in figure["interval"])
        text += f" [{low.split('°')[0].split(' ')[0]}, {high.split('°')[0].split(' ')[0]}]"
    return f"{text}; {form.format(figure['p90'])}"


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
