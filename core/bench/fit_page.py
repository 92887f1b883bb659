"""What `outsole bench fit` measured, as a page with tables and a picture."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

Told: TypeAlias = Mapping[str, Any]

_WORDS = {
    "clean": "exact outline",
    "noprior": "exact, nothing known of the view",
    "lean": "exact, lean search",
    "close": "exact, close-up",
    "jitter1": "outline off by 1 px",
    "jitter2": "outline off by 2 px",
    "jitter3": "outline off by 3 px",
    "poly40": "drawn: 40 vertices ± 1 px",
    "close_poly40": "drawn, close-up",
    "blob20_marked": "20 % hidden by a blob, marked",
    "blob20_unmarked": "20 % hidden by a blob, unmarked",
    "half20_marked": "20 % cut off, marked",
    "half20_unmarked": "20 % cut off, unmarked",
    "truncated": "cut by the photo's border",
    "fov_wrong": "field of view wrong by up to 20 %",
    "fov_free": "the same, focal length free",
    "side_unknown": "drawn, foot unknown",
    "refine": "from 20° and 10 % off",
    "pair": "drawn, a pair fitted together",
    "nelder_mead_vtk": "Nelder–Mead on 1 − IoU of VTK's mask",
    "least_squares_numeric": "least squares on rendered masks, numeric Jacobian",
    "least_squares_exact_outline": "the same on our exact outline",
    "adam_soft_silhouette": "Adam on a soft silhouette",
    "wrong_mesh": "another shoe's outline",
    "wrong_mesh_shaped": "the same, width and height free",
}
_PICTURED = tuple(name for name in _WORDS if not name.startswith(("wrong", "fov", "nelder", "least", "adam")))
TABLES = "<!-- tables: written by outsole bench fit --page -->"
_HEAD = "| case | size | n | ADD < 0.1 | < 0.05 | < 0.02 | rotation median / p90 | t_z/f | CPU median / p95 |"
_COLORS = ("#0072b2", "#56b4e9", "#cde7f5")


def read_runs(files: Iterable[Path]) -> dict[str, list[dict[str, Any]]]:
    """The JSON objects of several runs as one. Raises ValueError with a sentence naming the file."""
    whole: dict[str, list[dict[str, Any]]] = {"lines": [], "baselines": [], "masks": []}
    for file in files:
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            for key, lines in whole.items():
                lines += told[key]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file} is not what `outsole bench fit --json` prints: {error}.") from error
    return whole


def write_page(file: Path, told: Mapping[str, Sequence[Told]]) -> None:
    """Write the tables, a shoe after the other, under the line TABLES of a page, and a PNG of the shares beside it.

    What stands above that line is kept.
    """
    above = file.read_text(encoding="utf-8").partition(TABLES)[0] if file.is_file() else "# How exact a fitted pose is"
    models = list(dict.fromkeys(line["model"] for line in told["lines"] if " on " not in line["model"]))
    picture = file.with_suffix(".png")
    parts = [above.rstrip(), TABLES, f"![Shares by case]({picture.name})"]
    for model in models:
        lines = [line for line in told["lines"] if line["model"].split(" on ")[0] == model]
        seeds = sorted({line["seed"] for line in lines})
        drawn, rejected = (sum(line[key] for line in lines) for key in ("drawn", "rejected"))
        heading = f"## {model}\n\nSeed {', '.join(map(str, seeds))}; {drawn} views drawn, {rejected} of them rejected."
        parts += [heading, _table(lines), *_wrong_mesh(lines), *_doubt(lines)]
    parts += [*_baselines(told["baselines"]), *_masks(told["masks"])]
    file.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
    draw_shares(picture, told["lines"], models)


def draw_shares(file: Path, lines: Sequence[Told], models: Sequence[str]) -> None:
    """A PNG: for each shoe a bar a case at its smallest size, the shares with ADD < 0.1, 0.05 and 0.02 d."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = [name for name in _PICTURED if any(line["case"] == name for line in lines)]
    figure = Figure(figsize=(1.8 + 3.4 * len(models), 0.6 + 0.26 * len(names)), layout="constrained")
    FigureCanvasAgg(figure)
    for place, model in enumerate(models, 1):
        axes = figure.add_subplot(1, len(models), place)
        for at, name in enumerate(names):
            line = next((one for one in lines if one["case"] == name and one["model"] == model), None)
            if line is None:
                continue
            for key, color, height in zip(
                ("add_01", "add_005", "add_002"), _COLORS[::-1], (0.8, 0.55, 0.3), strict=True
            ):
                axes.barh(at, line[key], height=height, color=color)
            # Wilson's bounds of all or nothing can miss the share itself by a rounding.
            bounds = [[max(line["add_01"] - line["add_01_low"], 0)], [max(line["add_01_high"] - line["add_01"], 0)]]
            axes.errorbar(line["add_01"], at, xerr=bounds, color="#444444", linewidth=0.8, capsize=2)
        axes.set_yticks(range(len(names)), [_WORDS[name] for name in names] if place == 1 else [""] * len(names))
        axes.invert_yaxis()
        axes.set_xlim(0, 1.02)
        axes.set_title(model, fontsize=9)
        axes.set_xlabel("share with ADD below 0.1, 0.05, 0.02 d", fontsize=8)
        axes.grid(axis="x", alpha=0.3)
        axes.tick_params(labelsize=8)
    figure.savefig(file, dpi=110, format="png")


