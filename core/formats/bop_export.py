"""Projects as BOP datasets: photos, models, poses, masks and counts, written whole beside and then put in place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.formats import outsole_key
from core.formats.bop_about import dataset_info
from core.formats.bop_folder import CAMERAS, OWN_SCENE, OWN_TABLE, POSES
from core.formats.bop_masks import Mask, Silhouette, gt_info, silhouette, visible_masks
from core.formats.bop_objects import ObjectTable, ShoeKind, write_models
from core.formats.bop_photos import Undistortion, common_suffix, write_mask, write_picture
from core.formats.json_file import write_bytes, write_json
from core.formats.merging import Progress
from core.formats.report import Report, ReportLine, changed, refused, taken
from core.formats.split import Split
from core.formats.whole_folder import check_replaceable, folder_beside, put_in_place
from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.labels.instance import Instance
from core.labels.occlusion import hiding_regions
from core.labels.photo import Photo, Status
from core.labels.project import Project, Role
from core.labels.words import counted
from core.render.region_raster import region_mask
from core.storage.image_file import PhotoError, resolve_photo_path
from core.storage.photo_codec import camera_to_json

ONLY_SPLIT = "train"  # the name of the one set of an export that is not divided
LEAST_VISIBLE_TARGET = 0.1  # of a shoe that an estimator is asked for, as in the BOP challenge
MeshSource = Callable[[str], Mesh]
Json = dict[str, Any]


def export_bop(
    photos: Iterable[Photo],
    project: Project,
    *,
    project_folder: Path,
    out_dir: Path,
    mesh_of: MeshSource,
    split: Split | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write a BOP dataset as the folder `out_dir`; `mesh_of` loads a mesh by its SHA-256.

    The folder appears whole or not at all; an earlier export in its place is replaced. Raises FormatError when
    something else is there, or in it.
    """
    check_place(out_dir, project, project_folder)
    beside = folder_beside(out_dir)
    try:
        writer = _BopWriter(project, project_folder, out=beside, mesh_of=mesh_of, is_divided=split is not None)
        chosen = _splits(project, split, seed)
        total = max(len(project.entries), 1)
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
    return Report("Export to BOP", tuple(writer.lines))


def check_place(out_dir: Path, project: Project, project_folder: Path) -> None:
    """Raise FormatError when an export to `out_dir` would replace anything but an earlier one."""
    check_replaceable(out_dir, project, project_folder, is_export=(out_dir / OWN_TABLE).is_file())


@dataclass(slots=True)
class _Scene:
    """The images of one set that have one size."""

    split: str
    number: int
    cameras: Json = field(default_factory=dict)
    poses: Json = field(default_factory=dict)
    infos: Json = field(default_factory=dict)
    own: Json = field(default_factory=dict)

    @property
    def folder(self) -> str:
        return f"{self.split}/{self.number:06d}"


@dataclass(frozen=True, slots=True)
class _Posed:
    """One shoe that goes into the set."""

    instance: Instance
    kind: ShoeKind
    whole: Silhouette


