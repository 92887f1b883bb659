"""Photos that are damaged or cut off are named, and whole ones are not even decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.storage import wholeness
from core.storage.image_file import PhotoError, read_info, read_pixels
from core.storage.wholeness import check_whole

KINDS = ["a.jpg", "progressive.jpg", "preview.jpg", "a.png", "a.webp", "a.heic", "a.tif", "a.bmp"]


def picture(folder: Path, name: str) -> Path:
    """A photo with so much in it that every part of the file counts."""
    pillow_heif.register_heif_opener()
    small = Image.fromarray(np.random.default_rng(3).integers(0, 255, (40, 60, 3), dtype=np.uint8))
    path, options = folder / name, {}
    if name == "preview.jpg":
        small.save(path)
        exif = Image.Exif()
        exif[0x010E] = path.read_bytes().decode("latin-1")  # a picture with its own end within the header
        options = {"exif": exif}
    small.resize((240, 160)).save(path, progressive=name == "progressive.jpg", **options)
    return path


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kept", [0.5, 0.9, 0.99])
def test_what_is_cut_off_is_named_with_the_remedy(tmp_path: Path, name: str, kept: float) -> None:
    path = picture(tmp_path, name)
    check_whole(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(PhotoError, match=rf"{name} is (damaged or cut off|not a photo).*(Copy it again|save it as)"):
        check_whole(path)


@pytest.mark.parametrize("name", KINDS[:6])
def test_a_whole_photo_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path = picture(tmp_path, name)
    monkeypatch.setattr(wholeness, "read_pixels", lambda _: pytest.fail("it was decoded"))
    check_whole(path)
    if name.endswith(".jpg"):
        path.write_bytes(path.read_bytes() + bytes(2000))  # telephones append a film or a second picture
        check_whole(path)


def test_a_download_filled_up_with_zeros_is_cut_off(tmp_path: Path) -> None:
    path = picture(tmp_path, "a.jpg")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2].ljust(len(whole), b"\0"))
    assert read_info(path).size_px == (240, 160)
    with pytest.raises(PhotoError, match="cut off"):
        check_whole(path)


def test_a_png_with_a_wrong_byte_is_damaged(tmp_path: Path) -> None:
    path = picture(tmp_path, "a.png")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(PhotoError, match="damaged"):
        check_whole(path)


def test_every_pixel_counts_not_every_byte(tmp_path: Path) -> None:
    path = picture(tmp_path, "a.png")
    path.write_bytes(path.read_bytes()[:-12])  # without the mark of its end, which nobody needs
    assert read_pixels(path).shape == (160, 240, 3)
    check_whole(path)


BROKEN: dict[str, Callable[[], bytes]] = {
    "no.jpg": lambda: b"\xff\xd8" + b"\xff" * 300,
    "loop.jpg": lambda: b"\xff\xd8\xff\xe0\x00\x00" * 50,
    "short.png": lambda: b"\x89PNG\r\n\x1a\n\x00",
    "box.heic": lambda: b"\x00\x00\x00\x08ftyp" + bytes(16),
    "empty.jpg": lambda: b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_any_junk_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BROKEN[name]())
    with pytest.raises(PhotoError, match=name):
        check_whole(tmp_path / name)
    with pytest.raises(PhotoError, match="is not there"):
        check_whole(tmp_path / "gone.jpg")
