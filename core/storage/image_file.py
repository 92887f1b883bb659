"""Photos on the disk: their size, EXIF and pixels, always as they are looked at (EXIF orientation applied).

Pillow decodes; a file is never written.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from core.labels.instance import new_id
from core.labels.photo import Photo, camera_from_focal_35mm, guessed_camera

Pixels = NDArray[np.uint8]

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif", ".bmp")

_ORIENTATION, _EXIF_IFD, _FOCAL_35MM = 0x0112, 0x8769, 0xA405
_MAKE, _MODEL = 0x010F, 0x0110
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow and its plugins raise for a file that is broken inside, beside OSError.
_BROKEN = (SyntaxError, ValueError, EOFError, RuntimeError, IndexError, KeyError, TypeError, struct.error)


class PhotoError(Exception):
    """A photo cannot be read; the sentence names the file and what to do."""


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """What a photo's header says. size_px: (width, height), oriented. orientation: EXIF 1..8.

    focal_35mm: focal length in mm on 36 x 24 mm film, or None. format: Pillow's name, "JPEG". camera_name: make and
    model, "" when the file does not name them.
    """

    size_px: tuple[int, int]
    orientation: int
    focal_35mm: float | None
    format: str
    camera_name: str = ""


def read_info(path: Path | str) -> PhotoInfo:
    """A photo's header; reads a few kilobytes. Raises PhotoError."""
    path = Path(path)
    with _opened(path) as image:
        exif = _exif_of(image)
        orientation = _orientation_in(exif)
        size = image.size
        if image.format == "TIFF":
            # Whether Pillow gives a TIFF's size upright or as stored depends on its version; the tags are as stored.
            tags = image.tag_v2  # type: ignore[attr-defined]
            size = (int(tags[_TIFF_WIDTH]), int(tags[_TIFF_HEIGHT]))
        if orientation >= 5:
            size = (size[1], size[0])
        return PhotoInfo(size, orientation, _focal_35mm_in(exif), image.format or "", _camera_name_in(exif))


def read_pixels(path: Path | str, *, max_side_px: int | None = None) -> Pixels:
    """A photo as (H, W, 3) uint8 RGB, upright; scaled down so that no side exceeds `max_side_px`, if given.

    16-bit channels give their upper byte; what is transparent is laid over white. Raises PhotoError.
    """
    path = Path(path)
    with _opened(path) as image:
        if max_side_px is not None:
            image.draft("RGB", (max_side_px, max_side_px))  # a JPEG is then decoded at 1/2, 1/4 or 1/8
        image.load()
        # Asked after loading, for Pillow turns a TIFF by itself then.
        orientation = _orientation_in(_exif_of(image))
        rgb = _rgb(image)
        if max_side_px is not None:
            rgb.thumbnail((max_side_px, max_side_px), Image.Resampling.BILINEAR, reducing_gap=2.0)
        if orientation in _UPRIGHT:
            rgb = rgb.transpose(_UPRIGHT[orientation])
        return np.array(rgb)


def thumbnail(path: Path | str, side_px: int) -> Pixels:
    """A small (h, w, 3) uint8 RGB picture of a photo, its longer side at most `side_px`. Raises PhotoError."""
    return read_pixels(path, max_side_px=side_px)


