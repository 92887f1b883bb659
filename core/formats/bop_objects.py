"""The object table of a BOP export: one number for each model, side and size, with its mesh, box and diameter."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.formats import outsole_key
from core.formats.json_file import write_bytes, write_json
from core.geometry.mesh import Mesh
from core.labels.instance import Instance, ShoeSize, Side
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel

Json = dict[str, Any]

MODEL_FOLDERS = ("models", "models_eval")  # evaluators look into the second alone; here both hold the same


@dataclass(frozen=True, slots=True)
class ShoeKind:
    """What makes two shoes the same rigid object: model, foot and size. An unknown foot is drawn as a right one."""

    model_id: str
    side: Side
    size: ShoeSize

    @staticmethod
    def of(instance: Instance, model: ShoeModel) -> ShoeKind:
        """The kind of an instance of that model."""
        side = Side.LEFT if instance.side is Side.LEFT else Side.RIGHT
        return ShoeKind(model.id, side, instance.size or model.size)


@dataclass(slots=True)
class ObjectTable:
    """Numbers from 1 in the order in which kinds are first met."""

    project: Project
    numbers: dict[ShoeKind, int] = field(default_factory=dict)

    def number(self, kind: ShoeKind) -> int:
        """The obj_id of a kind, a new one if need be."""
        return self.numbers.setdefault(kind, len(self.numbers) + 1)

    def describe(self, kind: ShoeKind) -> str:
        """Such as "Canvas low, left, 277 mm"."""
        size, name = kind.size, self.project.models[kind.model_id].name
        shape = "" if size.width_ratio == size.height_ratio == 1.0 else ", of another width or height"
        return f"{name}, {kind.side.value}, {size.length_mm:g} mm{shape}"

    def to_json(self) -> Json:
        """The table as it is written: obj_id to model, side, size and landmarks (of that side and size)."""
        objects: Json = {}
        for kind, number in self.numbers.items():
            model = self.project.models[kind.model_id]
            landmarks = model.sized_landmarks(kind.size, kind.side)
            objects[str(number)] = {
                "model": {"id": model.id, "name": model.name, "mesh_sha256": model.mesh_sha256},
                "side": kind.side.value,
                "size": outsole_key.size_to_json(kind.size),
                "model_extent_mm": list(model.extent_mm),
                "landmarks_mm": {name: at_mm.tolist() for name, at_mm in landmarks.items()},
                "landmark_names": list(model.landmark_names),
                "links": [list(link) for link in model.links],
                "licence": model.licence,
            }
        return {"conventions": "shoe frame: +X to the toe, +Y to the wearer's left, +Z up; mm", "objects": objects}


def model_file_name(obj_id: int) -> str:
    """The name of an object's mesh file."""
    return f"obj_{obj_id:06d}.ply"


def model_info(mesh: Mesh) -> dict[str, float]:
    """An object's entry of models_info.json: lowest corner, size and largest distance of two vertices, in mm."""
    low, high = mesh.bounds_mm
    info = {"diameter": mesh.diameter_mm()}
    info |= {f"min_{axis}": float(low[index]) for index, axis in enumerate("xyz")}
    return info | {f"size_{axis}": float(high[index] - low[index]) for index, axis in enumerate("xyz")}


def write_models(meshes: dict[int, Mesh], dataset: Path) -> None:
    """Write every object's PLY, and models_info.json, into each of MODEL_FOLDERS."""
    infos: Json = {}
    for obj_id, mesh in meshes.items():
        written = _surface(mesh)
        infos[str(obj_id)] = model_info(written)
        content = ply_bytes(written)
        for folder in MODEL_FOLDERS:
            write_bytes(dataset / folder / model_file_name(obj_id), content)
    for folder in MODEL_FOLDERS:
        write_json(dataset / folder / "models_info.json", infos, indent=2)


def ply_bytes(mesh: Mesh) -> bytes:
    """A mesh as binary PLY: positions in mm and unit normals as float, colours if it has any, triangles."""
    colours = mesh.vertex_colours()
    columns = [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")]
    if colours is not None:
        columns += [(name, "u1") for name in ("red", "green", "blue")]
    vertices = np.zeros(len(mesh.vertices_mm), dtype=columns)
    normals = _normals(mesh)
    for index in range(3):
        vertices["xyz"[index]] = mesh.vertices_mm[:, index]
        vertices[("nx", "ny", "nz")[index]] = normals[:, index]
        if colours is not None:
            vertices[("red", "green", "blue")[index]] = colours[:, index]
    faces = np.zeros(len(mesh.faces), dtype=[("count", "u1"), ("corners", "<i4", (3,))])
    faces["count"], faces["corners"] = 3, mesh.faces
    words = {"<f4": "float", "u1": "uchar"}
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment millimetres; x to the toe, y to the wearer's left, z up",
        f"element vertex {len(vertices)}",
        *(f"property {words[kind]} {name}" for name, kind in columns),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    return ("\n".join(header) + "\n").encode("ascii") + vertices.tobytes() + faces.tobytes()


def _surface(mesh: Mesh) -> Mesh:
    """The mesh without vertices that no triangle has: a pose error is measured at every vertex of the file."""
    used, corners = np.unique(mesh.faces, return_inverse=True)
    if len(used) == len(mesh.vertices_mm):
        return mesh
    colours = mesh.vertex_colours()
    faces = corners.reshape(-1, 3).astype(np.int32)
    return Mesh(mesh.vertices_mm[used], faces, colours=None if colours is None else colours[used])


def _normals(mesh: Mesh) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(V, 3) unit normals, the mean of the faces around a vertex by their area; upwards where they leave none."""
    corners = mesh.vertices_mm[mesh.faces]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(mesh.vertices_mm)
    for index in range(3):
        np.add.at(normals, mesh.faces[:, index], crossed)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    upwards = np.tile([0.0, 0.0, 1.0], (len(normals), 1))
    return np.divide(normals, lengths, out=upwards, where=lengths > 0)
