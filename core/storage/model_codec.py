"""Shoe models and categories as JSON."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import msgspec

from core.labels.project import Category, Role
from core.labels.shoe_model import ShoeModel

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def model_to_json(model: ShoeModel) -> bytes:
    """A shoe model as UTF-8 JSON; its mesh is named by hash only."""
    return _encode(
        {
            "id": model.id,
            "name": model.name,
            "mesh_sha256": model.mesh_sha256,
            "extent_mm": [float(side) for side in model.extent_mm],
            "diameter_mm": float(model.diameter_mm),
            "mesh_file": model.mesh_file,
            # A list, for a database may sort the keys of a JSON object.
            "landmarks": [[name, [float(value) for value in at_mm]] for name, at_mm in model.landmarks.items()],
            "landmark_names": list(model.landmark_names),
            "links": [list(link) for link in model.links],
            "licence": model.licence,
        }
    )


def model_from_json(data: bytes | str) -> ShoeModel:
    """The shoe model of `model_to_json`. Raises ValueError or KeyError when the JSON is something else."""
    values: dict[str, Any] = _decode(data)
    length, width, height = (float(side) for side in values["extent_mm"])
    landmarks = {name: (float(x), float(y), float(z)) for name, (x, y, z) in values["landmarks"]}
    return ShoeModel(
        id=values["id"],
        name=values["name"],
        mesh_sha256=values["mesh_sha256"],
        extent_mm=(length, width, height),
        diameter_mm=float(values["diameter_mm"]),
        mesh_file=values["mesh_file"],
        landmarks=MappingProxyType(landmarks),
        landmark_names=tuple(values["landmark_names"]),
        links=tuple((int(start), int(end)) for start, end in values["links"]),
        licence=values["licence"],
    )


def category_to_json(category: Category) -> bytes:
    """A category as UTF-8 JSON."""
    return _encode(
        {
            "id": category.id,
            "name": category.name,
            "color": category.color,
            "role": category.role.value,
            "position": category.position,
        }
    )


def category_from_json(data: bytes | str) -> Category:
    """The category of `category_to_json`. Raises ValueError or KeyError when the JSON is something else."""
    values: dict[str, Any] = _decode(data)
    return Category(values["id"], values["name"], values["color"], Role(values["role"]), int(values["position"]))
