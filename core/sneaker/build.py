"""Writes the shipped shoes into resources/models: `python -m core.sneaker.build [FOLDER]`."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from core.geometry.mesh import Mesh
from core.labels.shoe_model import ShoeModel
from core.sneaker.colourway import FLARE, NAVY, Colourway
from core.sneaker.shape import HIGH_TOP, LOW_TOP, SneakerShape
from core.sneaker.shipped import MODELS_FOLDER
from core.sneaker.sneaker import baked_texture, bare_sneaker, model_of
from core.storage.mesh_codec import mesh_to_npz
from core.storage.model_codec import model_to_json

SHIPPED_TEXTURE_PX = 2048


@dataclass(frozen=True, slots=True)
class ShippedShoe:
    """One of the shoes that come with the program: its measures and its colours."""

    shape: SneakerShape
    colourway: Colourway


SHIPPED = (ShippedShoe(LOW_TOP, NAVY), ShippedShoe(HIGH_TOP, FLARE))


def build_models(
    folder: Path, shoes: tuple[ShippedShoe, ...] = SHIPPED, *, texture_px: int = SHIPPED_TEXTURE_PX
) -> list[tuple[ShoeModel, Mesh]]:
    """Write for each shoe an .npz (the mesh), a .json (the model and its landmarks) and a .glb (for other programs)."""
    from core.meshes.mesh_file import write_glb  # trimesh: only this command needs it, not who reads the models

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for shoe in shoes:
        bare = bare_sneaker(shoe.shape)
        texture = baked_texture(shoe.shape, shoe.colourway, side_px=texture_px)
        model, mesh = model_of(shoe.shape, replace(bare, texture=texture))
        file = folder / model.mesh_file
        file.write_bytes(mesh_to_npz(mesh, png_level=9))
        text = json.dumps(json.loads(model_to_json(model)), indent=1, ensure_ascii=False)
        file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
        write_glb(mesh, file.with_suffix(".glb"), as_photo=True)
        made.append((model, mesh))
    return made


def main(arguments: list[str]) -> None:
    """Write the files and say how large they are."""
    folder = Path(arguments[0]) if arguments else MODELS_FOLDER
    for model, mesh in build_models(folder):
        length, width, height = model.extent_mm
        print(f"{model.name}: {len(mesh.faces)} triangles, {length:.0f} x {width:.0f} x {height:.0f} mm")
        for path in sorted(folder.glob(f"{Path(model.mesh_file).stem}.*")):
            print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
