"""The objects of a BOP dataset as shoe models: those of our own exports as they were, others brought to our frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from core.document.store import Store
from core.formats import outsole_key
from core.formats.bop_folder import OWN_TABLE, BopFolder, used_objects
from core.formats.json_file import FormatError
from core.formats.report import ReportLine, changed, refused, taken
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.labels.instance import ShoeSize, Side, new_id
from core.labels.project import Project
from core.labels.shoe_model import ShoeModel

_FEET = {"left": Side.LEFT, "right": Side.RIGHT}


@dataclass(frozen=True, slots=True)
class WantedModel:
    """A mesh file that must be read before an import. is_own: it is in the shoe frame, and is to be taken as it is."""

    obj_id: int
    file: Path
    is_own: bool


@dataclass(frozen=True, slots=True)
class ReadModel:
    """What a mesh file became. mesh: in mm; of our own sets as it lies in the file, else a right shoe, centred.

    shoe_from_file: brings the file's points to the shoe frame, before a left shoe is mirrored. foot: "left" (then the
    mesh was mirrored), "right", or "" where nothing told.
    """

    mesh: Mesh
    shoe_from_file: Pose = field(default_factory=Pose.identity)
    foot: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BopObject:
    """An obj_id as a shoe of ours."""

    model: ShoeModel
    side: Side
    size: ShoeSize | None
    file_from_shoe: Pose


def models_wanted(bop: BopFolder, project: Project) -> tuple[WantedModel, ...]:
    """The mesh files an import into the project needs, in the order of their numbers. Raises FormatError."""
    wanted = []
    own_ids: set[str] = set()
    for obj_id in used_objects(bop):
        file, entry = bop.models.get(obj_id), bop.objects.get(str(obj_id))
        if file is None:
            continue
        if entry is not None:
            identifier = _own_model(entry, obj_id)["id"]
            if identifier in own_ids or _known(entry["model"], project) is not None:
                continue
            own_ids.add(identifier)
        wanted.append(WantedModel(obj_id, file, is_own=entry is not None))
    return tuple(wanted)


class ObjectModels:
    """Objects by number, made when they are first asked for; `added` are the models the project does not have."""

    def __init__(self, bop: BopFolder, project: Project, *, store: Store, read: Mapping[int, ReadModel | str]) -> None:
        self.added: dict[str, ShoeModel] = {}
        self._bop = bop
        self._project = project
        self._store = store
        self._read = read
        self._made: dict[int, BopObject | None] = {}

    @property
    def project(self) -> Project:
        """The project with the models that come with the set."""
        return self._project.with_models({**self._project.models, **self.added})

    def object(self, obj_id: int, lines: list[ReportLine]) -> BopObject | None:
        """The shoe an obj_id stands for; None where there is no mesh for it. Raises FormatError for a broken table."""
        if obj_id not in self._made:
            entry = self._bop.objects.get(str(obj_id))
            sentence = self._read.get(obj_id)
            if isinstance(sentence, str):
                lines.append(refused(self._bop.shown(self._bop.models[obj_id]), "", reason=sentence))
            made = self._foreign(obj_id, lines) if entry is None else self._own(obj_id, entry, lines=lines)
            self._made[obj_id] = made
        return self._made[obj_id]

    def _own(self, obj_id: int, entry: Mapping[str, Any], *, lines: list[ReportLine]) -> BopObject | None:
        own = _own_model(entry, obj_id)
        try:
            side, size = Side(entry["side"]), outsole_key.size_from_json(entry["size"])
            model = _known(own, self._project) or self.added.get(own["id"])
            read = self._read.get(obj_id)
            if model is None and isinstance(read, ReadModel):
                model = _own_shoe_model(entry, read.mesh, side=side, size=size, store=self._store)
                self.added[model.id] = model
                file = self._bop.shown(self._bop.models[obj_id])
                lines.append(taken(file, "", reason=f"the shoe model {model.name!r}"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _broken(obj_id, f"{error!r}") from error
        return None if model is None else BopObject(model, side, size, Pose.identity())

    def _foreign(self, obj_id: int, lines: list[ReportLine]) -> BopObject | None:
        read = self._read.get(obj_id)
        if not isinstance(read, ReadModel):
            return None
        file = self._bop.models[obj_id]
        sha256 = self._store.add_mesh(read.mesh)
        same = (model for model in self.project.models.values() if model.mesh_sha256 == sha256)
        model = next(same, None)
        if model is None:
            length, width, height = (float(side) for side in read.mesh.extent_mm)
            name = f"{self._bop.root.resolve().name} object {obj_id}"
            extent = (length, width, height)
            model = ShoeModel(new_id(), name, sha256, extent, read.mesh.diameter_mm(), str(file))
            self.added[model.id] = model
            notes = " ".join(read.notes)
            reason = f"brought to the shoe frame as {name!r}, and its poses with it; look whether it is right. {notes}"
            lines.append(changed(self._bop.shown(file), "", reason=reason.strip()))
        side = _FEET.get(read.foot, Side.UNKNOWN)
        return BopObject(model, side, None, read.shoe_from_file.inverse())


def _own_model(entry: Mapping[str, Any], obj_id: int) -> Mapping[str, Any]:
    model = entry.get("model")
    if not isinstance(model, dict) or not isinstance(model.get("id"), str):
        raise _broken(obj_id, "it names no model")
    return model


def _broken(obj_id: int, what: str) -> FormatError:
    return FormatError(f"{OWN_TABLE}, objects.{obj_id} is damaged ({what}); export the set again, or remove this file.")


def _known(model: Mapping[str, Any], project: Project) -> ShoeModel | None:
    if model.get("id") in project.models:
        return project.models[model["id"]]
    sha256 = model.get("mesh_sha256")
    return next((one for one in project.models.values() if sha256 and one.mesh_sha256 == sha256), None)


def _own_shoe_model(entry: Mapping[str, Any], mesh: Mesh, *, side: Side, size: ShoeSize, store: Store) -> ShoeModel:
    """The model an exported shoe was made of: mirrored back, brought back to the model's own size."""
    length, width, height = (float(extent) for extent in entry["model_extent_mm"])
    factors = size.factors(length)
    right = mesh.mirrored() if side is Side.LEFT else mesh
    own = right.scaled(1.0 / factors)
    mirror = np.array([1.0, -1.0 if side is Side.LEFT else 1.0, 1.0])
    landmarks = {}
    for name, at_mm in entry["landmarks_mm"].items():
        x, y, z = (float(value) for value in np.asarray(at_mm, dtype=np.float64) / factors * mirror)
        landmarks[str(name)] = (x, y, z)
    return ShoeModel(
        entry["model"]["id"],
        str(entry["model"]["name"]),
        store.add_mesh(own),
        (length, width, height),
        own.diameter_mm(),
        landmarks=MappingProxyType(landmarks),
        landmark_names=tuple(str(name) for name in entry["landmark_names"]),
        links=tuple((int(start), int(end)) for start, end in entry["links"]),
        licence=str(entry.get("licence", "")),
    )
