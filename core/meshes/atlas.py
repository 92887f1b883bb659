"""Joining the parts of a scene into one mesh: pictures and plain colours go into one texture, vertices are welded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

MAX_TEXTURE_PX = 2048
_MAX_REPEATS = 4
_SWATCH_PX = 8
_PLAIN = (200, 200, 200)
_WELD = 1e-6  # of the extent: below it two vertices are one


@dataclass(frozen=True, slots=True)
class MeshPart:
    """One geometry: (V, 3) vertices, (F, 3) faces, and either uv with an image, vertex colours, or one colour."""

    vertices: Array
    faces: NDArray[np.int64]
    uv: Array | None = None
    image: Pixels | None = None
    vertex_colours: Pixels | None = None
    colour: tuple[int, int, int] | None = None


def joined(parts: Sequence[MeshPart]) -> Mesh:
    """One welded mesh: textured if any part has a picture, else coloured by vertex if any part has a colour."""
    pictured = [part for part in parts if part.image is not None]
    if not pictured:
        return _coloured(parts)
    if len(parts) == 1 and _stays_inside(parts[0]):
        part = parts[0]
        assert part.uv is not None and part.image is not None
        uv = np.clip(part.uv, 0.0, 1.0)
        return welded(Mesh(part.vertices, part.faces.astype(np.int32), uv, _shrunk(part.image, MAX_TEXTURE_PX)))
    return _atlas(parts)


def welded(mesh: Mesh) -> Mesh:
    """The mesh with equal vertices (place, uv and colour) made one, and unused ones and flat slivers dropped."""
    grain = max(float(mesh.extent_mm.max()), 1e-300) * _WELD
    keys = [np.round((mesh.vertices_mm - mesh.vertices_mm.mean(axis=0)) / grain)]
    keys += [] if mesh.uv is None else [np.round(mesh.uv * 1e5)]
    keys += [] if mesh.colours is None else [mesh.colours.astype(np.float64)]
    rows = np.concatenate(keys, axis=1) + 0.0  # + 0.0: -0.0 and 0.0 are one place
    packed = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * 8))).ravel()
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    faces = inverse[mesh.faces]
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    if not whole.any():
        return mesh
    used, faces = np.unique(faces[whole], return_inverse=True)
    chosen = first[used]
    uv = None if mesh.uv is None else mesh.uv[chosen]
    colours = None if mesh.colours is None else mesh.colours[chosen]
    return Mesh(mesh.vertices_mm[chosen], faces.reshape(-1, 3).astype(np.int32), uv, mesh.texture, colours)


def submesh(mesh: Mesh, chosen: NDArray[np.bool_]) -> Mesh:
    """The triangles where `chosen` (F,) holds, with only the vertices they use."""
    used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
    uv = None if mesh.uv is None else mesh.uv[used]
    colours = None if mesh.colours is None else mesh.colours[used]
    return Mesh(mesh.vertices_mm[used], faces.reshape(-1, 3).astype(np.int32), uv, mesh.texture, colours)


def _coloured(parts: Sequence[MeshPart]) -> Mesh:
    vertices, faces = _stacked(parts)
    if all(part.vertex_colours is None and part.colour is None for part in parts):
        return welded(Mesh(vertices, faces))
    colours = [
        np.broadcast_to(np.array(part.colour or _PLAIN, np.uint8), (len(part.vertices), 3))
        if part.vertex_colours is None
        else part.vertex_colours
        for part in parts
    ]
    return welded(Mesh(vertices, faces, colours=np.concatenate(colours)))


def _atlas(parts: Sequence[MeshPart]) -> Mesh:
    """All pictures as equal square tiles of one texture, with a last tile of colour swatches."""
    parts = [_with_uv_inside(part) for part in parts]
    images: dict[bytes, int] = {}
    for part in parts:
        if part.image is not None:
            images.setdefault(part.image.tobytes(), len(images))
    plain = [part for part in parts if part.image is None]
    across = int(np.ceil(np.sqrt(len(images) + bool(plain))))
    down = int(np.ceil((len(images) + bool(plain)) / across))
    largest = max(max(part.image.shape[:2]) for part in parts if part.image is not None)
    tile = min(largest, MAX_TEXTURE_PX // across)
    texture = np.full((down * tile, across * tile, 3), 128, np.uint8)
    for part in parts:
        if part.image is not None:
            row, column = divmod(images[part.image.tobytes()], across)
            texture[row * tile :, column * tile :][:tile, :tile] = _resized(part.image, tile, tile)
    swatch_row, swatch_column = divmod(len(images), across)
    uvs, swatches = [], 0
    for part in parts:
        if part.image is not None and part.uv is not None:
            row, column = divmod(images[part.image.tobytes()], across)
            inside = (np.clip(part.uv, 0, 1) * (tile - 1) + 0.5) / tile  # half a texel in: tiles must not bleed
            uvs.append(np.stack([(column + inside[:, 0]) / across, 1 - (row + 1 - inside[:, 1]) / down], axis=1))
            continue
        y, x = np.array(divmod(swatches, tile // _SWATCH_PX)) * _SWATCH_PX + [swatch_row * tile, swatch_column * tile]
        texture[y : y + _SWATCH_PX, x : x + _SWATCH_PX] = _one_colour(part)
        centre = [(x + _SWATCH_PX / 2) / texture.shape[1], 1 - (y + _SWATCH_PX / 2) / texture.shape[0]]
        uvs.append(np.broadcast_to(centre, (len(part.vertices), 2)))
        swatches += 1
    vertices, faces = _stacked(parts)
    return welded(Mesh(vertices, faces, np.concatenate(uvs), texture))


def _stacked(parts: Sequence[MeshPart]) -> tuple[Array, NDArray[np.int32]]:
    offsets = np.cumsum([0, *(len(part.vertices) for part in parts)])
    faces = [part.faces + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
    return np.concatenate([part.vertices for part in parts]), np.concatenate(faces).astype(np.int32)


def _one_colour(part: MeshPart) -> Pixels:
    """A part's single colour; painted vertices beside pictures are averaged."""
    if part.vertex_colours is not None:
        return np.round(part.vertex_colours.mean(axis=0)).astype(np.uint8)
    return np.array(part.colour or _PLAIN, np.uint8)


