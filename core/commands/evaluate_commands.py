"""The command that measures a segmenter against labelled photos."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.commands.console import Answer, CommandError, progress_bar

if TYPE_CHECKING:
    from core.metrics.mask_scores import Figure
    from core.training.evaluate import Evaluation, SneakerFinder, Subset

WORST = 10
THREADS = 2
SIZES_PX = (64, 4096)

MEANING = """\
How each figure is made:
  IoU          median over labelled sneakers of the IoU with the prediction matched to it, one to one, the best
               pair first; a sneaker that was not found counts 0
  Dice         mean over photos of the Dice of the whole foreground (all sneakers united)
  boundary     median over sneakers found (IoU >= 0.5) of the mean two-way distance of the outlines, in px
  recall       share of sneakers found with IoU >= 0.5
  FP/photo     predictions that are no sneaker's at IoU >= 0.5, a photo; photos without a sneaker count here alone
  pairs        share of photos with two sneakers that touch, or nearly (gap below a tenth of the shoe), where each has
               its own prediction at IoU >= 0.5
  even pairs   the same of pairs whose lesser shoe shows at least half as much area as the other
Regions marked iscrowd are taken out of labels and predictions. [ ] is the 95 % bootstrap interval over photos.
"""
_COLUMNS = (
    ("IoU median", "iou_median", "{:.3f}"),
    ("Dice mean", "dice_mean", "{:.3f}"),
    ("boundary px", "boundary_px_median", "{:.2f}"),
    ("recall .5", "recall_05", "{:.3f}"),
    ("FP/photo", "false_positives_per_image", "{:.2f}"),
    ("pairs split", "pairs_split_right", "{:.2f}"),
    ("even pairs", "even_pairs_split_right", "{:.2f}"),
    ("foot right", "side_accuracy", "{:.2f}"),
)


def evaluate(arguments: argparse.Namespace) -> Answer:
    """Segment every labelled photo and say how well, by subset."""
    from core.training.coco_folder import read_coco_folder
    from core.training.evaluate import chosen, evaluation_to_json
    from core.training.evaluate import evaluate as measure

    low, high = SIZES_PX
    if not low <= arguments.size <= high:
        raise CommandError(f"--size {arguments.size} is out of range; give {low} to {high} px.")
    if arguments.threads < 1:
        raise CommandError(f"--threads {arguments.threads} is too few; give at least 1.")
    images = read_coco_folder(Path(arguments.coco), Path(arguments.images) if arguments.images else None)
    if arguments.only:
        images = chosen(images, arguments.only)
    finders = _finders(arguments.net, min(arguments.threads, len(images)), device=arguments.device)
    with progress_bar("Evaluating") as progress:
        result = measure(finders, images, longest_px=arguments.size, refine=not arguments.no_refine, progress=progress)
    name = str(getattr(finders[0], "name", "") or arguments.net)
    settings = {"net": name, "size_px": arguments.size, "refine": not arguments.no_refine, "coco": arguments.coco}
    content: dict[str, Any] = evaluation_to_json(result) | settings
    text = table_of(result)
    if arguments.worst:
        from core.training.worst_pictures import write_worst_pictures

        pictures = write_worst_pictures(result.worst(WORST), Path(arguments.worst))
        content["worst"] = [
            {"file": photo.image.name, "goodness": photo.goodness, "picture": str(picture)}
            for photo, picture in zip(result.worst(WORST), pictures, strict=True)
        ]
        text += f"\nThe {len(pictures)} worst photos are drawn in {arguments.worst}: labels green, predictions magenta."
    return Answer(f"{name}, {arguments.size} px{' with a second look' * settings['refine']}\n{text}", content)


def table_of(result: Evaluation) -> str:
    """The figures as text: a row a subset, each with its interval underneath."""
    subsets = [*result.by_prefix.items(), ("all", result.whole)]
    if len(result.by_prefix) == 1:
        subsets.pop()
    width = max(8, *(len(name) for name, _ in subsets))
    titles = ("photos", "shoes", *(title for title, _, _ in _COLUMNS), "AP", "AP50")
    lines = [_row("subset".ljust(width), titles)]
    for name, subset in subsets:
        lines += _rows(name.ljust(width), subset)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _rows(name: str, subset: Subset) -> list[str]:
    scores, precision = subset.scores, subset.precision
    figures = [(getattr(scores, key), form) for _, key, form in _COLUMNS]
    values = [form.format(figure.value) if figure.n else "-" for figure, form in figures]
    precisions = ["-" if value is None else f"{value:.3f}" for value in (precision.ap, precision.ap50)]
    return [
        _row(name, (str(scores.images), str(scores.n_instances), *values, *precisions)),
        _row(" " * len(name), ("", "", *(_interval(figure, form) for figure, form in figures), "", "")),
    ]


def _row(name: str, cells: Sequence[str]) -> str:
    widths = (6, 6, *[14] * len(_COLUMNS), 6, 6)
    return name + "".join(" " + cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _interval(figure: Figure, form: str) -> str:
    if figure.interval is None:
        return ""
    low, high = (form.format(value) for value in figure.interval)
    return f"[{low}, {high}]"


def _finders(net: str, count: int, *, device: str) -> list[SneakerFinder]:
    """As many copies of the net as there are threads, each on one processor: faster than one net on all of them."""
    from core.vision.segmenter import Segmenter
    from core.vision.threads import use_threads

    finders = [Segmenter.load(net, device=device) for _ in range(count)]
    use_threads(1)
    return list(finders)
