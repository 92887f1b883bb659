"""The tour's beginning: a window without a project, a new one, its photos and its shoe model with landmarks."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPoint

from core.sneaker.shipped import SAMPLE_FOLDER, shipped_sneaker
from gui.dialogs.model_view import ModelView
from gui.tour.eye import MODEL_FILE, Array
from gui.tour.tour import CONCRETE, WOOD, Tour
from gui.tour.view import View
from gui.tour.windows import seen

NAME = "Court sneaker"


def welcome(tour: Tour) -> None:
    """The window without a project."""
    tour.hand.wait_for("welcome")
    tour.see("the inference core to be ready", View.is_core_ready, seconds=60)
    tour.picture("welcome", "The program as it starts: no project is open, and the window says what can be begun.")


def new_project(tour: Tour) -> None:
    """A new project through the menu."""
    hand = tour.hand
    hand.read(lambda: tour.project_file.parent.mkdir(parents=True, exist_ok=True))
    hand.open_menu("File")
    tour.snap("file-menu", "The File menu. Every command shows its key; what cannot be done yet is dimmed.")
    hand.click_in_menu("new_project")
    hand.wait_for("fileNameEdit")
    hand.type_text(str(tour.project_file.with_suffix("")))
    tour.snap("new-project", "File > New project… asks for a name. Nothing is ever saved by hand after this.")
    hand.key("Return")
    tour.see("the new project", lambda view: view.has_project)
    hand.wait_gone("fileNameEdit")
    tour.picture("empty-project", "The new project is empty; photos can be dropped anywhere on the window.")


def add_photos(tour: Tour) -> None:
    """Two photos through the Add photos dialog."""
    hand = tour.hand
    hand.click("welcome_add_photos")
    hand.wait_for("fileNameEdit")
    hand.type_text(" ".join(f'"{SAMPLE_FOLDER / name}"' for name in (WOOD, CONCRETE)))
    hand.key("Return")
    tour.see("both photos", lambda view: view.photo_count == 2)
    tour.open_photo(WOOD)
    tour.picture("photos", "Two photos were added. Their focal length was read from EXIF, as the line below says.")


def import_model(tour: Tour) -> None:
    """The shoe model from its mesh file."""
    hand = tour.hand
    hand.key("Ctrl+M")
    hand.wait_for("fileNameEdit")
    hand.type_text(str(MODEL_FILE))
    hand.key("Return")
    hand.wait_for("importMeshDialog_accept", seconds=60)
    hand.click("meshName")
    hand.key("Ctrl+A")
    hand.type_text(NAME)
    tour.picture(
        "import-model", "Import shoe model: what was understood of the file (axes, size) is shown before it is taken."
    )
    hand.click("importMeshDialog_accept")
    tour.see("the model in the project", lambda view: NAME in view.landmark_counts)
    hand.wait_gone("importMeshDialog")


def place_landmarks(tour: Tour) -> None:
    """The eight landmarks by clicks."""
    hand = tour.hand
    hand.key("F6")
    hand.click("modelRows", at=hand.read(lambda: tour.view.row_at("modelRows", NAME)))
    tour.picture(
        "models",
        "The model library: every project begins with one sneaker; the imported one still lacks its landmarks.",
    )
    hand.click("modelLandmarks")
    hand.wait_for("landmarkView")
    landmarks = shipped_sneaker()[0].landmarks
    for name, at_mm in landmarks.items():
        tour.see(f"“{name}” to be asked for", partial(_asks_for, name=name))
        hand.click("landmarkView", at=hand.read(partial(_on_the_shoe, np.array(at_mm))))
    tour.picture("landmarks", "Landmarks are clicked onto the shoe; the view turns to where the next one is best seen.")
    hand.click("landmarksDialog_accept")
    hand.wait_gone("landmarksDialog")
    tour.see("eight landmarks", lambda view: view.landmark_counts[NAME] == 8)
    hand.key("F4")


def _asks_for(view: View, *, name: str) -> bool:
    return view.asked_landmark == name


def _on_the_shoe(at_mm: Array) -> QPoint:
    widget = seen("landmarkView")
    assert isinstance(widget, ModelView)
    return widget.screen_point(at_mm).toPoint()
