"""Whether all of a photo's pixels are in its file: told by its structure, decoded only where that speaks against it."""

from __future__ import annotations

import zlib
from pathlib import Path

from core.storage.image_file import read_pixels

_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, b"\xff\xd9"
_BARE_MARKERS = (0x01, *range(0xD0, 0xD8))  # markers that no length follows
_HEAD_BYTES = 12


def check_whole(path: Path | str) -> None:
    """Raise PhotoError when a photo is damaged or cut off, with a sentence that names it and says what to do.

    A cut-off photo has a whole header, so nothing but this tells before somebody looks at it. A whole JPEG, PNG, WebP
    or HEIC is read, not decoded (some ms); another kind is decoded.
    """
    path = Path(path)
    if not _is_complete(path):
        # What the program shows is the judge: a file without its last bytes may still hold every pixel.
        read_pixels(path)


def _is_complete(path: Path) -> bool:
    """Whether the structure speaks for a whole file; False also where nothing is known of its kind."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if head.startswith(_JPEG):
            return _jpeg_has_its_end(path.read_bytes())
        if head.startswith(_PNG):
            return _png_is_sound(path.read_bytes())
        size = path.stat().st_size
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return size >= 8 + int.from_bytes(head[4:8], "little")
        return head[4:8] == b"ftyp" and _boxes_fit(path, size)
    except OSError:
        return False  # reading it says why in a sentence


def _jpeg_has_its_end(data: bytes) -> bool:
    """The mark of the end stands after the first scan; a preview's own, in the segments before, does not count."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            # In a scan 0xFF is written with a zero behind, so this can be nothing else.
            return data.rfind(_END_OF_IMAGE, at) >= 0
        if marker == 0xFF:
            at += 1  # filling
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _png_is_sound(data: bytes) -> bool:
    """Every chunk is there as far as the last one, and fits its checksum."""
    view, at = memoryview(data), len(_PNG)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(view[at : at + 4], "big")
        if end + 4 > len(data) or zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            return False
        if data.startswith(b"IEND", at + 4):
            return True
        at = end + 4
    return False


def _boxes_fit(path: Path, size: int) -> bool:
    """The boxes of a HEIC, one after the other, reach no farther than the file."""
    at = 0
    with path.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4], "big")
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            elif length == 0:  # to the end of the file, wherever that is
                return False
            if length < 8:
                return False
            at += length
    return at == size