class _BopWriter:
    """Writes photos into a folder of its own; `finish` adds what is known at the end."""

    def __init__(
        self, project: Project, project_folder: Path, *, out: Path, mesh_of: MeshSource, is_divided: bool
    ) -> None:
        self.lines: list[ReportLine] = []
        self._project = project
        self._project_folder = project_folder
        self._out = out
        self._mesh_of = mesh_of
        self._is_divided = is_divided
        self._objects = ObjectTable(project)
        self._sized = lru_cache(maxsize=32)(self._sized_mesh)
        self._scenes: dict[tuple[str, tuple[int, int]], _Scene] = {}
        self._first_camera: Camera | None = None
        posed = (entry for entry in project.entries.values() if entry.posed_count and entry.status != Status.REJECTED)
        self._suffix = common_suffix(resolve_photo_path(project_folder, entry.file) for entry in posed)

    def add(self, photo: Photo, split: str) -> None:
        """Write one photo with its posed shoes; a photo without any is left out, and said."""
        camera = photo.camera.without_distortion()
        posed = [one for one in (self._posed(photo, n, camera=camera) for n in range(len(photo.instances))) if one]
        if not posed:
            reason = "no shoe in it has a pose, a model and a place in the photo: pose one (Q); the photo is in no set"
            self.lines.append(refused(photo.file, "", reason=reason))
            return
        scene = self._scene(split, photo.size_px)
        image_id = len(scene.cameras)
        undistortion = Undistortion(photo.camera)
        try:
            self._write_picture(photo, f"{scene.folder}/rgb/{image_id:06d}{self._suffix}", undistortion=undistortion)
        except PhotoError as error:
            self.lines.append(refused(photo.file, "", reason=f"{error} It is in no set."))
            return
        visible = visible_masks([(one.whole, *self._drawn(photo, one, undistortion)) for one in posed])
        self._write_masks(scene, image_id, posed=posed, visible=visible)
        self._record(scene, image_id, photo=photo, posed=posed)
        scene.infos[str(image_id)] = [gt_info(one.whole, mask) for one, mask in zip(posed, visible, strict=True)]
        self._first_camera = self._first_camera or camera
        reason = f"{counted(len(posed), 'shoe')} in {scene.folder}, image {image_id}"
        self.lines.append(taken(photo.file, "", reason=reason))

    def finish(self) -> bool:
        """Write models, scene files and what explains them; False when no photo went in and there is nothing."""
        if self._first_camera is None:
            reason = "no photo has a shoe with a model and a pose, so nothing was written for BOP"
            self.lines.append(refused("dataset", "", reason=reason))
            return False
        meshes = {number: self._sized(kind) for kind, number in self._objects.numbers.items()}
        write_models(meshes, self._out)
        write_json(self._out / OWN_TABLE, self._objects.to_json(), indent=2)
        for scene in self._scenes.values():
            folder = self._out / scene.folder
            write_json(folder / CAMERAS, scene.cameras)
            write_json(folder / POSES, scene.poses)
            write_json(folder / "scene_gt_info.json", scene.infos)
            write_json(folder / OWN_SCENE, {"images": scene.own})
        write_json(self._out / "camera.json", _camera_file(self._first_camera), indent=2)
        self._write_targets()
        numbered = [(number, self._objects.describe(kind)) for kind, number in self._objects.numbers.items()]
        sizes = [(scene.folder, size_px, len(scene.cameras)) for (_, size_px), scene in self._scenes.items()]
        write_bytes(self._out / "dataset_info.md", dataset_info(numbered, sizes, suffix=self._suffix).encode())
        count = sum(len(scene.cameras) for scene in self._scenes.values())
        reason = f"{counted(len(meshes), 'object')}, for {counted(count, 'photo')}"
        self.lines.append(taken("models", "", reason=reason))
        return True

    def _write_targets(self) -> None:
        """What estimators are asked for: the shoes of the test set, or of the only one, and the images they are in."""
        asked = "test" if self._is_divided else ONLY_SPLIT
        targets = [target for scene in self._scenes.values() if scene.split == asked for target in _targets(scene)]
        if targets:
            write_json(self._out / "test_targets_bop19.json", targets)
            # The detection task names images alone: which shoes they show is for the estimator to say.
            images = dict.fromkeys((target["scene_id"], target["im_id"]) for target in targets)
            detection = [{"im_id": image, "scene_id": scene} for scene, image in images]
            write_json(self._out / "test_targets_bop24.json", detection)

    def _posed(self, photo: Photo, index: int, *, camera: Camera) -> _Posed | None:
        instance = photo.instances[index]
        category = self._project.category(instance.category)
        key = f"instance {index + 1} ({category.name})"
        model = self._project.models.get(instance.model_id or "")
        if instance.true_pose is None or instance.pose is None or model is None:
            if category.role is not Role.SHOE:
                reason = f"an {category.role.value} region: no object of the set, but cut out of the visible masks"
                self.lines.append(changed(photo.file, key, reason=reason))
            elif instance.pose is None:
                self._leave_out(photo, key, "it has no pose: find one (Q) and export again")
            elif instance.true_pose is None:
                self._leave_out(photo, key, "its shoe was laid down and never aligned: fit it (E) and export again")
            else:
                missing = "its shoe model is not in the project" if instance.model_id else "it has no shoe model"
                self._leave_out(photo, key, f"{missing}: choose one and export again")
            return None
        kind = ShoeKind.of(instance, model)
        whole = silhouette(self._sized(kind), instance.pose, camera)
        if not whole.mask().any():
            self._leave_out(photo, key, "its pose lies outside of the photo: pose it anew and export again")
            return None
        return _Posed(instance, kind, whole)

    def _leave_out(self, photo: Photo, key: str, reason: str) -> None:
        self.lines.append(refused(photo.file, key, reason=f"{reason}; it is not in the set"))

    def _sized_mesh(self, kind: ShoeKind) -> Mesh:
        model = self._project.models[kind.model_id]
        return model.sized_mesh(self._mesh_of(model.mesh_sha256), size=kind.size, side=kind.side)

    def _scene(self, split: str, size_px: tuple[int, int]) -> _Scene:
        key = split, size_px
        if key not in self._scenes:
            self._scenes[key] = _Scene(split, sum(1 for known, _ in self._scenes if known == split))
        return self._scenes[key]

    def _write_picture(self, photo: Photo, name: str, *, undistortion: Undistortion) -> None:
        source = resolve_photo_path(self._project_folder, photo.file)
        done = write_picture(photo, source, self._out / name, undistortion=undistortion)
        if done:
            self.lines.append(changed(photo.file, "", reason=f"not a copy of the file: {done}"))

    def _drawn(self, photo: Photo, posed: _Posed, undistortion: Undistortion) -> tuple[Mask, Mask]:
        """(H, W) of the undistorted photo: the shoe's own outline, and what hides it or lies outside of the lens."""
        width, height = photo.size_px
        outline = undistortion.mask(region_mask(posed.instance.region, width, height))
        hidden: Mask = np.zeros((height, width), dtype=np.bool_)
        for region in hiding_regions(posed.instance, photo, project=self._project):
            hidden |= region_mask(region, width, height)
        hidden = undistortion.mask(hidden)
        if undistortion.changes:
            hidden = hidden | ~undistortion.mask(np.ones((height, width), dtype=np.bool_))
        return outline, hidden

    def _write_masks(self, scene: _Scene, image_id: int, *, posed: list[_Posed], visible: list[Mask]) -> None:
        for number, (one, seen) in enumerate(zip(posed, visible, strict=True)):
            name = f"{image_id:06d}_{number:06d}.png"
            write_mask(one.whole.mask(), self._out / scene.folder / "mask" / name)
            write_mask(seen, self._out / scene.folder / "mask_visib" / name)

    def _record(self, scene: _Scene, image_id: int, *, photo: Photo, posed: list[_Posed]) -> None:
        camera = photo.camera.without_distortion()
        key = str(image_id)
        # Without depth images their scale means nothing; readers ask for it all the same.
        scene.cameras[key] = {"cam_K": camera.opencv_matrix.ravel().tolist(), "depth_scale": 1.0}
        scene.poses[key] = [
            {
                "cam_R_m2c": pose.rotation.ravel().tolist(),
                "cam_t_m2c": pose.translation_mm.tolist(),
                "obj_id": self._objects.number(one.kind),
            }
            for one in posed
            if (pose := one.instance.pose) is not None
        ]
        scene.own[key] = {
            "photo": {"id": photo.id, "file": photo.file, "sha256": photo.sha256, "status": photo.status.value},
            "camera": camera_to_json(camera),
            "instances": [
                outsole_key.instance_to_json(_seen_straight(one.instance, photo.camera), self._project) for one in posed
            ],
        }


