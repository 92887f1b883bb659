"""The command check-pose: how far the poses and outlines of the sample's photos are off."""

from __future__ import annotations

import argparse
import math
from typing import Any

from core.commands.console import BAD_INPUT, Answer, opened
from core.document.document import Document
from core.geometry.region import Region
from core.labels.instance import Instance
from core.labels.photo import Photo
from core.labels.project import Role
from core.metrics.mask_overlap import contour_distance, mask_iou
from core.sneaker.sample_truth import SHIPPED_WITH, PoseCheck, pose_check, sample_progress, true_scene, true_shoe_of

NOT_THE_SAMPLE = "None of its photos is one of the sample's, and of others nobody knows the exact pose."


def check_pose(arguments: argparse.Namespace) -> Answer:
    """Hold every shoe of the sample's photos against the truth."""
    rows: list[dict[str, Any]] = []
    with opened(arguments.project) as document:
        photos = tuple(document.store.load_photo(photo_id) for photo_id in document.project.entries)
        known = tuple(photo for photo in photos if true_scene(photo.sha256) is not None)
        if not known:
            return Answer(NOT_THE_SAMPLE, {"error": NOT_THE_SAMPLE}, BAD_INPUT)
        for photo in known:
            rows += [_row(photo, shoe, number, document) for number, shoe in _shoes(photo, document)]
        progress = sample_progress(known, document.project.models)
    lines = [_line(row) for row in rows]
    content = {"shoes": rows, "in_all": progress.shoes, "done": progress.done, "summary": progress.sentence()}
    return Answer("\n".join([*lines, progress.sentence()]), content)


def _shoes(photo: Photo, document: Document) -> list[tuple[int, Instance]]:
    categories = document.project
    numbered = enumerate(photo.instances, 1)
    return [(number, one) for number, one in numbered if categories.category(one.category).role is Role.SHOE]


def _row(photo: Photo, shoe: Instance, number: int, document: Document) -> dict[str, Any]:
    scene = true_scene(photo.sha256)
    assert scene is not None
    came_with_it = shoe.provenance == SHIPPED_WITH
    row: dict[str, Any] = {"photo": photo.file, "instance": number, "side": shoe.side.value, "given": came_with_it}
    if not shoe.region.is_empty:
        true = true_shoe_of(photo, shoe, scene)
        row |= {"outline_iou": _iou(shoe.region, true.outline, photo.size_px)}
        row |= {"outline_px": contour_distance(shoe.region, true.outline).mean_px}
    check = pose_check(photo, shoe, document.project.models)
    if check is not None:
        row |= _figures(check) | {"edge_px": _edge_px(photo, shoe, check, document)}
    return row


def _figures(check: PoseCheck) -> dict[str, Any]:
    return {
        "verdict": check.verdict,
        "rotation_deg": check.rotation_deg,
        "across_mm": check.across_mm,
        "distance_pct": check.distance_pct,
        "shift_px": _number(check.shift_px),
        "side_is_right": check.side_is_right,
        "model_is_right": check.model_is_right,
        "advice": check.advice(),
    }


def _iou(a: Region, b: Region, size_px: tuple[int, int]) -> float:
    from core.render.region_raster import region_mask  # as in _edge_px

    return mask_iou(region_mask(a, *size_px), region_mask(b, *size_px))


def _edge_px(photo: Photo, shoe: Instance, check: PoseCheck, document: Document) -> float | None:
    """Mean distance of the posed shoe's edge in the photo from the true one's; None for one outside of the photo."""
    from core.render.raster import mesh_mask, region_from_mask  # numba: compiled only where it is used

    model = document.project.models[shoe.model_id or ""]
    mesh = model.sized_mesh(document.store.mesh(model.mesh_sha256), size=shoe.size, side=shoe.side)
    assert shoe.pose is not None
    region = region_from_mask(mesh_mask(mesh, shoe.pose, photo.camera), tolerance_px=0.4)
    return _number(contour_distance(region, check.shoe.silhouette).mean_px)


def _number(value: float) -> float | None:
    """JSON knows no nan."""
    return value if math.isfinite(value) else None


def _line(row: dict[str, Any]) -> str:
    parts = [f"{row['photo']}, instance {row['instance']}"]
    if row["given"]:
        parts[0] += " (came with the sample)"
    if "outline_iou" in row:
        parts.append(f"outline IoU {row['outline_iou']:.3f}, {row['outline_px']:.1f} px")
    if "verdict" in row:
        turned, across, away = row["rotation_deg"], row["across_mm"], row["distance_pct"]
        edge = "not in the photo" if row["edge_px"] is None else f"edge {row['edge_px']:.1f} px"
        figures = f"{turned:.1f}°, {across:.1f} mm across, {away:+.1f} % of the distance, {edge}"
        parts.append(f"{row['verdict']}: {figures}. {row['advice']}".rstrip(" ."))
    else:
        parts.append("no pose")
    return "; ".join(parts)
