"""The shaded shoe for eyes: one off-screen VTK window that draws a posed mesh as the photo's camera sees it.

VTK's world is the camera frame (x right, y down, z forward, mm); the camera's numbers come from `Camera.vtk_view`.
vtkmodules are imported inside the functions: the window's process loads them only after its first paint, in the
thread that draws.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_mesh import polygons_of, texture_of

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_WINDOW_STEP_PX = 128  # the window grows in steps: a new size costs new frame buffers
_NEAREST_MM = 1.0
_DEPTH_RATIO = 20_000.0  # far to near: more than the depth buffer's 24 bits can tell apart
_MESHES_KEPT = 8

_SOLID_RGB = (0.60, 0.68, 0.78)
_LINE_RGB = (0.86, 0.93, 1.0)
_WIRE_VEIL = 0.22  # a dark veil under the wires: light lines must be seen on a light photo too
# Directions the light comes from, in the camera's axes (x right, y down, z forward), and their strengths.
_LIGHTS = (((-0.55, -0.85, -0.60), 0.80), ((0.0, 0.0, -1.0), 0.20), ((0.9, 0.25, -0.35), 0.16))


class ShoeStyle(StrEnum):
    """How the shoe is drawn over the photo; with OUTLINE nothing is drawn inside."""

    SOLID = "solid"
    TEXTURE = "texture"
    WIREFRAME = "wireframe"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture to draw.

    mesh_key: as given to `set_mesh`. factors: (3,) signed scale about the shoe's origin; a negative y is a left shoe.
    pose: camera_from_shoe. camera: of exactly the picture's W x H, a crop and scale of the photo's; its lens
    distortion is not drawn.
    """

    mesh_key: str
    factors: Array
    pose: Pose
    camera: Camera
    style: ShoeStyle = ShoeStyle.SOLID


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """rgba (H, W, 4) uint8, premultiplied, top row first; mask (H, W) bool, the pixels whose centre is on the shoe."""

    rgba: Pixels
    mask: NDArray[np.bool_]


class ShoeScene:
    """One off-screen window and the meshes loaded into it; made, used and closed on one thread."""

    def __init__(self, meshes_kept: int = _MESHES_KEPT) -> None:
        self._thread = threading.get_ident()
        self._meshes_kept = meshes_kept
        self._props: OrderedDict[tuple[str, bool], _Prop] = OrderedDict()
        self._meshes: OrderedDict[str, Mesh] = OrderedDict()
        self._stage: _Stage | None = None

    def open(self) -> None:
        """Make the window now: its first picture takes some 0.3 s."""
        self._check_thread()
        if self._stage is None:
            self._stage = _Stage()

    def set_mesh(self, mesh: Mesh, key: str) -> None:
        """Keep a mesh (a right shoe at the model's own size) under a key; the least used one is forgotten."""
        self._check_thread()
        if self._meshes.get(key) is mesh:
            return
        self._meshes[key] = mesh
        for mirrored in (False, True):
            self._props.pop((key, mirrored), None)
        while len(self._meshes) > self._meshes_kept:
            oldest = next(iter(self._meshes))
            del self._meshes[oldest]
            for mirrored in (False, True):
                self._props.pop((oldest, mirrored), None)

    def has_mesh(self, key: str) -> bool:
        """Whether `draw` knows the key."""
        return key in self._meshes

    def render(self, shot: Shot) -> Pixels:
        """(H, W, 4) uint8 RGBA, premultiplied, top row first, contiguous; raises KeyError for an unknown mesh."""
        return self.draw(shot).rgba

    def render_mask(self, shot: Shot) -> NDArray[np.bool_]:
        """(H, W) bool: the pixels whose centre is on the shoe."""
        prop = self._prop(shot)
        prop.light_flat()
        return self._pixels(shot, prop)[..., 3] > 0

    def draw(self, shot: Shot) -> Drawing:
        """The picture and the mask it covers, from one pass; raises KeyError for an unknown mesh."""
        if shot.style is ShoeStyle.OUTLINE:
            mask = self.render_mask(shot)
            return Drawing(np.zeros((*mask.shape, 4), np.uint8), mask)
        prop = self._prop(shot)
        prop.light_as(shot.style)
        pixels = self._pixels(shot, prop)
        mask = pixels[..., 3] > 0
        return Drawing(_lines_on_veil(pixels) if shot.style is ShoeStyle.WIREFRAME else pixels, mask)

    def close(self) -> None:
        """Give the window back to the system."""
        self._check_thread()
        self._props.clear()
        self._meshes.clear()
        if self._stage is not None:
            self._stage.close()
            self._stage = None

    def _prop(self, shot: Shot) -> _Prop:
        """The actor for a shot; a mirrored mesh has its own, so that outsides stay outside at positive scales."""
        self.open()  # before the first actor: VTK makes empty shells of actors until its OpenGL classes are registered
        mesh = self._meshes[shot.mesh_key]
        self._meshes.move_to_end(shot.mesh_key)
        mirrored = bool(np.prod(np.sign(shot.factors)) < 0)
        key = (shot.mesh_key, mirrored)
        if key not in self._props:
            self._props[key] = _Prop(mesh.mirrored() if mirrored else mesh, mirrored=mirrored)
        return self._props[key]

    def _pixels(self, shot: Shot, prop: _Prop) -> Pixels:
        assert self._stage is not None
        camera_from_mesh = prop.place(shot)
        return self._stage.pixels(prop.actor, shot.camera, depths_mm=prop.depths_mm(camera_from_mesh))

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("a ShoeScene belongs to the thread that made it")


