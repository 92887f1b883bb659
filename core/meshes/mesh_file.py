"""Mesh files: GLB, glTF, OBJ, PLY and STL read into one textured Mesh in the file's own units, and written from one."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.meshes.atlas import MeshPart, joined

READABLE_SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")
MAX_TRIANGLES = 5_000_000
_LARGEST_COORDINATE = 1e15
_GLB_MAGIC = b"glTF"
_GLB_JSON_CHUNK = 0x4E4F534A
_REMEDY = "Export it again without compression (Blender: glTF export with Compression off"
_UNREADABLE_EXTENSIONS = {
    "EXT_meshopt_compression": f"{_REMEDY}; or `gltf-transform copy in.glb out.glb`, which decodes it)",
    "KHR_meshopt_compression": f"{_REMEDY}; or `gltf-transform copy in.glb out.glb`, which decodes it)",
    "KHR_draco_mesh_compression": f"{_REMEDY}; or `gltf-transform copy in.glb out.glb`, which decodes it)",
    "KHR_mesh_quantization": f"{_REMEDY}; or `gltf-transform dequantize in.glb out.glb`)",
}
_PICTURE_EXTENSIONS = {"KHR_texture_basisu": "KTX2/Basis pictures", "MSFT_texture_dds": "DDS pictures"}
# What a reader of somebody else's broken file can stumble over; anything else is a fault of ours and shall be seen.
_READER_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,
    struct.error,
)


class MeshFileError(ValueError):
    """A mesh file that cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class FileMesh:
    """What a file holds: one mesh in the file's own units and axes (its field is called mm all the same), and notes."""

    mesh: Mesh
    notes: tuple[str, ...] = ()


def read_mesh_file(file: Path) -> FileMesh:
    """The file's geometry with the transforms of its scene applied, merged and welded; raises MeshFileError."""
    _check_file(file)
    notes = _check_extensions(file) if file.suffix.lower() in (".glb", ".gltf") else ()
    try:
        scene = trimesh.load_scene(file, process=False)
    except _READER_ERRORS as error:
        raise MeshFileError(
            f"{file.name}: the file could not be read as {_suffix_name(file)} ({type(error).__name__}: {error}). "
            "It is damaged or another kind of file; export it again, or open it in the program that made it."
        ) from error
    parts, part_notes = _parts(scene, file)
    mesh = joined(parts)
    return FileMesh(_outward(mesh), (*notes, *part_notes))


def write_glb(mesh: Mesh, path: Path, *, as_photo: bool = False) -> None:
    """Write a binary glTF in metres and Y up, as glTF wants it, with the texture or the vertex colours inside.

    as_photo: the texture as a JPEG, a quarter of the size; exact, as a PNG, without.
    """
    vertices_m = mesh.vertices_mm[:, [1, 2, 0]] / 1000.0  # our toe +X, left +Y, up +Z become +Z, +X, +Y
    if mesh.texture is not None and mesh.uv is not None:
        material = trimesh.visual.material.PBRMaterial(
            baseColorTexture=_picture(mesh.texture, as_photo=as_photo), metallicFactor=0.0, roughnessFactor=0.8
        )
        visual: Any = trimesh.visual.TextureVisuals(uv=mesh.uv, material=material)
    else:
        visual = trimesh.visual.ColorVisuals(vertex_colors=mesh.vertex_colours())
    solid = trimesh.Trimesh(vertices_m, mesh.faces, process=False)
    solid.visual = visual
    path.write_bytes(trimesh.exchange.gltf.export_glb(trimesh.Scene(solid)))


def _picture(texture: NDArray[np.uint8], *, as_photo: bool) -> Any:
    from PIL import Image  # heavy, and only needed for a textured mesh

    picture = Image.fromarray(texture)
    if as_photo:
        picture.format = "JPEG"  # trimesh writes a picture in the format it was read in
    return picture


def _check_file(file: Path) -> None:
    if file.suffix.lower() not in READABLE_SUFFIXES:
        kinds = ", ".join(suffix[1:].upper() for suffix in READABLE_SUFFIXES)
        raise MeshFileError(
            f"{file.name}: files ending in '{file.suffix}' cannot be read as a shoe; these can: {kinds}."
        )
    if not file.exists():
        raise MeshFileError(f"{file.name}: there is no such file in {file.parent}; was it moved or renamed?")
    if not file.is_file():
        raise MeshFileError(f"{file.name} is a folder, not a file; choose the mesh file inside it.")
    if file.stat().st_size == 0:
        raise MeshFileError(f"{file.name} is empty (0 bytes); the copy or download was cut short. Fetch it again.")


def _check_extensions(file: Path) -> tuple[str, ...]:
    """Refuse what cannot be decoded, by its name; returns notes on pictures that will be missing."""
    header = _gltf_header(file)
    required = _extension_names(header, "extensionsRequired")
    used = required | _extension_names(header, "extensionsUsed")
    for name, remedy in _UNREADABLE_EXTENSIONS.items():
        if name in required or (name in used and name in json.dumps(header.get("bufferViews", []))):
            raise MeshFileError(
                f"{file.name}: its geometry is stored with {name}, which cannot be read here. {remedy}."
            )
    missing = [f"{kind} ({name})" for name, kind in _PICTURE_EXTENSIONS.items() if name in used]
    return tuple(f"The textures are {kind}, which cannot be read; the shoe will be plain." for kind in missing)


def _extension_names(header: dict[str, Any], key: str) -> set[str]:
    names = header.get(key)
    return {str(name) for name in names} if isinstance(names, list) else set()


