"""Cut-outs: taken from labelled photos without their background's colour, and from pictures with alpha."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from composite_builders import shoe_alpha, write_alpha, write_background, write_labelled
from PIL import Image

from core.labels.instance import Side
from core.training.coco_folder import read_coco_folder
from core.training.cutout import LONGEST_PX, CutoutError, cutout_from_alpha_file, cutouts_of


def test_a_labelled_sneaker_is_cut_out_whole(tmp_path: Path) -> None:
    image, _ = read_coco_folder(write_labelled(tmp_path / "set"))
    (cutout,) = cutouts_of(image, upright=True)
    assert (cutout.alpha > 0).sum() == (shoe_alpha() > 0).sum()
    assert cutout.side is Side.LEFT and cutout.upright and cutout.source == str(image.file)


def test_its_rim_has_lost_the_background(tmp_path: Path) -> None:
    image, _ = read_coco_folder(write_labelled(tmp_path / "set"))
    (cutout,) = cutouts_of(image)
    # The photo is green; the shoe is red and white, and so is now all that lies round it.
    green = cutout.pixels[..., 1].astype(int) - cutout.pixels[..., 0]
    assert green.max() < 30


def test_an_alpha_picture_is_cropped_to_what_it_shows(tmp_path: Path) -> None:
    cutout = cutout_from_alpha_file(write_alpha(tmp_path / "001_left.png"))
    assert cutout.side is Side.LEFT
    assert (cutout.alpha > 0).sum() == (shoe_alpha() > 0).sum()
    assert cutout.alpha.shape[1] < 115


def test_a_large_one_is_scaled_down(tmp_path: Path) -> None:
    picture = np.zeros((900, 1200, 4), dtype=np.uint8)
    picture[100:700, 100:1100] = (200, 100, 50, 255)
    Image.fromarray(picture).save(tmp_path / "a.png")
    cutout = cutout_from_alpha_file(tmp_path / "a.png")
    assert cutout.long_side_px == LONGEST_PX
    # No darkening towards the transparent, black surroundings.
    assert np.abs(cutout.pixels[cutout.alpha > 10].astype(int) - (200, 100, 50)).max() <= 2


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda file: file.write_bytes(b"no picture"), "not a picture"),
        (lambda file: file.write_bytes(b""), "not a picture"),
        (lambda file: write_background(file), "no transparency"),
        (lambda file: Image.fromarray(np.zeros((50, 50, 4), dtype=np.uint8)).save(file), "shows nothing"),
        (lambda file: None, "cannot be opened"),
    ],
)
def test_what_gives_none_is_named(tmp_path: Path, make: object, words: str) -> None:
    make(tmp_path / "x.png")  # type: ignore[operator]
    with pytest.raises(CutoutError, match=words) as error:
        cutout_from_alpha_file(tmp_path / "x.png")
    assert "x.png" in str(error.value)
