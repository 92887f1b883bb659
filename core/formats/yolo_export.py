"""Projects as YOLO data sets in Ultralytics' layout: pictures, a label file beside each, and data.yaml."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath

from core.formats.bop_photos import JPEG, PNG, Undistortion, write_picture
from core.formats.json_file import write_bytes
from core.formats.merging import Progress
from core.formats.report import Report, ReportLine, changed, refused, taken
from core.formats.split import SET_NAMES, Split
from core.formats.whole_folder import folder_beside, put_in_place
from core.formats.yolo_folder import DATA_FILE, IMAGES, LABELS, YoloKind, check_yolo_place, data_yaml
from core.formats.yolo_lines import YoloLine, box_values, keypoint_values, segment_values
from core.geometry.mesh import Mesh
from core.geometry.region import Region
from core.labels.instance import Instance, Side
from core.labels.photo import Photo, Status
from core.labels.project import Category, Project, Role
from core.labels.words import counted
from core.storage.image_file import PhotoError, read_info, resolve_photo_path

MeshSource = Callable[[str], Mesh]
_WHY = "since that is what most readers take"


def export_yolo(
    photos: Iterable[Photo],
    project: Project,
    *,
    kind: YoloKind,
    project_folder: Path,
    out_dir: Path,
    mesh_of: MeshSource,
    split: Split | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write one YOLO data set as the folder `out_dir`; `mesh_of` loads a mesh by its SHA-256, for keypoints.

    The folder appears whole or not at all; an earlier export in its place is replaced. Raises FormatError when
    something else is there, or in it. An instance is one line: holes and further parts are joined by bridges of no
    width.
    """
    check_yolo_place(out_dir, project, project_folder)
    beside = folder_beside(out_dir)
    writer = _YoloWriter(project, project_folder, kind=kind, out=beside, mesh_of=mesh_of)
    chosen = _sets(project, split, seed)
    total = max(len(project.entries), 1)
    try:
        for number, photo in enumerate(photos):
            if progress is not None:
                progress(number / total, photo.file)
            if photo.status is Status.REJECTED:
                writer.lines.append(refused(photo.file, "", reason="the photo is rejected; it is in no set"))
            else:
                writer.add(photo, chosen[photo.id])
        if writer.finish():
            put_in_place(beside, out_dir)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Report(f"Export to YOLO {kind.value}", tuple(writer.lines))