def _seen_straight(instance: Instance, camera: Camera) -> Instance:
    """The instance with its clicked keypoints where they are in the undistorted photo."""
    moved = []
    for keypoint in instance.keypoints:
        x, y = camera.undistorted_pixels(keypoint.at_px)
        moved.append(replace(keypoint, at_px=(float(x), float(y))))
    return replace(instance, keypoints=tuple(moved))


def _splits(project: Project, split: Split | None, seed: int) -> dict[str, str]:
    """Photo id to set, the very division of the COCO export."""
    entries = [entry for entry in project.entries.values() if entry.status is not Status.REJECTED]
    if split is None:
        return dict.fromkeys((entry.id for entry in entries), ONLY_SPLIT)
    by_file = split.sets([entry.file for entry in entries], seed)
    return {entry.id: by_file[entry.file] for entry in entries}


def _camera_file(camera: Camera) -> Json:
    matrix = camera.opencv_matrix
    numbers = {"fx": matrix[0, 0], "fy": matrix[1, 1], "cx": matrix[0, 2], "cy": matrix[1, 2]}
    sizes = {"width": camera.width_px, "height": camera.height_px, "depth_scale": 1.0}
    return {name: float(value) for name, value in numbers.items()} | sizes


def _targets(scene: _Scene) -> list[Json]:
    """The entries of test_targets_bop19.json: how many shoes of each object an estimator is to find in an image."""
    targets = []
    for image, poses in scene.poses.items():
        counts: dict[int, int] = {}
        for pose, info in zip(poses, scene.infos[image], strict=True):
            if info["visib_fract"] >= LEAST_VISIBLE_TARGET:
                counts[pose["obj_id"]] = counts.get(pose["obj_id"], 0) + 1
        for obj_id, count in sorted(counts.items()):
            targets.append({"im_id": int(image), "inst_count": count, "obj_id": obj_id, "scene_id": scene.number})
    return targets