class _Prop:
    """One mesh as an actor, with its looks."""

    def __init__(self, mesh: Mesh, *, mirrored: bool) -> None:
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        polygons, shading = polygons_of(mesh)
        self._mirror = np.array([1.0, -1.0 if mirrored else 1.0, 1.0])
        self._box = np.stack(np.meshgrid(*np.stack(mesh.bounds_mm, axis=1)), axis=-1).reshape(-1, 3)
        self._has_colours = mesh.colours is not None
        self._texture = texture_of(mesh)
        self._mapper = vtkPolyDataMapper()
        self._mapper.SetInputData(polygons)
        self._mapper.ScalarVisibilityOff()
        self.actor = vtkActor()
        self.actor.SetMapper(self._mapper)
        # An inside is never seen of a closed shape; an open collar or a lone shell shows it, lit from its own side.
        self.actor.GetProperty().SetBackfaceCulling(shading.is_closed)
        self.actor.GetProperty().SetInterpolationToPhong()

    def place(self, shot: Shot) -> Array:
        """Put the actor where the shot wants it; (4, 4) camera_from_mesh, mm."""
        from vtkmodules.vtkCommonMath import vtkMatrix4x4

        matrix = shot.pose.matrix
        matrix[:3, :3] = matrix[:3, :3] * (np.asarray(shot.factors, dtype=np.float64) * self._mirror)
        user = vtkMatrix4x4()
        user.DeepCopy(matrix.ravel().tolist())
        self.actor.SetUserMatrix(user)
        return matrix

    def depths_mm(self, camera_from_mesh: Array) -> tuple[float, float]:
        """Nearest and farthest z of the posed box."""
        depths = self._box @ camera_from_mesh[2, :3] + camera_from_mesh[2, 3]
        return float(depths.min()), float(depths.max())

    def light_flat(self) -> None:
        """One colour, without light: for masks."""
        self._look((1.0, 1.0, 1.0), ambient=1.0, diffuse=0.0)

    def light_as(self, style: ShoeStyle) -> None:
        """The looks of a style; a mesh without texture and colours is SOLID for TEXTURE."""
        if style is ShoeStyle.WIREFRAME:
            self._look((0.0, 0.0, 0.0), ambient=1.0, diffuse=0.0, edges=True)
        elif style is ShoeStyle.TEXTURE and self._texture is not None:
            self._look((1.0, 1.0, 1.0), ambient=0.35, diffuse=0.75, texture=True)
        elif style is ShoeStyle.TEXTURE and self._has_colours:
            self._look((1.0, 1.0, 1.0), ambient=0.35, diffuse=0.75, colours=True)
        else:
            self._look(_SOLID_RGB, ambient=0.10, diffuse=1.0, specular=0.20)

    def _look(
        self,
        rgb: tuple[float, float, float],
        *,
        ambient: float,
        diffuse: float,
        specular: float = 0.0,
        edges: bool = False,
        texture: bool = False,
        colours: bool = False,
    ) -> None:
        look = self.actor.GetProperty()
        look.SetColor(*rgb)
        look.SetAmbient(ambient)
        look.SetDiffuse(diffuse)
        look.SetSpecular(specular)
        look.SetSpecularPower(24.0)
        look.SetEdgeVisibility(edges)
        look.SetEdgeColor(1.0, 1.0, 1.0)
        look.SetLineWidth(1.0)
        look.SetLighting(diffuse > 0)
        self._mapper.SetScalarVisibility(colours)
        self.actor.SetTexture(self._texture if texture else None)