class _YoloWriter:
    """Writes pictures and labels into a folder of its own; `finish` adds what is known at the end."""

    def __init__(
        self, project: Project, project_folder: Path, *, kind: YoloKind, out: Path, mesh_of: MeshSource
    ) -> None:
        self.lines: list[ReportLine] = []
        self._project = project
        self._project_folder = project_folder
        self._kind = kind
        self._out = out
        self._mesh_of = lru_cache(maxsize=16)(mesh_of)
        wanted = (Role.SHOE,) if kind is YoloKind.POSE else (Role.SHOE, Role.OCCLUDER)
        self._classes = [one for one in project.categories.values() if one.role in wanted]
        self._names: tuple[str, ...] = ()
        if kind is YoloKind.POSE:
            from core.formats.coco_keypoints import keypoint_names

            self._names = keypoint_names(project)[0]
        self._taken: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._left_behind = 0

    def add(self, photo: Photo, set_name: str) -> None:
        """Write one photo with its labels; one that nobody has labelled yet is left out, and said."""
        if not photo.instances and photo.status is Status.TODO:
            reason = "nobody has labelled it, and a reader would take it for a picture without shoes; it is in no set"
            self.lines.append(refused(photo.file, "", reason=reason))
            return
        lines = []
        for number, instance in enumerate(photo.instances, 1):
            category = self._project.category(instance.category)
            line = self._line(photo, instance, category, key=f"instance {number} ({category.name})")
            if line is not None:
                lines.append(line)
        if not lines and any(self._is_shoe(instance) for instance in photo.instances):
            reason = (
                "none of its shoes is in the file, and a reader would take it for a picture without; it is in no set"
            )
            self.lines.append(refused(photo.file, "", reason=reason))
            return
        try:
            name = self._write_picture(photo, set_name)
        except PhotoError as error:
            self.lines.append(refused(photo.file, "", reason=f"{error} It is in no set."))
            return
        text = "".join(f"{line.text()}\n" for line in lines)
        write_bytes(self._out / LABELS / set_name / f"{PurePosixPath(name).stem}.txt", text.encode())
        self._counts[set_name] += 1
        reason = f"{counted(len(lines), 'line')} in {set_name}, {name}"
        self.lines.append(taken(photo.file, "", reason=reason))

    def finish(self) -> bool:
        """Write data.yaml; False when no photo went in and there is nothing."""
        if not self._classes or not self._counts:
            what = "no category of shoes" if not self._classes else "no labelled photo"
            self.lines.append(refused("data set", "", reason=f"there is {what}, so nothing was written for YOLO"))
            return False
        filled = [name for name in SET_NAMES if self._counts[name]]
        sets = {name: f"{IMAGES}/{name}" for name in filled}
        for name in ("train", "val"):
            if name not in sets:
                sets[name] = f"{IMAGES}/{'val' if name == 'train' and 'val' in sets else filled[0]}"
                reason = f"no photo is in the set {name}, which readers ask for: it is the same as {sets[name]}"
                self.lines.append(changed(DATA_FILE, name, reason=reason))
        sets = {name: sets[name] for name in SET_NAMES if name in sets}
        names = [category.name for category in self._classes]
        text = data_yaml(self._kind, names, sets=sets, keypoints=self._names)
        write_bytes(self._out / DATA_FILE, text.encode())
        if self._left_behind:
            shoes = counted(self._left_behind, "instance")
            reason = f"side, pose, size or words of {shoes}: YOLO has no place for them, COCO and BOP do"
            self.lines.append(changed(DATA_FILE, "", reason=reason))
        told = ", ".join(f"{counted(self._counts[name], 'photo')} in {name}" for name in filled)
        self.lines.append(taken(DATA_FILE, "", reason=told))
        return True

    def _is_shoe(self, instance: Instance) -> bool:
        return self._project.category(instance.category).role is Role.SHOE

    def _line(self, photo: Photo, instance: Instance, category: Category, *, key: str) -> YoloLine | None:
        known = [one.id for one in self._classes]
        if instance.category not in known:
            if self._kind is YoloKind.POSE and category.role is Role.OCCLUDER:  # no loss, as in COCO keypoints
                reason = "what stands in front of a shoe has no keypoints: not in the file, it hides those it covers"
                self.lines.append(changed(photo.file, key, reason=reason))
            else:
                self._refuse(photo, key, _why_not(category))
            return None
        region = self._region(photo, instance, key=key)
        if region is None:
            return None
        index = known.index(instance.category)
        if instance.side is not Side.UNKNOWN or instance.pose_estimate is not None or instance.attributes:
            self._left_behind += 1
        if self._kind is YoloKind.SEGMENT:
            return YoloLine(0, index, segment_values(region, photo.size_px))
        box = box_values(region, photo.size_px)
        if self._kind is YoloKind.DETECT:
            return YoloLine(0, index, box)
        return YoloLine(0, index, (*box, *self._keypoints(photo, instance, key=key)))

    def _region(self, photo: Photo, instance: Instance, *, key: str) -> Region | None:
        region = instance.region
        if region.is_empty:
            what = "a pose but no outline" if instance.pose_estimate else "no outline"
            self._refuse(photo, key, f"it has {what}, and YOLO wants one")
            return None
        width, height = photo.size_px
        x0, y0, x1, y1 = region.bounds_px
        if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
            region = region.clipped(width, height)
            if region.is_empty:
                self._refuse(photo, key, "it lies outside the photo")
                return None
            reason = "its outline reaches outside the photo and was cut at the edge"
            self.lines.append(changed(photo.file, key, reason=reason))
        if self._kind is YoloKind.SEGMENT:
            region = region.union() if len(region.parts) > 1 else region  # what two cover would be a hole
            holes, parts = sum(len(part.holes) for part in region.parts), len(region.parts)
            joined = [counted(holes, "hole")] * bool(holes) + [f"{parts} parts"] * (parts > 1)
            if joined:
                reason = f"its {' and '.join(joined)}: one line, joined by bridges of no width"
                self.lines.append(changed(photo.file, key, reason=reason))
        return region

    def _keypoints(self, photo: Photo, instance: Instance, *, key: str) -> tuple[float, ...]:
        from core.formats.coco_keypoints import keypoints_of

        found, _ = keypoints_of(instance, photo, project=self._project, mesh_of=self._mesh_of)
        values, outside = keypoint_values(self._names, found, photo.size_px)
        if outside:
            reason = f"{', '.join(outside)}: outside of the photo, so written as not there"
            self.lines.append(changed(photo.file, key, reason=reason))
        unknown = sorted(set(found) - set(self._names))
        if unknown:
            reason = f"{', '.join(unknown)}: no landmark of the project's models, so not in the file"
            self.lines.append(changed(photo.file, key, reason=reason))
        if not any(values[2::3]):
            reason = "it has no pose and no clicks: its keypoints are written as not there"
            self.lines.append(changed(photo.file, key, reason=reason))
        return values

    def _write_picture(self, photo: Photo, set_name: str) -> str:
        source = resolve_photo_path(self._project_folder, photo.file)
        suffix = JPEG if read_info(source).format == "JPEG" else PNG
        name = self._free_name(Path(photo.file.replace("\\", "/")).stem, suffix)
        target = self._out / IMAGES / set_name / name
        # Labels are for the photo as the lens took it.
        as_taken = Undistortion(photo.camera.without_distortion())
        done = write_picture(photo, source, target, undistortion=as_taken, why=_WHY)
        if done:
            self.lines.append(changed(photo.file, "", reason=f"not a copy of the file: {done}"))
        return name

    def _free_name(self, stem: str, suffix: str) -> str:
        """A name no picture of any set has yet; letters' case is one to some systems."""
        number, name = 1, stem
        while name.casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}"
        self._taken.add(name.casefold())
        return f"{name}{suffix}"

    def _refuse(self, photo: Photo, key: str, reason: str) -> None:
        self.lines.append(refused(photo.file, key, reason=f"{reason}; it is not in the file"))


def _why_not(category: Category) -> str:
    if category.role is Role.IGNORE:
        return "an ignore region: YOLO knows none, and takes what is under it for background"
    return f"category {category.name!r} has no place in this data set"


def _sets(project: Project, split: Split | None, seed: int) -> dict[str, str]:
    """Photo id to set, the very division of the COCO export."""
    entries = [entry for entry in project.entries.values() if entry.status is not Status.REJECTED]
    if split is None:
        return dict.fromkeys((entry.id for entry in entries), SET_NAMES[0])
    by_file = split.sets([entry.file for entry in entries], seed)
    return {entry.id: by_file[entry.file] for entry in entries}
