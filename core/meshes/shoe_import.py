"""From a mesh file to a shoe: a right shoe in the shoe frame, in millimetres, with everything assumed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.meshes.atlas import submesh
from core.meshes.mesh_file import MeshFileError, read_mesh_file
from core.meshes.orientation import bend, is_bend_sure, proposed_orientation, shoe_from_file, turn_deg
from core.meshes.pair import split_pair
from core.meshes.sizes import DEFAULT_LENGTH_MM, eu_from_length_mm

Array = NDArray[np.float64]

SHOES = ("left", "right", "all")
_MANY_TRIANGLES = 300_000
# Lengths a shoe can have in each unit, and what one of it is in mm; where none fits, the unit is anybody's guess.
_UNITS = (("metres", 0.12, 0.40, 1000.0), ("centimetres", 12.0, 40.0, 10.0), ("millimetres", 120.0, 400.0, 1.0))


@dataclass(frozen=True, slots=True)
class ProposedShoe:
    """A shoe read from a file, and how it was read.

    mesh: right shoe, shoe frame, mm, centred. axes: the file's directions of toe and up. shoe: "left" or "right" for
    the one taken out of a pair (or said by the annotator), "all" for a file taken as one shoe. notes: sentences.
    shoe_from_file: brings the file's points, times `scale`, to the shoe frame in mm, before a left shoe is mirrored.
    foot: "left" (then the mesh was mirrored), "right", or "" where nothing told.
    """

    mesh: Mesh
    name: str
    axes: tuple[str, str]
    length_mm: float
    shoe: str
    is_pair: bool
    notes: tuple[str, ...]
    shoe_from_file: Pose = field(default_factory=Pose.identity)
    scale: float = 1.0
    foot: str = ""


def propose_import(
    file: Path,
    *,
    axes: tuple[str, str] | None = None,
    length_mm: float | None = None,
    shoe: str | None = None,
    unit_mm: float | None = None,
) -> ProposedShoe:
    """Read a mesh file and bring it to the shoe frame; what is None is proposed from the shape.

    axes: toe and up in the file, such as ("+Z", "+Y"). length_mm: of the outsole, 50 to 600. shoe: of a pair "left"
    or "right"; of a single shoe which foot it is for; "all" takes the file as one shoe and judges the foot itself.
    unit_mm: mm per unit of the file, where its format fixes it.
    Raises MeshFileError with a sentence for the annotator.
    """
    _check_wishes(length_mm, shoe)
    file = Path(file)
    read = read_mesh_file(file)
    _check_solid(read.mesh, file)
    notes = list(read.notes)
    halves = split_pair(read.mesh)
    if halves is not None and shoe != "all":
        picked = _picked_shoe(read.mesh, halves, wish=shoe or "right", axes=axes, notes=notes)
    else:
        picked = _single_shoe(read.mesh, shoe, axes=axes, notes=notes)
    if unit_mm is None:
        scale, length = _scale(picked.standing, length_mm, notes=notes)
    else:
        scale, length = unit_mm, float(picked.standing.extent_mm[0]) * unit_mm
    mesh = picked.standing.with_vertices(picked.standing.vertices_mm * scale)
    low, high = mesh.bounds_mm
    shoe_from_file = Pose.from_matrix(picked.turn, -(low + high) / 2)
    mesh = mesh.centred().mirrored() if picked.is_left else mesh.centred()
    _check_shape(mesh, notes)
    return ProposedShoe(
        mesh,
        _title(file),
        picked.axes,
        length,
        picked.shoe,
        halves is not None,
        tuple(dict.fromkeys(notes)),
        shoe_from_file,
        scale,
        picked.foot,
    )


def taken_as_it_is(file: Path) -> ProposedShoe:
    """A file that is known to hold a shoe in the shoe frame, in mm: nothing is turned, scaled, moved or mirrored.

    Raises MeshFileError.
    """
    read = read_mesh_file(Path(file))
    return ProposedShoe(
        read.mesh, _title(file), ("+X", "+Z"), float(read.mesh.extent_mm[0]), "all", is_pair=False, notes=read.notes
    )


@dataclass(frozen=True, slots=True)
class _Picked:
    """One shoe, standing along +X and +Z in the file's units."""

    standing: Mesh
    axes: tuple[str, str]
    shoe: str
    foot: str
    turn: Array  # (3, 3) that stood it up

    @property
    def is_left(self) -> bool:
        return self.foot == "left"


def _check_wishes(length_mm: float | None, shoe: str | None) -> None:
    if shoe is not None and shoe not in SHOES:
        raise MeshFileError(f"'{shoe}' is no choice of a shoe; say left, right or all.")
    if length_mm is not None and not 50.0 <= length_mm <= 600.0:
        raise MeshFileError(f"{length_mm:g} mm is no length of a shoe; give one between 50 and 600 mm.")


def _check_solid(mesh: Mesh, file: Path) -> None:
    low, high = mesh.bounds_mm
    extent = high - low
    if not extent.min() > 1e-6 * extent.max():
        raise MeshFileError(f"{file.name} is flat: all its points lie in one plane. Is it only the outline of a sole?")
    if float(np.abs(mesh.vertices_mm).max()) > 1e5 * float(extent.max()):
        raise MeshFileError(
            f"{file.name} lies so far from its origin that the shape has drowned in rounding. "
            "Move it to the origin in the program that made it, and export it again."
        )