def _stays_inside(part: MeshPart) -> bool:
    return part.uv is not None and bool(part.uv.min() > -1e-3 and part.uv.max() < 1 + 1e-3)


def _with_uv_inside(part: MeshPart) -> MeshPart:
    """A part whose picture repeats, with the repeats painted out so that uv stays within one tile."""
    if part.uv is None or part.image is None or _stays_inside(part):
        return part
    corners = part.uv[part.faces]
    corners = corners - np.floor(corners.min(axis=1, keepdims=True) + 1e-4)
    repeats = np.clip(np.ceil(corners.max(axis=(0, 1)) - 1e-3), 1, _MAX_REPEATS).astype(int)
    image = np.tile(part.image, (repeats[1], repeats[0], 1))
    faces = np.arange(part.faces.size).reshape(-1, 3)
    return MeshPart(part.vertices[part.faces].reshape(-1, 3), faces, (corners / repeats).reshape(-1, 2), image)


def _shrunk(image: Pixels, largest_px: int) -> Pixels:
    height, width = image.shape[:2]
    factor = largest_px / max(height, width)
    return image if factor >= 1 else _resized(image, max(1, round(width * factor)), max(1, round(height * factor)))


def _resized(image: Pixels, width_px: int, height_px: int) -> Pixels:
    if image.shape[:2] == (height_px, width_px):
        return image
    from PIL import Image  # heavy, and only needed when pictures must be resized

    return np.asarray(Image.fromarray(image).resize((width_px, height_px), Image.Resampling.LANCZOS))