def sha256_of(path: Path | str) -> str:
    """Hex digest of a file's bytes. Raises PhotoError."""
    path = Path(path)
    with _sentences(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def photo_from_file(path: Path | str, *, project_folder: Path | str, position: int) -> Photo:
    """A new Photo of an image file, with the camera its EXIF tells of or a guessed one. Raises PhotoError."""
    path = Path(path)
    info = read_info(path)
    width, height = info.size_px
    if info.focal_35mm is None:
        camera = guessed_camera(width, height)
    else:
        camera = camera_from_focal_35mm(info.focal_35mm, width, height_px=height)
    return Photo(
        id=new_id(),
        file=stored_photo_path(project_folder, path),
        size_px=info.size_px,
        camera=camera,
        sha256=sha256_of(path),
        orientation=info.orientation,
        position=position,
    )


def stored_photo_path(project_folder: Path | str, path: Path | str) -> str:
    """How a project names a photo's file: relative to its folder where the two share one, with forward slashes."""
    target, folder = Path(path).resolve(), Path(project_folder).resolve()
    try:
        shared = Path(os.path.commonpath([target, folder]))
    except ValueError:  # two drives of Windows
        shared = Path(target.anchor)
    # With nothing but the root in common, one of the two may move without the other.
    apart = shared == Path(target.anchor) and folder != shared
    text = (target if apart else Path(os.path.relpath(target, folder))).as_posix()
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode(errors="replace")
        raise PhotoError(f"The name of {shown} is not valid text (UTF-8); rename the file and add it again.") from None
    return text


def resolve_photo_path(project_folder: Path | str, file: str) -> Path:
    """Where a Photo's `file` lies on this computer."""
    if PureWindowsPath(file).drive:  # absolute on Windows; elsewhere it names nothing, and the sentence shows it whole
        return Path(file)
    return Path(project_folder) / file


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile.ImageFile]:
    with _sentences(path):
        with path.open("rb") as file:
            head = file.read(12)
        if not head:
            raise PhotoError(f"{path} is empty (0 bytes). Copy it again from where it came.")
        if head[4:8] == b"ftyp":
            # Looked for by content: telephones send HEIC under the name .jpg. Loaded with the first such photo.
            from pillow_heif import register_heif_opener

            register_heif_opener()
        with Image.open(path) as image:
            yield image


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except PhotoError:
        raise
    except FileNotFoundError as error:
        raise PhotoError(
            f"{path} is not there. Was it moved or renamed? Put it back, or remove the photo from the project."
        ) from error
    except UnidentifiedImageError as error:
        known = ", ".join(suffix[1:].upper() for suffix in (".jpg", ".png", ".tiff", ".webp", ".heic", ".bmp"))
        raise PhotoError(
            f"{path} is not a photo this program can read, whatever its name says; it knows {known}. "
            "Open it in a picture viewer and save it as one of these."
        ) from error
    except Image.DecompressionBombError as error:
        raise PhotoError(f"{path} is too large to open ({error}). Scale it down first.") from error
    except (MemoryError, OSError, *_BROKEN) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise PhotoError(
                f"{path} cannot be opened: {error.strerror}. Check its permissions and its disk."
            ) from error
        why = " ".join(str(error).split())  # a library's own text may run over several lines
        raise PhotoError(
            f"{path} is damaged or cut off ({why}). Copy it again from where it came, or remove it from the project."
        ) from error


def _exif_of(image: Image.Image) -> Image.Exif:
    try:
        return image.getexif()
    except (OSError, *_BROKEN):
        return Image.Exif()  # a broken EXIF block is as good as none; the pixels may be whole


def _orientation_in(exif: Image.Exif) -> int:
    orientation = exif.get(_ORIENTATION)
    return orientation if orientation in _UPRIGHT else 1


def _focal_35mm_in(exif: Image.Exif) -> float | None:
    try:
        focal = float(exif.get_ifd(_EXIF_IFD)[_FOCAL_35MM])
    except (OSError, ZeroDivisionError, *_BROKEN):
        return None
    return focal if np.isfinite(focal) and focal > 0 else None


def _camera_name_in(exif: Image.Exif) -> str:
    """ "Apple iPhone 12": the make once, though many models begin with it."""
    make, model = (str(exif.get(tag) or "").strip("\0 ") for tag in (_MAKE, _MODEL))
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(_bytes_from_deep_grey(np.asarray(image))).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _bytes_from_deep_grey(values: NDArray[np.generic]) -> Pixels:
    """(H, W) grey of 16 or 32 bits, or floats of 0..1 or 0..255, as bytes."""
    if np.issubdtype(values.dtype, np.floating):
        finite = np.nan_to_num(values.astype(np.float64), posinf=255.0, neginf=0.0)
        return np.clip(finite * (255.0 if finite.max(initial=0.0) <= 1.0 else 1.0), 0, 255).astype(np.uint8)
    whole = values.astype(np.int64)
    is_deep = values.dtype == np.uint16 or whole.max(initial=0) > 255
    return np.clip(whole >> 8 if is_deep else whole, 0, 255).astype(np.uint8)