class _Stage:
    """The window, its renderer, its camera and its lights."""

    def __init__(self) -> None:
        choose_window_kind()
        import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL classes)
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
        from vtkmodules.vtkRenderingCore import vtkCamera, vtkRenderer, vtkRenderWindow

        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(True)
        self._window.SetMultiSamples(0)
        self._window.SetAlphaBitPlanes(1)
        self._window.SetSize(_WINDOW_STEP_PX, _WINDOW_STEP_PX)
        self._size = (_WINDOW_STEP_PX, _WINDOW_STEP_PX)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0.0, 0.0, 0.0)
        self._renderer.SetBackgroundAlpha(0.0)
        self._camera = vtkCamera()
        self._renderer.SetActiveCamera(self._camera)
        _add_lights(self._renderer)
        self._window.AddRenderer(self._renderer)
        self._buffer = vtkUnsignedCharArray()
        self._actor: Any = None
        self._window.Render()

    def pixels(self, actor: Any, camera: Camera, *, depths_mm: tuple[float, float]) -> Pixels:
        """(H, W, 4) what the camera sees of the actor."""
        if actor is not self._actor:
            self._renderer.RemoveAllViewProps()
            self._renderer.AddActor(actor)
            self._actor = actor
        width, height = camera.width_px, camera.height_px
        if depths_mm[1] <= _NEAREST_MM:
            return np.zeros((height, width, 4), np.uint8)
        padded = self._fit_window(camera)
        self._aim(padded, depths_mm)
        self._window.Render()
        return self._read(width, height)

    def close(self) -> None:
        """Give the window back to the system."""
        self._renderer.RemoveAllViewProps()
        self._actor = None
        self._window.Finalize()

    def _fit_window(self, camera: Camera) -> Camera:
        """The camera of the whole window, whose top-left corner holds the picture."""
        wanted = [-(-side // _WINDOW_STEP_PX) * _WINDOW_STEP_PX for side in (camera.width_px, camera.height_px)]
        roomy = self._size[0] * self._size[1] > 2 * wanted[0] * wanted[1]
        if roomy or self._size[0] < wanted[0] or self._size[1] < wanted[1]:
            self._size = (wanted[0], wanted[1])
            self._window.SetSize(*self._size)
        return camera.cropped(0.0, 0.0, width_px=self._size[0], height_px=self._size[1])

    def _aim(self, camera: Camera, depths_mm: tuple[float, float]) -> None:
        view = camera.vtk_view()
        self._camera.SetPosition(0.0, 0.0, 0.0)
        self._camera.SetFocalPoint(0.0, 0.0, 1.0)
        self._camera.SetViewUp(0.0, -1.0, 0.0)
        self._camera.SetViewAngle(view.view_angle_deg)
        self._camera.SetWindowCenter(*view.window_center)
        self._camera.UseExplicitAspectRatioOn()
        self._camera.SetExplicitAspectRatio(view.explicit_aspect)
        far = depths_mm[1] * 1.01
        self._camera.SetClippingRange(max(depths_mm[0] * 0.99, far / _DEPTH_RATIO, _NEAREST_MM), far)

    def _read(self, width: int, height: int) -> Pixels:
        from vtkmodules.util.numpy_support import vtk_to_numpy

        top = self._size[1]
        self._window.GetRGBACharPixelData(0, top - height, width - 1, top - 1, 0, self._buffer, 0)
        upwards = vtk_to_numpy(self._buffer).reshape(height, width, 4)
        return np.ascontiguousarray(upwards[::-1])


def _add_lights(renderer: Any) -> None:
    from vtkmodules.vtkRenderingCore import vtkLight

    renderer.AutomaticLightCreationOff()
    for direction, strength in _LIGHTS:
        light = vtkLight()
        light.SetLightTypeToSceneLight()
        light.SetPosition(*direction)
        light.SetFocalPoint(0.0, 0.0, 0.0)
        light.SetIntensity(strength)
        renderer.AddLight(light)


def _lines_on_veil(pixels: Pixels) -> Pixels:
    """White lines on a black shoe to tinted lines over a thin dark veil, premultiplied."""
    cover = pixels[..., :1].astype(np.uint16)
    tint = np.round(np.array([*_LINE_RGB, 1.0]) * 255).astype(np.uint16)
    lines = cover * tint // 255
    veil = pixels[..., 3].astype(np.uint16) * round(_WIRE_VEIL * 255) // 255
    lines[..., 3] += veil * (255 - cover[..., 0]) // 255
    return lines.astype(np.uint8)


def choose_window_kind() -> None:
    """On Linux draw through EGL where it is: no display needed, and no X calls outside the window's own thread."""
    if not sys.platform.startswith("linux") or "VTK_DEFAULT_OPENGL_WINDOW" in os.environ:
        return
    try:
        ctypes.CDLL("libEGL.so.1")
    except OSError:
        return
    os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"
