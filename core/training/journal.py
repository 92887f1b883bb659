"""The record of a training: a table with a row for each epoch, and its curves."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

COLUMNS = (
    "epoch", "step", "minutes", "rate", "loss", "dice", "cross_entropy", "centre", "offset", "side",
    "val_loss", "val_dice", "val_iou",
)  # fmt: skip
_CURVES = (
    ("loss", "val_loss"),
    ("val_dice", "val_iou"),
    ("rate",),
    ("dice", "cross_entropy", "centre", "offset", "side"),
)


class Journal:
    """A CSV file with a row for each epoch; rows of epochs that are taught again are replaced."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def rows(self) -> tuple[dict[str, float], ...]:
        """What is written so far, in order; columns without a value are left out. A damaged last row is left out."""
        if not self.file.is_file():
            return ()
        with self.file.open(newline="", encoding="utf-8") as lines:
            return tuple(row for row in map(_numbers, csv.DictReader(lines)) if "epoch" in row)

    def add(self, row: Mapping[str, float]) -> None:
        """Write one more row; what was written for that epoch or later ones goes."""
        kept = [one for one in self.rows() if one["epoch"] < row["epoch"]]
        draft = self.file.with_name(self.file.name + ".part")
        with draft.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows({name: f"{value:.7g}" for name, value in one.items()} for one in [*kept, row])
        draft.replace(self.file)

    def draw_curves(self, file: Path) -> None:
        """A picture of all columns over the epochs."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        rows = self.rows()
        figure = Figure(figsize=(11, 7))
        figure.subplots_adjust(left=0.06, right=0.98, bottom=0.07, top=0.98, hspace=0.2, wspace=0.14)
        FigureCanvasAgg(figure)
        for place, names in enumerate(_CURVES, 1):
            axes = figure.add_subplot(2, 2, place)
            for name in names:
                points = [(row["epoch"], row[name]) for row in rows if name in row]
                if points:
                    axes.plot(*zip(*points, strict=True), label=name, marker="." if len(points) < 40 else "")
            axes.set_xlabel("epoch")
            axes.grid(alpha=0.3)
            if axes.lines:
                axes.legend()
        figure.savefig(file, dpi=90)


def _numbers(row: Mapping[str, str | None]) -> dict[str, float]:
    numbers = {}
    for name in COLUMNS:
        try:
            numbers[name] = float(row.get(name) or "")
        except ValueError:
            continue
    return numbers
