"""YOLO data sets into instances: outlines of segmentation sets, boxes of detection sets, keypoints of pose sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.document.document import Document
from core.formats.json_file import FormatError
from core.formats.merging import ImportOutcome, LabelledPhoto, Progress, merge_into_project
from core.formats.report import ReportLine, changed, refused
from core.formats.yolo_folder import YoloData, label_file, pictures_of, read_data
from core.formats.yolo_lines import (
    BOX_NUMBERS,
    YoloLine,
    keypoints_of_values,
    lines_of,
    region_of_box,
    region_of_segment,
)
from core.geometry.region import Region
from core.labels.instance import Instance, Keypoint, Provenance, Source, new_id
from core.storage.image_file import PhotoError, read_info

BY_IMPORT = Provenance(Source.IMPORT, "yolo")
_SLACK = 0.01  # beyond the edge; readers allow as much for rounding


def import_yolo(
    path: Path, document: Document, *, project_folder: Path, progress: Progress | None = None
) -> ImportOutcome:
    """Read a data set (its data.yaml, or the folder of it) into one edit that waits to be committed.

    Raises FormatError when there is no data set; what is wrong inside it is refused in the report.
    """
    data = read_data(path)
    lines: list[ReportLine] = []
    pictures = list(pictures_of(data))
    if not pictures:
        lines.append(refused(data.file.name, "", reason="there is no picture in its folders"))

    def labelled() -> Iterator[LabelledPhoto]:
        reader = _Reader(data, lines)
        for index, picture in enumerate(pictures):
            if progress is not None:
                progress(index / len(pictures), picture.name)
            yield reader.labelled_photo(picture)

    title = "Import labels of YOLO"
    return merge_into_project(labelled(), document, project_folder=project_folder, title=title, lines=lines)


class _Reader:
    """Turns pictures and their label files into labelled photos."""

    def __init__(self, data: YoloData, lines: list[ReportLine]) -> None:
        self._data = data
        self._lines = lines
        self._step = 3 if data.has_seen else 2

    def labelled_photo(self, picture: Path) -> LabelledPhoto:
        """One picture; without a label file it has no instances, as its readers take it."""
        file = label_file(picture)
        try:
            text = file.read_text(encoding="utf-8-sig")
            size_px = read_info(picture).size_px
        except FileNotFoundError:
            return LabelledPhoto(picture, file.name, ())
        except PhotoError:
            return LabelledPhoto(picture, file.name, ())  # the merge refuses the picture, with its own words
        except (OSError, UnicodeDecodeError) as error:
            self._lines.append(refused(file.name, "", reason=f"it cannot be read ({error}); the picture has no labels"))
            return LabelledPhoto(picture, file.name, ())
        good, bad = lines_of(text)
        self._lines += [refused(file.name, "", reason=sentence) for sentence in bad]
        # As YOLO's own reader does: a file with a polygon in it holds polygons alone.
        is_segment = not self._data.keypoints and any(len(line.values) > BOX_NUMBERS + 1 for line in good)
        instances = []
        for line in good:
            key = f"line {line.number}"
            try:
                instance = self._instance(line, file.name, size_px=size_px, is_segment=is_segment)
            except ValueError as error:
                self._lines.append(refused(file.name, key, reason=str(error)))
                continue
            instances.append((key, instance))
        return LabelledPhoto(picture, file.name, tuple(instances))

    def _instance(self, line: YoloLine, file: str, *, size_px: tuple[int, int], is_segment: bool) -> Instance:
        name = self._data.names.get(line.class_index)
        if name is None:
            raise FormatError(f"class {line.class_index} is not among the names of {self._data.file.name}")
        key = f"line {line.number}"
        keypoints: tuple[Keypoint, ...] = ()
        values = line.values
        if self._data.keypoints:
            values, keypoints = self._keypoints(line, size_px)
        region = self._region(values, key, file, size_px=size_px, is_segment=is_segment)
        width, height = size_px
        x0, y0, x1, y1 = region.bounds_px
        if min(x0 / width, y0 / height) < -_SLACK or max(x1 / width, y1 / height) > 1 + _SLACK:
            reason = "it reaches outside the photo and was taken as it is; YOLO's reader drops such a picture"
            self._lines.append(changed(file, key, reason=reason))
        return Instance(new_id(), name, region=region, keypoints=keypoints, provenance=BY_IMPORT)

    def _region(
        self, values: tuple[float, ...], key: str, file: str, *, size_px: tuple[int, int], is_segment: bool
    ) -> Region:
        if is_segment:
            if len(values) < 2 * 3 or len(values) % 2:
                raise FormatError(f"it holds {len(values)} numbers, and a polygon three points or more of two each")
            return region_of_segment(values, size_px)
        if len(values) == BOX_NUMBERS + 1:
            self._lines.append(changed(file, key, reason="its fifth number, a confidence, was left out"))
        self._lines.append(changed(file, key, reason="there is no polygon, so its box became the outline"))
        return region_of_box(values[:BOX_NUMBERS], size_px)

    def _keypoints(self, line: YoloLine, size_px: tuple[int, int]) -> tuple[tuple[float, ...], tuple[Keypoint, ...]]:
        names, values = self._data.keypoints, line.values
        wanted = BOX_NUMBERS + self._step * len(names)
        if len(values) != wanted:
            raise FormatError(f"it holds {len(values)} numbers, and a box and {len(names)} keypoints are {wanted}")
        found = keypoints_of_values(names, values[BOX_NUMBERS:], size_px, has_seen=self._data.has_seen)
        return values[:BOX_NUMBERS], found
