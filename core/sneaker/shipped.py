"""Where the shipped sneaker and the sample photos lie, and how the sneaker is read."""

from __future__ import annotations

import sys
from pathlib import Path

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel

_BUNDLE = getattr(sys, "_MEIPASS", None)  # set in a bundled program, where the sources are not
RESOURCES = Path(_BUNDLE) / "resources" if _BUNDLE else Path(__file__).resolve().parents[2] / "resources"
MODELS_FOLDER = RESOURCES / "models"
SAMPLE_FOLDER = RESOURCES / "sample"


def shipped_sneaker() -> tuple[ShoeModel, Mesh]:
    """The house's sneaker from its files: some 30 ms, where making it anew takes half a second."""
    from core.storage.mesh_codec import mesh_from_npz
    from core.storage.model_codec import model_from_json

    model = model_from_json((MODELS_FOLDER / "outsole_sneaker.json").read_bytes())
    return model, mesh_from_npz((MODELS_FOLDER / "outsole_sneaker.npz").read_bytes())
