"""What a path tracer is given: meshes with their materials, a patterned floor, lights and a sky, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.render.bvh import Tree, tree_of
from core.render.normals import FEATURE_ANGLE_DEG, shading_mesh

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]

FLOOR = -1  # the floor's number among the hits; meshes count from 0


@dataclass(frozen=True, slots=True)
class Material:
    """How a surface throws light back. roughness: 0 a mirror, 1 dull. relief_mm: how deep the texture's dark parts lie.

    weave_mm: the grain of a cloth (0 for none), as small slopes of the surface. tint (3,) linear, times the texture.
    """

    roughness: float = 0.6
    specular: float = 0.04
    relief_mm: float = 0.0
    weave_mm: float = 0.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A mesh in the world (mm, z up) and what it is made of; colours come from its texture, or are the tint."""

    mesh: Mesh
    material: Material


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The plane z = 0 and its pattern, in levels whose texels are each twice as wide as the one's before.

    colour (L, N, N, 3) uint8: square roots of the reflectance; slope (L, N, N, 2) int8: in units of 1/64;
    middle_mm: the levels' common centre.
    """

    colour: Bytes
    slope: NDArray[np.int8]
    middle_mm: tuple[float, float]
    texel_mm: float
    material: Material


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """A rectangle that shines to one side: its middle and two half sides (3,) mm; radiance (3,) linear.

    It shines along across x up.
    """

    middle_mm: Array
    across_mm: Array
    up_mm: Array
    radiance: Array


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Lamps, a sun and a sky.

    The sun: direction towards it (3,), irradiance (3,), 0 for none, and angular radius in rad. sky (H, W, 3): its
    radiances, rows from the zenith to the nadir, columns around z from +x over +y.
    """

    lamps: tuple[Lamp, ...]
    sky: Array
    sun_towards: Array
    sun_irradiance: Array
    sun_radius: float


class Arrays(NamedTuple):
    """Everything the kernels read. Triangles are in the tree's order."""

    tree: Tree
    normals: NDArray[np.float32]  # (F, 3, 3)
    uvs: NDArray[np.float32]  # (F, 3, 2)
    slopes: NDArray[np.float32]  # (F, 2, 3): world gradients of u and v, per mm
    solid: NDArray[np.int32]  # (F,)
    materials: Array  # (S + 1, 7): roughness, specular, relief, weave, tint; the last is the floor's
    texels: Bytes
    textures: NDArray[np.int64]  # (S, 3): offset, height, width; width 0 for none
    ground: Bytes
    ground_slope: NDArray[np.int8]
    ground_place: Array  # (3,): middle x, y, finest texel
    lamps: Array  # (K, 15): middle, across, up, radiance, normal
    lamp_share: Array  # (K + 1,): cumulative shares of the sun (first) and the lamps
    sky: NDArray[np.float32]
    sun: Array  # (7,): towards, irradiance, radius


def arrays_of(solids: Sequence[Solid], ground: Ground, lighting: Lighting) -> Arrays:
    """The scene as the kernels want it."""
    pieces = [_piece(solid) for solid in solids]
    triangles = np.concatenate([piece[0] for piece in pieces])
    tree = tree_of(triangles)
    own = np.concatenate([np.full(len(piece[0]), number, np.int32) for number, piece in enumerate(pieces)])
    normals, uvs = (np.concatenate([piece[k] for piece in pieces])[tree.order] for k in (1, 2))
    textures, texels, at = [], [], 0
    for solid in solids:
        picture = solid.mesh.texture if solid.mesh.uv is not None else None
        textures.append((at, *picture.shape[:2]) if picture is not None else (0, 0, 0))
        if picture is not None:
            texels.append(picture.reshape(-1))
            at += picture.size
    materials = [_numbers(material) for material in (*(solid.material for solid in solids), ground.material)]
    return Arrays(
        tree,
        np.ascontiguousarray(normals, np.float32),
        np.ascontiguousarray(uvs, np.float32),
        _slopes(triangles[tree.order], uvs),
        np.ascontiguousarray(own[tree.order]),
        np.array(materials),
        np.concatenate(texels) if texels else np.zeros(3, np.uint8),
        np.array(textures, np.int64),
        ground.colour,
        ground.slope,
        np.array([*ground.middle_mm, ground.texel_mm]),
        *_lights(lighting),
    )


def _piece(solid: Solid) -> tuple[Array, Array, Array]:
    """(F, 3, 3) corners, (F, 3, 3) normals and (F, 3, 2) texture places of one solid."""
    mesh = solid.mesh
    shading = shading_mesh(mesh.vertices_mm, mesh.faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    uv = mesh.uv[mesh.faces] if mesh.uv is not None else np.zeros((len(mesh.faces), 3, 2))
    return mesh.vertices_mm[mesh.faces], shading.normals[shading.faces], uv


def _slopes(triangles: Array, uvs: Array) -> NDArray[np.float32]:
    """(F, 2, 3) how u and v grow per mm along the triangle's plane; 0 where it has no place in a texture."""
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    normal = np.cross(first, second)
    area2 = np.maximum((normal**2).sum(axis=1), 1e-18)[:, None]
    # The gradient of a linear function with values 0, a, b at the corners.
    along_first, along_second = np.cross(second, normal) / area2, np.cross(normal, first) / area2
    a, b = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    gradients = [along_first * a[:, k : k + 1] + along_second * b[:, k : k + 1] for k in range(2)]
    return np.ascontiguousarray(np.stack(gradients, axis=1), np.float32)


def _numbers(material: Material) -> list[float]:
    return [material.roughness, material.specular, material.relief_mm, material.weave_mm, *material.tint]


def _lights(lighting: Lighting) -> tuple[Array, Array, NDArray[np.float32], Array]:
    rows, powers = [], [float(np.mean(lighting.sun_irradiance))]
    for lamp in lighting.lamps:
        turned = np.cross(lamp.across_mm, lamp.up_mm)
        area = 4 * float(np.linalg.norm(turned))
        distance2 = float((lamp.middle_mm**2).sum())
        rows.append([*lamp.middle_mm, *lamp.across_mm, *lamp.up_mm, *lamp.radiance, *(turned / np.linalg.norm(turned))])
        powers.append(float(np.mean(lamp.radiance)) * area / distance2)
    shares = np.cumsum(powers) / max(sum(powers), 1e-12)
    sun = np.array([*lighting.sun_towards, *lighting.sun_irradiance, lighting.sun_radius])
    table = np.array(rows) if rows else np.zeros((0, 15))
    return table, shares, np.ascontiguousarray(lighting.sky, np.float32), sun
