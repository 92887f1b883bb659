"""A session on a fresh project with a few photos, and shoes in them: what panels are shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from document_book import Book

from core.document.edit import Edit
from core.geometry.region import Region
from core.geometry.steering import rough_pose
from core.labels.instance import Instance, PoseEstimate, ShoeSize, Side
from core.labels.photo import Photo, guessed_camera
from core.labels.shoe_model import ShoeModel
from gui.session import Session

MODEL = ShoeModel("m", "runner", "0" * 64, (280.0, 100.0, 110.0), 320.0)
OTHER_MODEL = ShoeModel("n", "boot", "1" * 64, (300.0, 110.0, 160.0), 350.0)


def sneaker(name: str, side: Side = Side.LEFT) -> Instance:
    """An outlined sneaker."""
    return Instance(name, "sneaker", side, Region.from_box(100, 150, x1_px=400, y1_px=280))


def posed(instance: Instance, photo: Photo) -> Instance:
    """The sneaker with a pose whose covariance is known."""
    pose = rough_pose(photo.camera, instance.region, MODEL.extent_mm)
    covariance = np.diag([0.01, 0.01, 0.01, 1.0, 1.0, 4.0]) ** 2
    estimate = PoseEstimate(pose, covariance, 0.97, 1.2)
    return replace(instance, model_id="m", size=ShoeSize(280.0), pose_estimate=estimate)


def photo(name: str, *instances: Instance, position: int = 0) -> Photo:
    """A photo of 640 x 480 px."""
    return Photo(name, f"{name}.jpg", (640, 480), guessed_camera(640, 480), instances=instances, position=position)


def session_of(folder: Path, *photos: Photo, models: tuple[ShoeModel, ...] = (MODEL,)) -> Session:
    """A session that looks at a project of these photos, none of them opened."""
    book = Book(folder)
    values = [*models, *photos]
    book.document.commit(Edit("Add", tuple((None, value) for value in values)))
    session = Session()
    session.open_document(book.document)
    return session


def shoe_session(folder: Path) -> Session:
    """Two photos; the first is open, its posed left sneaker selected, a right one beside it."""
    blank = photo("a")
    first = blank.with_instances((posed(sneaker("left"), blank), sneaker("right", Side.RIGHT)))
    session = session_of(folder, first, photo("b", position=1))
    session.open_photo("a")
    session.select("left")
    return session
