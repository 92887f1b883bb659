from __future__ import annotations

import numpy as np
import pytest
from fit_builders import CAMERA, lofted_shoe, problem, view

from core.fit.cuts import straight_cuts, without_beyond
from core.fit.search import HIDDEN, search_pose
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.metrics.pose_error import add_mm
from core.render.contours import region_from_mask
from core.render.raster import mesh_mask

DIAMETER_MM = lofted_shoe().diameter_mm()
POINTS_MM = lofted_shoe().surface_points(500)


def cut_off(true: Pose, angle_deg: float, share: float) -> tuple[Region, np.ndarray, np.ndarray]:
    """The shoe's mask without a share of its pixels on one side of a line; a point and the normal of the line."""
    mask = mesh_mask(lofted_shoe(), true, CAMERA)
    rows, columns = np.nonzero(mask)
    centres = np.stack([columns, rows], axis=1) + 0.5
    normal = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    along = centres @ normal
    edge = np.quantile(along, 1 - share)
    mask[rows[along > edge], columns[along > edge]] = False
    return region_from_mask(mask, tolerance_px=0.0), edge * normal, normal


@pytest.mark.parametrize("angle_deg", [-100.0, -60.0, 13.0])
def test_a_straight_cut_is_found_and_taken_out_of_the_evidence(angle_deg: float) -> None:
    region, point, normal = cut_off(view(35, 30), angle_deg, 0.2)
    contour = problem(region).contour
    cuts = straight_cuts(contour)
    best = max(cuts, key=lambda cut: float(cut.normal @ normal))
    assert best.normal @ normal > np.cos(np.radians(1.0))
    assert abs((best.at_px - point) @ normal) < 1.0
    rest = without_beyond(contour, best)
    assert (best.beyond(rest.samples.at_px) < 0).all()
    assert len(rest.rings) == len(rest.samples.at_px) < len(contour.samples.at_px)
    assert rest.hidden_share > contour.hidden_share + 0.05
    assert rest.pixels.area <= contour.pixels.area
    assert rest.field.valid.sum() < contour.field.valid.sum()
    assert contour.pixels.valid.all()


@pytest.mark.parametrize(("azimuth", "elevation", "angle_deg"), [(35, 20, -80.0), (215, 35, -120.0), (120, 60, 150.0)])
def test_a_shoe_cut_straight_by_what_nobody_marked_is_found(azimuth: int, elevation: int, angle_deg: float) -> None:
    true = view(azimuth, elevation)
    region, _, _ = cut_off(true, angle_deg, 0.2)
    found = search_pose(problem(region), effort=HIDDEN).hypotheses[0]
    assert add_mm(true, found.pose, points_mm=POINTS_MM) < 0.05 * DIAMETER_MM
    assert 0.7 < found.iou < 0.9