def _gltf_header(file: Path) -> dict[str, Any]:
    data = file.read_bytes()
    if file.suffix.lower() == ".glb":
        if data[:4] != _GLB_MAGIC or len(data) < 20:
            raise MeshFileError(f"{file.name} is not a GLB file: it does not begin with 'glTF'. Export it again.")
        length, kind = struct.unpack("<II", data[12:20])
        if kind != _GLB_JSON_CHUNK or 20 + length > len(data):
            raise MeshFileError(f"{file.name} ends in the middle; the copy or download was cut short. Fetch it again.")
        data = data[20 : 20 + length]
    try:
        header = json.loads(data)
    except ValueError as error:
        raise MeshFileError(f"{file.name}: its description is not valid JSON ({error}). Export it again.") from error
    if not isinstance(header, dict):
        raise MeshFileError(f"{file.name}: its description is not a glTF object. Export it again.")
    return header


def _parts(scene: Any, file: Path) -> tuple[list[MeshPart], tuple[str, ...]]:
    parts: list[MeshPart] = []
    notes: list[str] = []
    for node in scene.graph.nodes_geometry:
        transform, name = scene.graph[node]
        geometry = scene.geometry[name]
        if not isinstance(geometry, trimesh.Trimesh) or not len(geometry.faces):
            continue
        vertices = trimesh.transform_points(geometry.vertices, transform)
        _check_numbers(vertices, file)
        faces = np.asarray(geometry.faces)
        if np.linalg.det(transform[:3, :3]) < 0:  # a mirroring node turns the outside in
            faces = faces[:, ::-1]
        part, note = _part(geometry.visual, vertices, faces=faces)
        parts.append(part)
        notes += [note] if note else []
    if not parts:
        raise MeshFileError(
            f"{file.name} holds no faces, only points or lines; a shoe needs a surface. "
            "Export it with its faces (a point cloud must be meshed first)."
        )
    triangles = sum(len(part.faces) for part in parts)
    if triangles > MAX_TRIANGLES:
        raise MeshFileError(
            f"{file.name} has {triangles:,} triangles; {MAX_TRIANGLES:,} are the most that can be worked with. "
            "Decimate it first (Blender: Decimate modifier); 100,000 show every seam of a shoe."
        )
    return parts, tuple(dict.fromkeys(notes))


def _check_numbers(vertices: NDArray[np.float64], file: Path) -> None:
    if not np.isfinite(vertices).all():
        raise MeshFileError(f"{file.name} has vertices that are not numbers (NaN or infinity). Repair or re-export it.")
    if np.abs(vertices).max() > _LARGEST_COORDINATE:
        raise MeshFileError(
            f"{file.name} has coordinates as large as {np.abs(vertices).max():.0e}; no unit makes that a shoe. "
            "Repair or re-export it."
        )


def _part(visual: Any, vertices: NDArray[np.float64], *, faces: NDArray[Any]) -> tuple[MeshPart, str]:
    """One geometry of the scene, and a note about its picture if that could not be had."""
    if visual.kind in ("vertex", "face"):
        colours = np.asarray(visual.vertex_colors)[:, :3].astype(np.uint8)
        return MeshPart(vertices, faces, vertex_colours=colours), ""
    material = getattr(visual, "material", None)
    if material is None:
        return MeshPart(vertices, faces), ""
    if isinstance(material, trimesh.visual.material.PBRMaterial):
        image, colour = material.baseColorTexture, _srgb(material.baseColorFactor)
        missing = ""
    else:
        image, colour = getattr(material, "image", None), np.asarray(material.main_color)[:3]
        wanted = (getattr(material, "kwargs", None) or {}).get("map_kd")
        missing = f"The picture {wanted} named by the file was not found beside it." if wanted and not image else ""
        colour = np.array([255, 255, 255]) if image is not None else colour  # a diffuse map replaces Kd in practice
    uv = getattr(visual, "uv", None)
    if image is None or uv is None or len(uv) != len(vertices) or not np.isfinite(uv).any():
        red, green, blue = (int(channel) for channel in colour)
        return MeshPart(vertices, faces, colour=(red, green, blue)), missing
    uv = np.nan_to_num(uv, nan=0.0, posinf=0.0, neginf=0.0)  # OBJ faces may leave out their texture corner
    return MeshPart(vertices, faces, uv=uv, image=_rgb(image, colour)), missing


def _srgb(factor: Any) -> NDArray[np.uint8]:
    """glTF's linear base colour (0..255 here) as the sRGB bytes a picture holds."""
    if factor is None:
        return np.full(3, 255, np.uint8)
    linear = np.asarray(factor, dtype=np.float64)[:3] / 255.0
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(curved * 255).astype(np.uint8)


def _rgb(image: Any, tint: Any) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of a PIL picture; what is transparent takes the mean of what is not."""
    pixels = np.asarray(image.convert("RGBA"), dtype=np.float64)
    alpha = pixels[..., 3:] / 255.0
    if alpha.min() < 1.0:
        mean = (pixels[..., :3] * alpha).sum(axis=(0, 1)) / max(float(alpha.sum()), 1.0)
        pixels[..., :3] = pixels[..., :3] * alpha + mean * (1 - alpha)
    return np.round(pixels[..., :3] * (np.asarray(tint, dtype=np.float64) / 255.0)).astype(np.uint8)


def _outward(mesh: Mesh) -> Mesh:
    """The mesh with its outside outside, judged by the signed volume about its centre."""
    corners = mesh.centred().vertices_mm[mesh.faces]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum()
    box = float(np.prod(mesh.extent_mm))
    if volume < -0.02 * 6 * box:
        return Mesh(mesh.vertices_mm, mesh.faces[:, ::-1], mesh.uv, mesh.texture, mesh.colours)
    return mesh


def _suffix_name(file: Path) -> str:
    return file.suffix[1:].upper()
