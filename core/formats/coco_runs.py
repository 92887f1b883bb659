"""Run lengths of COCO files, checked before pycocotools sees them: it reads and writes past its buffer otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def coded_runs(value: Mapping[str, Any], size_px: tuple[int, int]) -> Any:
    """pycocotools' own runs of a `segmentation` with size and counts, compressed (a text) or not (a list).

    size_px: (width, height) of the image. Raises ValueError with a reason when they are not the image's.
    """
    from pycocotools import mask as coco_mask

    counts, size = value.get("counts"), value.get("size")
    width, height = size_px
    if size != [height, width]:
        raise ValueError(f"its size is {size}, and [height, width] of the image is [{height}, {width}]")
    if isinstance(counts, list):
        if not all(isinstance(count, int) and count >= 0 for count in counts) or sum(counts) != width * height:
            raise ValueError(f"the run lengths do not add up to the image's {width * height} px")
        return coco_mask.frPyObjects({"size": size, "counts": counts}, height, width)
    if not isinstance(counts, str):
        raise ValueError("run lengths need counts")
    if _length_of(counts) != width * height:
        raise ValueError(f"the run lengths do not add up to the image's {width * height} px")
    return {"size": size, "counts": counts.encode("ascii")}


def _length_of(counts: str) -> int:
    """How many pixels compressed runs cover."""
    lengths: list[int] = []
    value = shift = 0
    for letter in counts:
        code = ord(letter) - 48
        if not 0 <= code < 64:
            raise ValueError("counts holds letters that no run length has")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        # From the fourth on, a run is the difference to the one before the last.
        lengths.append(value + lengths[-2] if len(lengths) > 2 else value)
        value = shift = 0
    if shift or any(length < 0 for length in lengths):
        raise ValueError("counts is cut off or damaged")
    return sum(lengths)