def _single_shoe(mesh: Mesh, wish: str | None, *, axes: tuple[str, str] | None, notes: list[str]) -> _Picked:
    standing, axes, turn = _stand(mesh, axes, notes=notes)
    value = bend(standing.vertices_mm)
    if wish in ("left", "right"):
        foot = wish
        mirrored = ", and mirrored to a right one" if wish == "left" else ""
        notes.append(f"Taken as a {wish} shoe, as you said{mirrored}.")
    elif is_bend_sure(value):
        foot = "left" if value > 0 else "right"
        notes.append(
            "The waist of the sole says this is a left shoe; it was mirrored to a right one (letters read backwards)."
            if foot == "left"
            else "The waist of the sole says this is a right shoe."
        )
    else:
        foot = ""
        notes.append("The sole is too straight to tell left from right; it was taken as a right shoe. Please check.")
    return _Picked(standing, axes, wish or "all", foot, turn)


def _picked_shoe(
    mesh: Mesh,
    halves: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    *,
    wish: str,
    axes: tuple[str, str] | None,
    notes: list[str],
) -> _Picked:
    """The wished shoe of a pair: told by the bend of both soles, or by where they stand when that says nothing."""
    meshes = [submesh(mesh, half) for half in halves]
    quiet: list[str] = []
    stood = [_stand(half, axes, notes=quiet) for half in meshes]
    bends = [bend(standing.vertices_mm) for standing, _, _ in stood]
    difference = bends[0] - bends[1]
    if is_bend_sure(difference / 2):
        left_index = 0 if difference > 0 else 1
        notes.append(f"The file holds a pair; the {wish} shoe was taken, told by the waists of the soles.")
    else:
        rotation = shoe_from_file(*stood[0][1])
        sideways = [float((half.vertices_mm @ rotation.T)[:, 1].mean()) for half in meshes]
        left_index = int(np.argmax(sideways))
        notes.append(
            f"The file holds a pair; the {wish} shoe was taken as the one standing on that side. Please check."
        )
    index = left_index if wish == "left" else 1 - left_index
    standing, axes, turn = _stand(meshes[index], axes, notes=notes)
    if wish == "left":
        notes.append("The left shoe was mirrored to a right one (lettering reads backwards).")
    return _Picked(standing, axes, wish, wish, turn)


def _stand(mesh: Mesh, axes: tuple[str, str] | None, *, notes: list[str]) -> tuple[Mesh, tuple[str, str], Array]:
    """The mesh with toe +X and up +Z, straightened when it stands askew; its axes; the (3, 3) rotation in all."""
    if axes is None:
        found = proposed_orientation(mesh)
        axes = (found.toe, found.up)
        if not found.is_sure:
            notes.append(f"No clear sole and toe were found; toe {axes[0]} and up {axes[1]} are a guess. Please check.")
    rotation = shoe_from_file(*axes)
    vertices = mesh.vertices_mm @ rotation.T
    turn = turn_deg(vertices)
    if turn:
        angle = np.radians(-turn)
        about_z = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        vertices = vertices @ about_z.T
        rotation = about_z @ rotation
        notes.append(f"The shoe stood {abs(turn):.0f}° askew in its file and was straightened.")
    return mesh.with_vertices(vertices), axes, rotation


def _scale(standing: Mesh, length_mm: float | None, *, notes: list[str]) -> tuple[float, float]:
    """mm per unit of the file, and the length in mm."""
    length = float(standing.extent_mm[0])
    if length_mm is not None:
        return length_mm / length, length_mm
    for unit, shortest, longest, factor in _UNITS:
        if shortest <= length <= longest:
            found = length * factor
            notes.append(f"The file is in {unit}: {found:.0f} mm long, about EU {eu_from_length_mm(found):g}.")
            return factor, found
    notes.append(
        f"A length of {length:.4g} is no shoe in metres, centimetres or millimetres; "
        f"it was scaled to {DEFAULT_LENGTH_MM:.0f} mm (about EU {eu_from_length_mm(DEFAULT_LENGTH_MM):g})."
    )
    return DEFAULT_LENGTH_MM / length, DEFAULT_LENGTH_MM


def _check_shape(mesh: Mesh, notes: list[str]) -> None:
    length, width, height = mesh.extent_mm
    notes.append(f"{len(mesh.faces):,} triangles, {length:.0f} × {width:.0f} × {height:.0f} mm.")
    if not 0.2 <= width / length <= 0.65:
        notes.append(f"It is {width / length:.0%} as wide as long, where shoes have 30 to 50 %. Check the axes.")
    if not 0.15 <= height / length <= 1.2:
        notes.append(f"It is {height / length:.0%} as high as long, where sneakers have 35 to 60 %. Check the axes.")
    if len(mesh.faces) > _MANY_TRIANGLES:
        notes.append("It has very many triangles; the first drag and fit will take a while until its proxy is made.")


def _title(file: Path) -> str:
    words = file.stem.replace("_", " ").replace("-", " ").split()
    return " ".join(words).capitalize() or "Shoe"
