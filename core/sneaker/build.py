"""Writes the shipped sneaker into resources/models: `python -m core.sneaker.build [FOLDER]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.sneaker.shipped import MODELS_FOLDER
from core.sneaker.sneaker import MODEL_FILE, sneaker_model
from core.storage.mesh_codec import mesh_to_npz
from core.storage.model_codec import model_to_json


def build_models(folder: Path) -> tuple[ShoeModel, Mesh]:
    """Write outsole_sneaker.npz (the mesh), .json (the model and its landmarks) and .glb (for other programs)."""
    from core.meshes.mesh_file import write_glb  # trimesh: only this command needs it, not who reads the model

    model, mesh = sneaker_model()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{MODEL_FILE}.npz").write_bytes(mesh_to_npz(mesh))
    text = json.dumps(json.loads(model_to_json(model)), indent=1, ensure_ascii=False)
    (folder / f"{MODEL_FILE}.json").write_text(text + "\n", encoding="utf-8")
    write_glb(mesh, folder / f"{MODEL_FILE}.glb")
    return model, mesh


def main(arguments: list[str]) -> None:
    """Write the files and say how large they are."""
    folder = Path(arguments[0]) if arguments else MODELS_FOLDER
    model, mesh = build_models(folder)
    length, width, height = model.extent_mm
    print(f"{model.name}: {len(mesh.faces)} triangles, {length:.0f} x {width:.0f} x {height:.0f} mm")
    for path in sorted(folder.glob(f"{MODEL_FILE}.*")):
        print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
