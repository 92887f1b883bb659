"""A whole training set of composites, made by several processes; image k is the same however many there are."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.training.coco_writer import CocoFolderWriter, WrittenImage, write_image
from core.training.compositor import USUAL, Shares, compose
from core.training.ingredients import Ingredients, Stored

Done = Callable[[int], None]

_AHEAD = 4  # tasks a worker has waiting: enough never to be idle, few enough to stop soon
_PER_TASK = 4


@dataclass(frozen=True, slots=True)
class MadeSet:
    """What was made. annotations: the COCO file; is_complete: False when it was stopped before its last image."""

    annotations: Path
    images: int
    sneakers: int
    ignored: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Order:
    """What a set is to be: `count` pictures of (width, height) px, all from one seed."""

    folder: Path
    count: int
    size_px: tuple[int, int] = (512, 512)
    seed: int = 0
    shares: Shares = USUAL


def composite_set(
    stored: Stored, order: Order, *, recipe: Mapping[str, Any], workers: int = 0, done: Done | None = None
) -> MadeSet:
    """Make a set from ingredients in a file; `done` hears how many images there are. workers: 0 is one a core.

    Ctrl+C ends it with the images made until then, which can be read. Raises CocoFolderError when the folder is not
    empty, OSError when it cannot be written.
    """
    workers = workers or os.cpu_count() or 1
    is_complete = True
    with CocoFolderWriter(order.folder, recipe=recipe) as writer:
        try:
            with _made(stored, order, workers) as images:
                for image in images:
                    writer.merge([image])
                    if done is not None:
                        done(writer.counts["images"])
        except KeyboardInterrupt:
            is_complete = False
            _forget(order, writer.counts["images"])
        counts = writer.counts
        file = writer.close(complete=is_complete)
    return MadeSet(file, counts["images"], counts["sneakers"], counts["ignored"], is_complete)


def make_image(ingredients: Ingredients, order: Order, index: int) -> WrittenImage:
    """Make the image of that index, write its JPEG, and give its annotations. Depends on seed and index alone."""
    made = compose(np.random.default_rng([order.seed, index]), ingredients, order.size_px, order.shares)
    return write_image(order.folder, made.pixels, made.instances, name=_name(index), quality=made.quality)


def _name(index: int) -> str:
    return f"composite_{index:06d}.jpg"


@contextmanager
def _made(stored: Stored, order: Order, workers: int) -> Iterator[Iterator[WrittenImage]]:
    """The images of an order, in order; when left early, what is not begun is not made."""
    if workers == 1:
        ingredients = stored.opened()
        yield (make_image(ingredients, order, index) for index in range(order.count))
        return
    # Spawned everywhere, as Windows and macOS do: a fork would copy the locks of threads that are not copied.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(stored, order))
    try:
        yield _in_order(pool, order, waiting=workers * _AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, order: Order, *, waiting: int) -> Iterator[WrittenImage]:
    starts = iter(range(0, order.count, _PER_TASK))
    queue: list[Future[list[WrittenImage]]] = [pool.submit(_make_some, start) for start in islice(starts, waiting)]
    while queue:
        yield from queue.pop(0).result()
        queue += [pool.submit(_make_some, start) for start in islice(starts, 1)]


def _forget(order: Order, count: int) -> None:
    """Take away images that workers wrote and nobody noted: the set then holds what its COCO file lists."""
    for index in range(count, order.count):
        file = order.folder / "images" / _name(index)
        if not file.exists() and index > count + 4096:
            break
        file.unlink(missing_ok=True)


_at_work: list[tuple[Ingredients, Order]] = []  # a worker's own, set once when it begins


def _begin(stored: Stored, order: Order) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears Ctrl+C and ends the others
    cv2.setNumThreads(1)
    _at_work[:] = [(stored.opened(), order)]


def _make_some(start: int) -> list[WrittenImage]:
    ingredients, order = _at_work[0]
    return [make_image(ingredients, order, index) for index in range(start, min(start + _PER_TASK, order.count))]
