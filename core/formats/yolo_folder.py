"""YOLO data sets on the disk: data.yaml, and where pictures and labels lie."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from core.formats.json_file import FormatError
from core.formats.split import SET_NAMES
from core.formats.whole_folder import check_replaceable
from core.labels.project import Project
from core.storage.image_file import PHOTO_SUFFIXES

DATA_FILE = "data.yaml"
IMAGES, LABELS = "images", "labels"
_OURS = "# Outsole: "
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class YoloKind(StrEnum):
    """What the lines of a data set hold."""

    SEGMENT = "segment"
    POSE = "pose"
    DETECT = "detect"


@dataclass(frozen=True, slots=True)
class YoloData:
    """What a data.yaml says. file: it. names: of the classes, by index. keypoints: names of a pose's, () for none.

    pictures: the folders, lists or files of each set that is there. has_seen: whether a keypoint has a visibility.
    """

    file: Path
    names: Mapping[int, str]
    pictures: tuple[Path, ...]
    keypoints: tuple[str, ...] = ()
    has_seen: bool = True


def is_yolo(path: Path) -> bool:
    """Whether it is a data.yaml, or a folder with one."""
    return (path.is_file() and path.suffix.lower() in (".yaml", ".yml")) or (path / DATA_FILE).is_file()


def data_yaml(
    kind: YoloKind,
    names: Sequence[str],
    *,
    sets: Mapping[str, str],
    keypoints: Sequence[str] = (),
) -> str:
    """The text of data.yaml; sets: "train" to "images/train" and so on. Every text is JSON's, which YAML reads."""
    lines = [f"{_OURS}a {kind.value} data set for YOLO; paths count from this file", ""]
    lines += [f"{name}: {place}" for name, place in sets.items()]
    lines += ["", "names:", *(f"  {index}: {_written(name)}" for index, name in enumerate(names))]
    if kind is YoloKind.POSE:
        lines += ["", f"kpt_shape: [{len(keypoints)}, 3]", f"flip_idx: {flip_index(keypoints)}", "kpt_names:"]
        words = ", ".join(map(_written, keypoints))
        lines += [f"  {index}: [{words}]" for index in range(len(names))]
    return "\n".join(lines) + "\n"


def flip_index(names: Sequence[str]) -> list[int]:
    """Which keypoint each becomes in a mirrored picture: left and right change places, where both are there.

    A shoe's own landmarks stay what they are: mirrored, a left shoe is a right one, and its outer side is still outer.
    """
    places = {name: at for at, name in enumerate(names)}
    return [places.get(_other_side(name), at) for at, name in enumerate(names)]


def check_yolo_place(out_dir: Path, project: Project, project_folder: Path) -> None:
    """Raise FormatError when an export to `out_dir` would replace anything but an earlier one."""
    check_replaceable(out_dir, project, project_folder, is_export=_is_ours(out_dir))


def read_data(path: Path) -> YoloData:
    """A data.yaml, or that of a folder. Raises FormatError with a sentence that names file and key."""
    file = path if path.is_file() else path / DATA_FILE
    content = _yaml(file)
    keypoints, has_seen = _keypoints_in(content, file)
    root = content.get("path")
    base = file.parent if not isinstance(root, str) else file.parent / _posix(root)
    pictures: list[Path] = []
    for name in SET_NAMES:
        value = content.get(name)
        for place in value if isinstance(value, list) else [value]:
            if isinstance(place, str) and place:
                pictures.append(_existing(base, file.parent, _posix(place)))
    if not pictures:
        raise FormatError(f"{file} names no folder of pictures: it has none of the keys {', '.join(SET_NAMES)}.")
    return YoloData(file, _names_in(content, file), tuple(dict.fromkeys(pictures)), keypoints, has_seen)


def pictures_of(data: YoloData) -> Iterator[Path]:
    """Every picture of the sets, once; a list's lines count from the list's folder."""
    seen: set[Path] = set()
    for place in data.pictures:
        if place.is_dir():
            files = sorted(file for file in place.rglob("*") if file.suffix.lower() in PHOTO_SUFFIXES)
        elif place.suffix.lower() == ".txt" and place.is_file():
            lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
            files = [place.parent / _posix(line.strip()) for line in lines if line.strip()]
        else:
            files = [place]
        for file in files:
            if file not in seen:
                seen.add(file)
                yield file


def label_file(picture: Path) -> Path:
    """Where a picture's labels lie: the last folder "images" of its path is "labels" there."""
    parts = list(picture.parts)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] == IMAGES:
            parts[at] = LABELS
            return Path(*parts).with_suffix(".txt")
    return picture.with_suffix(".txt")


def _written(text: str) -> str:
    """Text as JSON writes it, but for the characters that YAML wants escaped, or takes for the end of a line."""
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _is_ours(place: Path) -> bool:
    try:
        with (place / DATA_FILE).open(encoding="utf-8") as file:
            return file.readline().startswith(_OURS)
    except (OSError, UnicodeDecodeError):
        return False


def _yaml(file: Path) -> dict[str, Any]:
    # Read with the first YOLO set, not with the window.
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FormatError(f"{file} cannot be read ({error.strerror}); check that it is there and readable.") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FormatError(f"{file} is no valid YAML ({first}); write it again from its program.") from error
    if not isinstance(content, dict):
        raise FormatError(f"{file} holds no table of names and values, so it is no YOLO data set.")
    return content


def _names_in(content: Mapping[str, Any], file: Path) -> dict[int, str]:
    names = content.get("names")
    if isinstance(names, list):
        names = dict(enumerate(names))
    if names is None and isinstance(content.get("nc"), int):
        names = {index: f"class {index}" for index in range(min(content["nc"], 10_000))}
    good = isinstance(names, dict) and names and all(isinstance(key, int) for key in names)
    if not good:
        raise FormatError(f"{file} names no classes: its key “names” should be a list, or a table of numbers to names.")
    assert isinstance(names, dict)
    return {index: str(name) for index, name in names.items()}


def _keypoints_in(content: Mapping[str, Any], file: Path) -> tuple[tuple[str, ...], bool]:
    shape = content.get("kpt_shape")
    if shape is None:
        return (), True
    good = isinstance(shape, list) and len(shape) == 2 and all(isinstance(number, int) for number in shape)
    if not good or shape[0] < 1 or shape[1] not in (2, 3):
        raise FormatError(f"{file}: “kpt_shape” should be [how many, 2 or 3], not {shape!r}.")
    named = content.get("kpt_names")
    if isinstance(named, dict) and named:
        named = next(iter(named.values()))
    if isinstance(named, list) and len(named) == shape[0] and len(set(map(str, named))) == shape[0]:
        return tuple(str(name) for name in named), shape[1] == 3
    return tuple(f"keypoint {number}" for number in range(1, shape[0] + 1)), shape[1] == 3


def _existing(base: Path, beside: Path, place: str) -> Path:
    """A place counts from the root; failing that from the file itself, also where a tool wrote ../ in front."""
    for candidate in (base / place, beside / place, beside / place.removeprefix("../")):
        if candidate.exists():
            return candidate
    return base / place


def _posix(text: str) -> str:
    return PureWindowsPath(text).as_posix() if "\\" in text else PurePosixPath(text).as_posix()


def _other_side(name: str) -> str:
    for a, b in (("left", "right"), ("Left", "Right"), ("LEFT", "RIGHT")):
        if a in name:
            return name.replace(a, b)
        if b in name:
            return name.replace(b, a)
    return name
