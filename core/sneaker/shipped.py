"""Where the shipped shoes and the sample photos lie, and how the shoes are read."""

from __future__ import annotations

from types import MappingProxyType

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.resources import RESOURCES

MODELS_FOLDER = RESOURCES / "models"
SAMPLE_FOLDER = RESOURCES / "sample"
MODEL_ID, HIGH_MODEL_ID = "outsole-sneaker", "outsole-high-top"
BUILT_IN = MappingProxyType({"low-top": MODEL_ID, "high-top": HIGH_MODEL_ID})
_FILES = {"low-top": "outsole_sneaker", "high-top": "outsole_high_top"}


def shipped_sneaker() -> tuple[ShoeModel, Mesh]:
    """The house's low-top from its files: some 50 ms, where making it anew takes half a minute."""
    return shipped_shoe("low-top")


def shipped_high_top() -> tuple[ShoeModel, Mesh]:
    """The house's high-top from its files."""
    return shipped_shoe("high-top")


def shipped_shoe(name: str) -> tuple[ShoeModel, Mesh]:
    """A shoe of BUILT_IN by its name there, from its files. Raises KeyError for another name."""
    from core.storage.mesh_codec import mesh_from_npz
    from core.storage.model_codec import model_from_json

    model = model_from_json((MODELS_FOLDER / f"{_FILES[name]}.json").read_bytes())
    return model, mesh_from_npz((MODELS_FOLDER / f"{_FILES[name]}.npz").read_bytes())
