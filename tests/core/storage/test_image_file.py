"""Photos as cameras, telephones and scanners write them, and files that only look like photos."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from core.geometry.camera import CameraSource
from core.storage import image_file
from core.storage.image_file import (
    PHOTO_SUFFIXES,
    PhotoError,
    photo_from_file,
    read_info,
    read_pixels,
    resolve_photo_path,
    sha256_of,
    stored_photo_path,
    thumbnail,
)

WIDTH, HEIGHT = 96, 64

# From an upright picture to how a camera stores it under each EXIF orientation (rows, columns of the stored array).
STORED: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda up: up,
    2: lambda up: up[:, ::-1],
    3: lambda up: up[::-1, ::-1],
    4: lambda up: up[::-1],
    5: lambda up: up.transpose(1, 0, 2),
    6: lambda up: up.transpose(1, 0, 2)[::-1],
    7: lambda up: up.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda up: up.transpose(1, 0, 2)[:, ::-1],
}


def upright() -> np.ndarray:
    """Four quarters of different colours, so that no turn or flip looks like another."""
    picture = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    picture[:32, :48], picture[:32, 48:], picture[32:, :48] = (230, 30, 30), (30, 230, 30), (30, 30, 230)
    return picture


def exif_with(orientation: int | None = None, focal_35mm: float | None = None) -> Image.Exif:
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    if focal_35mm is not None:
        exif.get_ifd(0x8769)[0xA405] = focal_35mm
    return exif


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, **options)  # type: ignore[arg-type]
    return path


def assert_upright(pixels: np.ndarray, tolerance: int = 40) -> None:
    assert pixels.shape == (HEIGHT, WIDTH, 3) and pixels.dtype == np.uint8
    for y, x in ((16, 24), (16, 72), (48, 24), (48, 72)):
        assert np.abs(pixels[y, x].astype(int) - upright()[y, x]).max() <= tolerance


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_every_orientation_is_turned_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    options = {".jpg": {"quality": 95, "subsampling": 0}, ".webp": {"lossless": True}}.get(suffix, {})
    path = save(tmp_path / f"a{suffix}", STORED[orientation](upright()), exif=exif_with(orientation), **options)
    info = read_info(path)
    assert info.size_px == (WIDTH, HEIGHT) and info.orientation == orientation
    assert_upright(read_pixels(path))
    small = thumbnail(path, 48)
    assert small.shape == (32, 48, 3)
    assert np.abs(small[8, 12].astype(int) - (230, 30, 30)).max() < 60


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("name", ["a.heic", "a.jpg"])
def test_heic_is_read_by_its_content_and_turned_upright(tmp_path: Path, orientation: int, name: str) -> None:
    pillow_heif.register_heif_opener()
    path = tmp_path / name
    # As bytes, the orientation is also written as HEIC's own rotation, which is what counts there.
    exif = exif_with(orientation).tobytes()
    save(path, STORED[orientation](upright()), format="HEIF", quality=95, exif=exif)
    assert (b"irot" in path.read_bytes()) == (orientation != 1)
    assert read_info(path).size_px == (WIDTH, HEIGHT) and read_info(path).format == "HEIF"
    assert_upright(read_pixels(path))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp"])
def test_formats_without_exif(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == ".webp" else {}
    path = save(tmp_path / f"a{suffix}", upright(), **options)
    assert read_info(path).size_px == (WIDTH, HEIGHT)
    assert (read_info(path).orientation, read_info(path).focal_35mm) == (1, None)
    assert_upright(read_pixels(path))
    assert suffix in PHOTO_SUFFIXES


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(tmp_path: Path, orientation: int) -> None:
    path = save(tmp_path / "a.jpg", upright(), exif=exif_with(orientation), quality=95)
    assert read_info(path).orientation == 1
    assert_upright(read_pixels(path))


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    grey = np.full((HEIGHT, WIDTH), 200, dtype=np.uint8)
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 256 + 99)
    elif mode == "I":
        image = Image.fromarray(grey.astype(np.int32))
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        image = Image.fromarray(grey).convert("RGB").convert(mode)
    path = tmp_path / ("a.png" if mode in ("L", "1", "P", "RGBA", "LA", "I;16") else "a.tif")
    image.save(path)
    pixels = read_pixels(path)
    assert pixels.shape == (HEIGHT, WIDTH, 3) and pixels.dtype == np.uint8
    assert abs(float(pixels.mean()) - 200) < (60 if mode == "1" else 3)
    assert thumbnail(path, 16).shape == (11, 16, 3)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_give_their_upper_byte(tmp_path: Path, suffix: str, channels: int) -> None:
    deep = np.full((HEIGHT, WIDTH, channels), 0x80FF, dtype=np.uint16)
    deep[:, :, 3:] = 0xFFFF
    cv2.imwrite(str(tmp_path / f"a{suffix}"), deep.squeeze())
    assert np.abs(read_pixels(tmp_path / f"a{suffix}").astype(int) - 0x80).max() <= 1


def test_sixteen_bits_that_are_dark_stay_dark(tmp_path: Path) -> None:
    Image.fromarray(np.full((HEIGHT, WIDTH), 200, dtype=np.uint16)).save(tmp_path / "a.png")
    assert read_pixels(tmp_path / "a.png").max() == 0


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), dtype=np.uint8)
    pixels[:, 48:] = (10, 20, 30, 255)
    seen = read_pixels(save(tmp_path / "a.png", pixels))
    assert tuple(seen[0, 0]) == (255, 255, 255) and tuple(seen[0, 60]) == (10, 20, 30)


def test_pixels_are_scaled_down_never_up(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", np.tile(upright(), (10, 10, 1)))
    assert read_pixels(path, max_side_px=200).shape == (133, 200, 3)
    assert read_pixels(path, max_side_px=5000).shape == (640, 960, 3)
    assert read_pixels(path).flags.writeable


def test_the_camera_comes_from_exif(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", STORED[6](upright()), exif=exif_with(6, 26))
    assert read_info(path).focal_35mm == 26
    photo = photo_from_file(path, project_folder=tmp_path, position=7)
    assert photo.camera.source is CameraSource.EXIF and photo.camera.fx_px == pytest.approx(26 / 36 * 96)
    assert (photo.size_px, photo.camera.width_px, photo.camera.height_px) == ((96, 64), 96, 64)
    assert (photo.file, photo.position, photo.orientation) == ("a.jpg", 7, 6)
    assert photo.sha256 == sha256_of(path) and len(photo.sha256) == 64 and not photo.instances


@pytest.mark.parametrize(
    ("make", "model", "name"),
    [
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("Canon", "Canon EOS R6", "Canon EOS R6"),
        (None, "X100", "X100"),
        ("Acme\0", None, "Acme"),
        (None, None, ""),
    ],
)
def test_the_camera_is_named_once(tmp_path: Path, make: str | None, model: str | None, name: str) -> None:
    exif = exif_with(1)
    for tag, value in ((0x010F, make), (0x0110, model)):
        if value is not None:
            exif[tag] = value
    assert read_info(save(tmp_path / "a.jpg", upright(), exif=exif)).camera_name == name


@pytest.mark.parametrize("focal", [None, 0])
def test_without_a_focal_length_the_camera_is_a_guess(tmp_path: Path, focal: int | None) -> None:
    path = save(tmp_path / "a.jpg", upright(), exif=exif_with(1, focal))
    photo = photo_from_file(path, project_folder=tmp_path, position=0)
    assert photo.camera.source is CameraSource.GUESS and photo.camera.vertical_fov_deg == pytest.approx(60)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_block_is_as_good_as_none(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(upright()).save(buffer, "JPEG", quality=95, exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff broken")
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue())
    assert read_info(tmp_path / "a.jpg").orientation == 1
    assert_upright(read_pixels(tmp_path / "a.jpg"))


def test_a_header_is_read_without_the_pixels(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", upright())
    path.write_bytes(path.read_bytes()[:700])
    assert read_info(path).size_px == (WIDTH, HEIGHT)


JUNK: dict[str, tuple[bytes | None, str]] = {
    "missing.jpg": (None, "is not there"),
    "empty.jpg": (b"", "is empty"),
    "text.jpg": (b"this is a shopping list", "not a photo"),
    "text.heic": (b"this is a shopping list", "not a photo"),
    "odd.heic": (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "not a photo|damaged"),
    "odd.png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "not a photo|damaged"),
    "odd.tif": (b"II*\x00" + b"\x00" * 40, "not a photo|damaged"),
    "odd.webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\x00" * 40, "not a photo|damaged"),
}


@pytest.mark.parametrize("name", JUNK)
def test_what_is_no_photo_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    contents, sentence = JUNK[name]
    if contents is not None:
        (tmp_path / name).write_bytes(contents)
    for read in (read_info, read_pixels, lambda path: photo_from_file(path, project_folder=tmp_path, position=0)):
        with pytest.raises(PhotoError, match=sentence) as caught:
            read(tmp_path / name)
        assert name in str(caught.value)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_photo_that_is_cut_off_is_refused(tmp_path: Path, suffix: str, kept: float) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    path = save(tmp_path / f"a{suffix}", noise)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(PhotoError, match=r"cut off|not a photo"):
        read_pixels(path)


def test_a_folder_and_a_giant_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PhotoError, match="cannot be opened"):
        read_info(tmp_path)
    path = save(tmp_path / "a.png", upright())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PhotoError, match="too large"):
        read_info(path)


def test_paths_are_stored_relative_where_there_is_something_in_common(tmp_path: Path) -> None:
    project, photos = tmp_path / "project", tmp_path / "photos" / "a b"
    project.mkdir()
    photos.mkdir(parents=True)
    assert stored_photo_path(project, project / "x.jpg") == "x.jpg"
    assert stored_photo_path(project, photos / "x é.jpg") == "../photos/a b/x é.jpg"
    assert resolve_photo_path(project, "../photos/a b/x é.jpg").resolve() == (photos / "x é.jpg").resolve()
    elsewhere = Path(Path.cwd().anchor) / "nowhere" / "x.jpg"
    assert stored_photo_path(project, elsewhere) == elsewhere.as_posix()
    assert resolve_photo_path(project, elsewhere.as_posix()) == elsewhere
    assert resolve_photo_path(project, "D:/photos/x.jpg") == Path("D:/photos/x.jpg")


@pytest.mark.skipif(image_file.os.name != "posix", reason="file names are text on this system")
def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="rename the file"):
        stored_photo_path(tmp_path, tmp_path / "shoe\udcff.jpg")


def test_sample_photos_open(shared_data: Path) -> None:
    paths = sorted((shared_data / "photos" / "images").glob("*.jpg"))[:3]
    for path in paths:
        info = read_info(path)
        assert read_pixels(path).shape[1::-1] == info.size_px
