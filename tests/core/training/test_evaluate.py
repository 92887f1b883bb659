"""A segmenter measured over labelled photos: stand-ins that know the truth, err by a known amount, or see ghosts."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from core.commands.evaluate_commands import table_of
from core.geometry.region import Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Side
from core.training.coco_folder import LabelledImage, LabelledSneaker, TrainingDataError, runs_of_mask
from core.training.evaluate import chosen, evaluate, evaluation_to_json, prefix_of
from core.training.worst_pictures import write_worst_pictures

WIDTH, HEIGHT = 96, 64
GROUND, SHOE = 200, (40, 90)


@dataclass(frozen=True)
class Guess:
    region: Region
    score: float = 0.9
    side: Side = Side.RIGHT


class Reader:
    """Finds the dark blocks that `photo` paints, each a level of grey; `grown_px` too large, with ghosts besides."""

    def __init__(self, *, grown_px: int = 0, ghosts: int = 0) -> None:
        self._grown_px = grown_px
        self._ghosts = ghosts
        self.threads: set[int] = set()

    def segment(self, pixels_rgb: np.ndarray, *, longest_px: int, refine: bool) -> Sequence[Guess]:
        self.threads.add(threading.get_ident())
        assert longest_px == 128 and refine is False
        masks = [pixels_rgb[:, :, 0] == level for level in SHOE]
        masks = [mask for mask in masks if mask.any()]
        if self._grown_px:
            masks = [binary_dilation(mask, iterations=self._grown_px) for mask in masks]
        ghosts = [Region.from_box(2 + 6 * n, 2, x1_px=6 + 6 * n, y1_px=6) for n in range(self._ghosts)]
        return [Guess(region_from_mask(mask)) for mask in masks] + [Guess(ghost, 0.6) for ghost in ghosts]


def photo(folder: Path, name: str, *, shoes: int) -> LabelledImage:
    pixels = np.full((HEIGHT, WIDTH, 3), GROUND, dtype=np.uint8)
    sneakers = []
    for number in range(shoes):
        mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
        mask[20:50, 8 + 40 * number : 46 + 40 * number] = True
        pixels[mask] = SHOE[number]
        x0 = 8.0 + 40 * number
        sneakers.append(LabelledSneaker(runs_of_mask(mask), (x0, 20.0, x0 + 38, 50.0), Side.RIGHT))
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(file)
    return LabelledImage(file, name, (WIDTH, HEIGHT), tuple(sneakers), ())


@pytest.fixture
def photos(tmp_path: Path) -> tuple[LabelledImage, ...]:
    names = {"images/street_a.png": 2, "images/street_b.png": 1, "images/rm_a.png": 1, "images/bg_a.png": 0}
    return tuple(photo(tmp_path, name, shoes=shoes) for name, shoes in names.items())


def test_the_truth_given_back_scores_one(photos: tuple[LabelledImage, ...]) -> None:
    told: list[float] = []
    result = evaluate([Reader()], photos, longest_px=128, refine=False, progress=lambda share, _: told.append(share))
    content = evaluation_to_json(result)
    assert content["images"] == 4 and content["n_instances"] == 4
    for name in ("iou_median", "dice_mean", "recall_05", "ap", "ap50", "pixel_accuracy", "pairs_split_right"):
        assert content[name] == pytest.approx(1.0), name
    assert content["boundary_px_median"] == pytest.approx(0.0, abs=1e-9)
    assert content["false_positives_per_image"] == 0
    assert content["pairs"] == 1 and content["side_accuracy"] == 1.0
    assert list(content["by_prefix"]) == ["bg", "rm", "street"]
    assert content["by_prefix"]["street"]["images"] == 2
    assert content["by_prefix"]["bg"]["iou_median"] is None and content["by_prefix"]["bg"]["ap"] is None
    assert told[-1] == 1.0 and len(told) == 4
    json.dumps(content, allow_nan=False)


def test_errors_show_in_the_figures_that_are_theirs(photos: tuple[LabelledImage, ...]) -> None:
    result = evaluate([Reader(grown_px=2, ghosts=3)], photos, longest_px=128, refine=False)
    rm = result.by_prefix["rm"].scores
    grown = 38 * 30 + 2 * 2 * (38 + 30) + 4  # a diamond leaves one pixel at each corner
    assert rm.iou_median.value == pytest.approx(38 * 30 / grown, abs=0.003)
    assert rm.boundary_px_median.value == pytest.approx(2.0, abs=0.15)
    assert rm.false_positives_per_image.value == 3.0
    assert result.by_prefix["bg"].scores.false_positives_per_image.value == 3.0
    assert result.whole.precision.ap is not None and result.whole.precision.ap < 0.9


def test_every_finder_works_on_its_own_thread(photos: tuple[LabelledImage, ...]) -> None:
    finders = [Reader(), Reader()]
    result = evaluate(finders, photos * 6, longest_px=128, refine=False)
    assert [one.image.name for one in result.photos] == [image.name for image in photos * 6]
    assert len(finders[0].threads | finders[1].threads) <= 2


def test_a_failure_ends_the_run(photos: tuple[LabelledImage, ...]) -> None:
    photos[1].file.write_bytes(b"")
    with pytest.raises(TrainingDataError, match="street_b"):
        evaluate([Reader(), Reader()], photos, longest_px=128, refine=False)
    with pytest.raises(TrainingDataError, match="no photo"):
        evaluate([Reader()], (), longest_px=128, refine=False)


def test_a_glob_chooses_by_name_or_base_name(photos: tuple[LabelledImage, ...]) -> None:
    assert [image.name for image in chosen(photos, "street_*")] == ["images/street_a.png", "images/street_b.png"]
    assert len(chosen(photos, "images/*_a.png")) == 3
    with pytest.raises(TrainingDataError, match="--only takes a glob"):
        chosen(photos, "tabletop_*")


def test_the_prefix_is_of_the_base_name() -> None:
    assert prefix_of("images/street_0004.jpg") == "street"
    assert prefix_of("some_folder\\rm_top_IMG.jpg") == "rm"
    assert prefix_of("plain.png") == "plain"


def test_the_table_has_a_row_and_intervals_for_each_prefix(photos: tuple[LabelledImage, ...]) -> None:
    table = table_of(evaluate([Reader()], photos, longest_px=128, refine=False)).splitlines()
    # One photo tells nothing of how photos differ, so bg and rm have no intervals.
    assert [line.split()[0] for line in table[1:4]] == ["bg", "rm", "street"]
    assert table[3].split()[1:4] == ["2", "3", "1.000"]
    assert "[1.000, 1.000]" in table[4]
    assert table[5].split()[:4] == ["all", "4", "4", "1.000"]
    alone = table_of(evaluate([Reader()], photos[2:3], longest_px=128, refine=False)).splitlines()
    assert len(alone) == 2 and "[" not in alone[1]


def test_the_worst_come_first_and_are_drawn(photos: tuple[LabelledImage, ...], tmp_path: Path) -> None:
    class Blind(Reader):
        def segment(self, pixels_rgb: np.ndarray, *, longest_px: int, refine: bool) -> Sequence[Guess]:
            found = super().segment(pixels_rgb, longest_px=longest_px, refine=refine)
            return found[:1]

    result = evaluate([Blind()], photos, longest_px=128, refine=False)
    worst = result.worst(2)
    assert worst[0].image.name == "images/street_a.png" and worst[0].goodness == pytest.approx(0.5)
    files = write_worst_pictures(worst, tmp_path / "worst")
    assert files[0].name == "01_street_a.jpg"
    with Image.open(files[0]) as picture:
        colours = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    green = (colours[:, 1] > 200) & (colours[:, 0] < 120)
    magenta = (colours[:, 0] > 200) & (colours[:, 1] < 120)
    assert green.sum() > 100 and magenta.sum() > 100
