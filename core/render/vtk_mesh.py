"""How a Mesh becomes what VTK draws: polygons with shading normals, a texture, and a small stand-in of a large mesh.

vtkmodules are imported inside the functions: the window's process loads them only after its first paint, in the
thread that draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.mesh import Mesh
from core.render.normals import FEATURE_ANGLE_DEG, ShadingMesh, shading_mesh, welded_vertices

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkRenderingCore import vtkTexture

PROXY_TRIANGLES = 10_000


def polygons_of(mesh: Mesh) -> tuple[vtkPolyData, ShadingMesh]:
    """The mesh's triangles with normals, texture coordinates and colours, and how its vertices were split."""
    from vtkmodules.vtkCommonDataModel import vtkPolyData

    shading = shading_mesh(mesh.vertices_mm, mesh.faces, feature_angle_deg=FEATURE_ANGLE_DEG)
    polygons = vtkPolyData()
    polygons.SetPoints(_points(mesh.vertices_mm[shading.source]))
    polygons.SetPolys(_triangles(shading.faces))
    polygons.GetPointData().SetNormals(_vtk_array(shading.normals.astype(np.float32)))
    if mesh.uv is not None:
        polygons.GetPointData().SetTCoords(_vtk_array(mesh.uv[shading.source].astype(np.float32)))
    if mesh.colours is not None:
        polygons.GetPointData().SetScalars(_vtk_array(mesh.colours[shading.source]))
    return polygons, shading


def texture_of(mesh: Mesh) -> vtkTexture | None:
    """The mesh's texture, its bytes shown as they are (no second sRGB curve), or None."""
    if mesh.texture is None or mesh.uv is None:
        return None
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    height, width = mesh.texture.shape[:2]
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    image.GetPointData().SetScalars(_vtk_array(mesh.texture[::-1].reshape(-1, 3)))  # VTK's rows go upwards
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.RepeatOn()
    return texture


def proxy_of(mesh: Mesh, triangles: int = PROXY_TRIANGLES) -> Mesh:
    """A stand-in of about that many triangles for quick drawing; the mesh itself when it has no more.

    It has no texture; its vertices carry the colours that the texture has there.
    """
    if len(mesh.faces) <= triangles:
        return mesh
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkFiltersCore import vtkQuadricDecimation

    first, place = welded_vertices(mesh.vertices_mm)
    faces = place[mesh.faces]
    kept = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    polygons = vtkPolyData()
    polygons.SetPoints(_points(mesh.vertices_mm[first]))
    polygons.SetPolys(_triangles(faces[kept]))
    decimation = vtkQuadricDecimation()
    decimation.SetInputData(polygons)
    decimation.SetTargetReduction(1.0 - triangles / int(kept.sum()))
    decimation.VolumePreservationOn()
    decimation.Update()
    return _mesh_of(decimation.GetOutput(), mesh)


def _mesh_of(polygons: vtkPolyData, original: Mesh) -> Mesh:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    vertices = vtk_to_numpy(polygons.GetPoints().GetData()).astype(np.float64)
    faces = vtk_to_numpy(polygons.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    colours = _vertex_colours(original)
    if colours is not None:
        colours = colours[_nearest(original.vertices_mm, vertices)]
    return Mesh(vertices, faces.astype(np.int32), colours=colours)


def _vertex_colours(mesh: Mesh) -> NDArray[np.uint8] | None:
    """(V, 3) the colour of every vertex, looked up in the texture where there is one."""
    if mesh.texture is None or mesh.uv is None:
        return mesh.colours
    texture = _coarse(mesh.texture)
    height, width = texture.shape[:2]
    across = np.floor((mesh.uv[:, 0] % 1.0) * width).astype(np.int64)
    down = np.floor((1.0 - mesh.uv[:, 1] % 1.0) * height).astype(np.int64)
    return texture[np.clip(down, 0, height - 1), np.clip(across, 0, width - 1)]


def _coarse(texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The texture in means of blocks, some 200 a side: a single texel of a woven cloth is noise to a whole triangle."""
    block = max(1, min(texture.shape[:2]) // 200)
    height, width = (side // block for side in texture.shape[:2])
    blocks = texture[: height * block, : width * block].reshape(height, block, width, block, 3)
    return blocks.mean(axis=(1, 3)).astype(np.uint8)


def _nearest(points: NDArray[np.float64], to: NDArray[np.float64]) -> NDArray[np.int64]:
    """(N,) index of a point of (P, 3) nearest to each of (N, 3)."""
    from vtkmodules.vtkCommonDataModel import vtkPolyData, vtkStaticPointLocator

    cloud = vtkPolyData()
    cloud.SetPoints(_points(points))
    locator = vtkStaticPointLocator()
    locator.SetDataSet(cloud)
    locator.BuildLocator()
    return np.array([locator.FindClosestPoint(point) for point in to.tolist()], dtype=np.int64)


def _points(vertices_mm: NDArray[np.float64]) -> Any:
    from vtkmodules.vtkCommonCore import vtkPoints

    points = vtkPoints()
    points.SetData(_vtk_array(vertices_mm.astype(np.float32)))
    return points


def _triangles(faces: NDArray[np.integer[Any]]) -> Any:
    from vtkmodules.vtkCommonDataModel import vtkCellArray

    cells = vtkCellArray()
    cells.SetData(3, _vtk_array(faces.astype(np.int64).ravel()))
    return cells


def _vtk_array(values: NDArray[Any]) -> Any:
    """A VTK array with its own copy of the values: VTK may keep it longer than numpy's memory lives."""
    from vtkmodules.util.numpy_support import numpy_to_vtk

    return numpy_to_vtk(np.ascontiguousarray(values), deep=True)
