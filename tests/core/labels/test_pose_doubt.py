"""What speaks against a stored pose, and that a worse one sorts before a better one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from core.geometry.camera import CameraSource
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.labels.instance import DOUBTED, LAID_DOWN, Instance, PoseEstimate, Provenance, Source
from core.labels.photo import Photo, guessed_camera
from core.labels.pose_doubt import pose_doubt

PHOTO = Photo("p", "a.jpg", (640, 480), replace(guessed_camera(640, 480), source=CameraSource.EXIF))
GOOD = PoseEstimate(
    Pose.exp([1.9, 0.0, 0.0, 0.0, 0.0, 1000.0]),
    covariance=np.diag([1e-4] * 3 + [1.0] * 3),
    iou=0.98,
    contour_px=0.8,
    provenance=Provenance(Source.FIT),
)
OUTLINE = Region.from_box(100, 100, x1_px=300, y1_px=200)


def doubt(estimate: PoseEstimate | None, *, photo: Photo = PHOTO, outline: Region = OUTLINE) -> tuple[float, str]:
    found = pose_doubt(Instance("a", "sneaker", region=outline, pose_estimate=estimate), photo)
    assert found is not None
    return found.score, "; ".join(found.reasons)


def test_nothing_speaks_against_a_pose_that_fits() -> None:
    assert doubt(GOOD) == (0, "")


def test_a_sneaker_without_a_pose_has_no_doubt() -> None:
    assert pose_doubt(Instance("a", "sneaker", region=OUTLINE), PHOTO) is None


def test_each_doubt_is_named_and_they_add_up() -> None:
    worse = replace(GOOD, iou=0.85)
    assert doubt(worse)[1] == "IoU 0.85"
    assert doubt(replace(worse, contour_px=9.0))[1] == "IoU 0.85; outline 9.0 px off"
    assert "by hand" in doubt(PoseEstimate(GOOD.pose))[1]
    assert "never aligned" in doubt(PoseEstimate(GOOD.pose, provenance=LAID_DOWN))[1]
    doubted = Provenance(Source.FIT, "", MappingProxyType({DOUBTED: 1.0}))
    assert "in doubt" in doubt(replace(GOOD, provenance=doubted))[1]
    assert "another pose" in doubt(replace(GOOD, alternatives=(GOOD.pose,)))[1]
    assert "rotation ± 11°" in doubt(replace(GOOD, covariance=np.diag([0.04] * 3 + [1.0] * 3)))[1]
    assert "camera guessed" in doubt(GOOD, photo=replace(PHOTO, camera=guessed_camera(640, 480)))[1]
    assert "no outline" in doubt(GOOD, outline=Region(()))[1]
    from_below = replace(GOOD, pose=Pose.exp([1.0, 0.0, 0.0, 0.0, 0.0, 1000.0]))
    assert doubt(from_below)[1] == "seen from below"


def test_the_worse_the_overlap_the_more_doubt() -> None:
    scores = [doubt(replace(GOOD, iou=iou))[0] for iou in (0.95, 0.92, 0.9, 0.8, 0.5)]
    assert scores == sorted(scores) and scores[0] == 0
