"""BOP datasets into a project: photos where they lie, models, poses, cameras, and masks as outlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.document.document import Document
from core.document.edit import Change, Edit
from core.formats import outsole_key
from core.formats.bop_folder import POSES, BopFolder, BopImage, BopPose, mask_file, masks_expected, read_scene
from core.formats.bop_models import BopObject, ObjectModels, ReadModel
from core.formats.merging import ImportOutcome, LabelledPhoto, Progress, merge_into_project
from core.formats.report import ReportLine, changed, refused
from core.geometry.camera import OPENCV_HALF_PIXEL, Camera, CameraSource
from core.geometry.pose import Pose
from core.geometry.region import EMPTY_REGION, Region
from core.geometry.tracing import region_from_mask
from core.labels.instance import Instance, PoseEstimate, Provenance, Side, Source, new_id
from core.labels.project import Project, Role
from core.render.region_raster import mask_iou, region_mask
from core.storage.photo_codec import camera_from_json

BY_IMPORT = Provenance(Source.IMPORT, "bop")
LEAST_MASK_IOU = 0.998  # of a smooth outline with its mask; below, the outline runs along the pixels' edges
_SMOOTH_PX = 0.75
_MOST_RINGS = 100  # a mask of more specks is no outline that somebody drew
_SAME_POSE = 1e-6
Mask = NDArray[np.bool_]


def import_bop(
    bop: BopFolder,
    document: Document,
    *,
    project_folder: Path,
    read: Mapping[int, ReadModel | str],
    progress: Progress | None = None,
) -> ImportOutcome:
    """Read a dataset into one edit that waits to be committed; read: the meshes of `models_wanted`, by obj_id,
    or a sentence where one could not be read.

    Meshes are put into the project's store at once, models come with the edit. Raises FormatError when our own table
    of objects is damaged; what is wrong in scenes and pictures is refused in the report.
    """
    lines: list[ReportLine] = []
    models = ObjectModels(bop, document.project, store=document.store, read=read)
    reader = _ImageReader(bop, models, lines)

    def labelled() -> Iterator[LabelledPhoto]:
        for index, scene in enumerate(bop.scenes):
            for image in read_scene(bop, scene, lines=lines):
                if progress is not None:
                    progress(index / len(bop.scenes), bop.shown(image.file))
                yield reader.labelled_photo(image, listed_in=bop.shown(scene / POSES))

    title = f"Import BOP set {bop.root.resolve().name}"
    outcome = merge_into_project(labelled(), document, project_folder=project_folder, title=title, lines=lines)
    added: list[Change] = [(None, model) for model in models.added.values()]
    return replace(outcome, edit=Edit(outcome.edit.label, (*added, *outcome.edit.changes)))


def region_of_mask(mask: Mask) -> Region:
    """The region of a (H, W) mask: smooth where it still rasterises to the mask (IoU 0.998), else along pixel edges."""
    exact = region_from_mask(mask)
    if exact.is_empty or len(exact.rings) > _MOST_RINGS:
        return exact
    height, width = mask.shape
    smooth = region_from_mask(mask, tolerance_px=_SMOOTH_PX)
    if not smooth.is_empty and mask_iou(region_mask(smooth, width, height), mask) >= LEAST_MASK_IOU:
        return smooth
    return exact


class _ImageReader:
    """Turns images of a set into labelled photos."""

    def __init__(self, bop: BopFolder, models: ObjectModels, lines: list[ReportLine]) -> None:
        self._bop = bop
        self._models = models
        self._lines = lines
        shoes = [category.name for category in models.project.categories.values() if category.role is Role.SHOE]
        self._category = shoes[0] if shoes else "sneaker"

    def labelled_photo(self, image: BopImage, *, listed_in: str) -> LabelledPhoto:
        """One image with its shoes."""
        # PIL is loaded with the first picture, not with the window.
        from core.storage.image_file import PhotoError, read_info

        key = str(image.number)
        empty = LabelledPhoto(image.file, listed_in, (), key, missing_reason="the picture is not there")
        try:
            size_px = read_info(image.file).size_px
        except PhotoError:
            return empty  # the merge says why it cannot be had
        camera = self._camera(image, size_px)
        own = image.own.get("instances")
        instances = []
        for pose in image.poses:
            kept = own[pose.number] if isinstance(own, list) and pose.number < len(own) else None
            instance = self._instance(image, pose, size_px=size_px, camera=camera, kept=kept, listed_in=listed_in)
            if instance is not None:
                instances.append((pose.key, instance))
        return replace(empty, instances=tuple(instances), camera=camera)

    def _camera(self, image: BopImage, size_px: tuple[int, int]) -> Camera:
        matrix = image.matrix
        file = self._bop.shown(image.file)
        if matrix[0, 1]:
            reason = f"cam_K has a skew of {matrix[0, 1]:g}, which a camera here has not; it was left out"
            self._lines.append(changed(file, "cam_K", reason=reason))
        center = matrix[:2, 2] + OPENCV_HALF_PIXEL
        focal = float(matrix[0, 0]), float(matrix[1, 1])
        found = Camera(*focal, float(center[0]), float(center[1]), *size_px, np.zeros(5), CameraSource.CALIBRATION)
        try:
            kept = camera_from_json(image.own["camera"])
        except (KeyError, TypeError, ValueError):
            return found
        # The file's numbers count; what was kept of them says where they came from.
        if not np.allclose(kept.matrix, found.matrix):
            return found
        return replace(found, source=kept.source, source_name=kept.source_name)

    def _instance(
        self,
        image: BopImage,
        pose: BopPose,
        *,
        size_px: tuple[int, int],
        camera: Camera,
        kept: Any,
        listed_in: str,
    ) -> Instance | None:
        shoe = self._models.object(pose.obj_id, self._lines)
        region = self._region(image, pose, size_px=size_px)
        instance = Instance(new_id(), self._category, provenance=BY_IMPORT)
        if shoe is None:
            what = "the shoe was left out" if region.is_empty else "its mask was taken without a pose"
            reason = f"there is no usable mesh models/obj_{pose.obj_id:06d}.ply for it; {what}"
            self._lines.append(refused(listed_in, f"{pose.key}.obj_id", reason=reason))
            return None if region.is_empty else instance.with_region(region, provenance=BY_IMPORT)
        found = pose.camera_from_model @ shoe.file_from_shoe
        estimate = PoseEstimate(found, camera_source=camera.source, provenance=BY_IMPORT)
        instance = replace(instance, side=shoe.side, model_id=shoe.model.id, size=shoe.size, pose_estimate=estimate)
        restored = self._restored(instance, shoe, kept, key=pose.key, listed_in=listed_in)
        return restored.with_region(region, provenance=BY_IMPORT)

    def _restored(self, instance: Instance, shoe: BopObject, kept: Any, *, key: str, listed_in: str) -> Instance:
        """The instance with what our export kept beside the scene, as far as it still belongs to this pose."""
        if not isinstance(kept, dict):
            return instance
        project = self._models.project
        try:
            before, _ = outsole_key.instance_with_json(instance, kept, project=project)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            reason = f"what was kept of it beside the scene cannot be read ({error!r}); pose and mask were taken"
            self._lines.append(refused(listed_in, key, reason=reason))
            return instance
        category = str(kept.get("category") or instance.category)
        assert instance.pose is not None
        if not _same_shoe(before, shoe, project=project) or not _same_pose(before.pose, instance.pose):
            reason = "the object or the pose is another than when it was exported; the file's were taken"
            self._lines.append(changed(listed_in, key, reason=reason))
            return replace(instance, category=category)
        # What was not known then was left out, and the object's own must not stand in for it.
        side = before.side if "side" in kept else Side.UNKNOWN
        size = before.size if "size" in kept else None
        return replace(before, category=category, side=side, size=size)

    def _region(self, image: BopImage, pose: BopPose, *, size_px: tuple[int, int]) -> Region:
        # PIL is loaded with the first mask, not with the window.
        from PIL import Image, UnidentifiedImageError

        file = mask_file(image, pose)
        if file is None:
            if masks_expected(image):
                name = f"mask_visib/{image.number:06d}_{pose.number:06d}.png"
                reason = f"its mask {name} is not there; it was taken without an outline"
                self._lines.append(changed(self._bop.shown(image.file), pose.key, reason=reason))
            return EMPTY_REGION
        shown = self._bop.shown(file)
        try:
            with Image.open(file) as picture:
                pixels = np.asarray(picture.convert("L") if picture.mode not in ("1", "L", "I") else picture) != 0
        except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
            reason = f"the mask cannot be read ({error}); {pose.key} was taken without an outline"
            self._lines.append(refused(shown, "", reason=reason))
            return EMPTY_REGION
        if pixels.shape != size_px[::-1]:
            height, width = pixels.shape
            reason = f"the mask is {width} x {height} px and its photo {size_px[0]} x {size_px[1]} px"
            self._lines.append(refused(shown, "", reason=f"{reason}; {pose.key} was taken without an outline"))
            return EMPTY_REGION
        return region_of_mask(pixels)


def _same_shoe(instance: Instance, shoe: BopObject, *, project: Project) -> bool:
    model = project.models.get(instance.model_id or "")
    if model is None or model.id != shoe.model.id:
        return False
    same_foot = (instance.side is Side.LEFT) == (shoe.side is Side.LEFT)
    return same_foot and (instance.size or model.size) == (shoe.size or model.size)


def _same_pose(kept: Pose | None, found: Pose) -> bool:
    if kept is None:
        return False
    return bool(np.abs(kept.matrix - found.matrix).max() <= _SAME_POSE)
