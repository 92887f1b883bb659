"""COCO average precision of masks, as pycocotools computes it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

Runs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RatedPhoto:
    """A photo for the average precision: compressed COCO runs {"size": [H, W], "counts": str} of one size each.

    truths: labelled; ignored: crowd regions, where predictions are neither right nor wrong; founds: with their scores.
    """

    size_px: tuple[int, int]
    truths: tuple[Runs, ...]
    ignored: tuple[Runs, ...]
    founds: tuple[tuple[Runs, float], ...]


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """ap: mean over IoU 0.50 to 0.95; ap50: at IoU 0.5. None where no sneaker is labelled."""

    ap: float | None
    ap50: float | None


def mask_average_precision(photos: Sequence[RatedPhoto]) -> AveragePrecision:
    """AP and AP50 of one category over the photos, at most 100 predictions a photo."""
    if not any(photo.truths for photo in photos):
        return AveragePrecision(None, None)
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    # It prints as it goes; the figures are told elsewhere.
    with redirect_stdout(io.StringIO()):
        labelled, found = COCO(), COCO()
        images = [
            {"id": number, "width": photo.size_px[0], "height": photo.size_px[1]}
            for number, photo in enumerate(photos, 1)
        ]
        labelled.dataset = {"images": images, "categories": [{"id": 1}], "annotations": _labels(photos)}
        labelled.createIndex()
        found.dataset = {"images": images, "categories": [{"id": 1}], "annotations": _predictions(photos)}
        found.createIndex()
        rating = COCOeval(labelled, found, "segm")
        rating.evaluate()
        rating.accumulate()
        rating.summarize()
    return AveragePrecision(float(rating.stats[0]), float(rating.stats[1]))


def _labels(photos: Sequence[RatedPhoto]) -> list[dict[str, Any]]:
    every = (
        (number, runs, crowd)
        for number, photo in enumerate(photos, 1)
        for crowd, group in ((0, photo.truths), (1, photo.ignored))
        for runs in group
    )
    return [_annotation(index, number, runs, iscrowd=crowd) for index, (number, runs, crowd) in enumerate(every, 1)]


def _predictions(photos: Sequence[RatedPhoto]) -> list[dict[str, Any]]:
    every = ((number, runs, score) for number, photo in enumerate(photos, 1) for runs, score in photo.founds)
    return [
        _annotation(index, number, runs, iscrowd=0) | {"score": score}
        for index, (number, runs, score) in enumerate(every, 1)
    ]


def _annotation(index: int, image: int, runs: Runs, *, iscrowd: int) -> dict[str, Any]:
    from pycocotools import mask as coco_mask

    coded = {"size": runs["size"], "counts": runs["counts"].encode("ascii")}
    return {
        "id": index,
        "image_id": image,
        "category_id": 1,
        "segmentation": coded,
        "area": float(coco_mask.area(coded)),
        "bbox": [float(side) for side in coco_mask.toBbox(coded)],
        "iscrowd": iscrowd,
    }