def _table(lines: Sequence[Told]) -> str:
    rows = [_HEAD, "| --- " * 9 + "|"]
    for line in lines:
        if line["case"].startswith("wrong_mesh"):
            continue
        first = f"{line['add_01']:.2f} [{line['add_01_low']:.2f}, {line['add_01_high']:.2f}]"
        turned = f"{line['rot_median_deg']:.2f}° / {line['rot_p90_deg']:.1f}°"
        took = f"{line['cpu_ms_median']:.0f} / {line['cpu_ms_p95']:.0f} ms"
        depth = f"{line['depth_per_focal_median_pct']:.2f} %"
        rows.append(
            _row(*_named(line), line["n"], first, _two(line["add_005"]), _two(line["add_002"]), turned, depth, took)
        )
    return "\n".join(rows)


def _doubt(lines: Sequence[Told]) -> list[str]:
    """How honest the covariance is, how near to the best that could be found, and the foot."""
    columns = ("case", "size", "95 % ellipsoid holds", "within 1 σ", "ADD < 0.1: ours / from the truth")
    rows = [_row(*columns, "in the first four", "foot first"), "| --- " * 7 + "|"]
    for line in lines:
        if "coverage_95" not in line or line["case"].startswith(("wrong", "fov_wrong", "noprior", "lean")):
            continue
        oracle = f"{line['add_01']:.2f} / {line['oracle_add_01']:.2f}" if "oracle_add_01" in line else ""
        top, side = _two(line.get("top4_add_01")), _two(line.get("side_first"))
        rows.append(_row(*_named(line), _two(line["coverage_95"]), _two(line["coverage_1sigma"]), oracle, top, side))
    return ["\n".join(rows)] if len(rows) > 2 else []


def _wrong_mesh(lines: Sequence[Told]) -> list[str]:
    said = []
    for line in lines:
        if not line["case"].startswith("wrong_mesh"):
            continue
        shares = (key for key in line if key.startswith(("auc", "warned")) and not key.endswith(("_low", "_high")))
        told = ", ".join(f"{key} {line[key]:.3f}" for key in shares)
        case, size = _named(line)
        said.append(
            f"- **{case}**, {line['model']}, {size}, n = {line['n']}: rotation {line['rot_median_deg']:.1f}° / "
            f"{line['rot_p90_deg']:.0f}°, IoU {line['iou_median']:.3f}{'; ' + told if told else ''}"
        )
    return ["\n".join(said)] if said else []


def _baselines(lines: Sequence[Told]) -> list[str]:
    if not lines:
        return []
    columns = (
        "from 20° and 10 % off, 640×480",
        "shoe",
        "n",
        "ADD < 0.1",
        "ours",
        "rotation",
        "a look",
        "CPU",
        "times ours",
    )
    rows = [_row(*columns), "| --- " * 9 + "|"]
    for line in lines:
        shares = (_two(line["add_01"]), _two(line.get("ours_add_01")))
        look, ratio = (
            f"{line.get(key, float('nan')):{form}}" for key, form in (("ms_per_look", ".1f"), ("cpu_ratio", ".0f"))
        )
        turned, took = f"{line['rot_median_deg']:.1f}°", f"{line['cpu_ms_median']:.0f} ms"
        rows.append(_row(_named(line)[0], line["model"], line["n"], *shares, turned, f"{look} ms", took, ratio))
    return ["## Other ways on the same cases", "\n".join(rows)]


def _masks(lines: Sequence[Told]) -> list[str]:
    said = []
    for line in lines:
        took = f"{line['cpu_ms_median']:.2f} ms each (95th percentile {line['cpu_ms_p95']:.2f})"
        said.append(
            f"- {line['model']}: {line['identical_views']:.0%} of {line['n']} masks of {line['triangles']:.0f} "
            f"triangles at {_named(line)[1]} are the same, pixel by pixel, as every centre asked one by one; {took}."
        )
    return ["## The silhouette itself", "\n".join(said)] if said else []


def _named(line: Told) -> tuple[str, str]:
    case, size = str(line["case"]), str(line["size"])
    return _WORDS.get(case, case), size.replace("x", "×")


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
