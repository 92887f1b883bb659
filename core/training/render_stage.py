"""Shoes and legs drawn by VTK off screen: textured, lit by lamps that cast shadows; the floor is not drawn here.

World: z up, mm. vtkmodules are imported where they are used: only a command that renders loads them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.pose import Pose
from core.render.vtk_mesh import polygons_of, texture_of

Array = NDArray[np.float64]
Pixels = NDArray[np.uint8]

FINER = 2  # drawn at twice the size and brought down
HEADROOM = 0.70  # lamps are dimmed by this while drawing, so that what is too bright for 8 bits can still be seen
_LIFT = np.float32(0.76)
_MAP_PX = 320
_LAMP_AWAY_MM = 2500.0
_PROPS_KEPT = 48


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """A far light. towards: (3,) unit, in the world; rgb: (3,) strength, 1 being a white floor's full brightness."""

    towards: Array
    rgb: Array


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Something to draw. key: same key, same mesh ("" is never kept); mesh with uv; texture: (H, W, 3) uint8.

    world_from_mesh: its pose; scale: its uniform size before that. gloss: 0 (cloth) to 1 (patent leather).
    """

    key: str
    mesh: Mesh
    texture: Pixels
    world_from_mesh: Pose
    scale: float = 1.0
    gloss: float = 0.1


class RenderStage:
    """One off-screen window; made, used and closed on one thread."""

    def __init__(self) -> None:
        from core.render.vtk_scene import choose_window_kind

        choose_window_kind()
        import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL classes)
        from vtkmodules.vtkRenderingCore import vtkCamera, vtkRenderer, vtkRenderWindow

        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(True)
        self._window.SetMultiSamples(0)
        self._window.SetAlphaBitPlanes(1)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(0.0, 0.0, 0.0)
        self._renderer.SetBackgroundAlpha(0.0)
        self._renderer.AutomaticLightCreationOff()
        self._camera = vtkCamera()
        self._renderer.SetActiveCamera(self._camera)
        self._renderer.SetPass(_shadow_pass())
        self._window.AddRenderer(self._renderer)
        self._lights: list[Any] = []
        self._props: OrderedDict[str, Any] = OrderedDict()

    def draw(
        self, bodies: Sequence[Body], lamps: Sequence[Lamp], *, ambient: Array, camera_from_world: Pose, camera: Camera
    ) -> NDArray[np.float32]:
        """(H, W, 4) float32, premultiplied RGB (1 is white, more is possible) and alpha 0..1, edges smooth.

        lamps cast shadows; ambient: (3,) light from everywhere. camera: without distortion.
        """
        self._renderer.RemoveAllViewProps()
        for number, body in enumerate(bodies):
            self._renderer.AddActor(self._actor(body, number, ambient))
        self._light(lamps)
        fine = camera.resized(camera.width_px * FINER, camera.height_px * FINER)
        self._aim(fine, camera_from_world)
        self._window.Render()
        return _brought_down(self._read(fine.width_px, fine.height_px))

    def close(self) -> None:
        """Give the window back to the system."""
        self._renderer.RemoveAllViewProps()
        self._props.clear()
        self._window.Finalize()

    def _actor(self, body: Body, number: int, ambient: Array) -> Any:
        from vtkmodules.vtkCommonMath import vtkMatrix4x4
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        key = f"{body.key}#{number}" if body.key else ""
        actor = self._props.pop(key, None) if key else None
        if actor is None:
            mapper = vtkPolyDataMapper()
            mapper.SetInputData(polygons_of(body.mesh)[0])
            mapper.ScalarVisibilityOff()
            actor = vtkActor()
            actor.SetMapper(mapper)
        if key:
            self._props[key] = actor
            while len(self._props) > _PROPS_KEPT:
                self._props.popitem(last=False)
        actor.SetTexture(texture_of(Mesh(body.mesh.vertices_mm, body.mesh.faces, body.mesh.uv, body.texture)))
        matrix = body.world_from_mesh.matrix
        matrix[:3, :3] *= body.scale
        user = vtkMatrix4x4()
        user.DeepCopy(matrix.ravel().tolist())
        actor.SetUserMatrix(user)
        look = actor.GetProperty()
        look.SetInterpolationToPhong()
        look.SetColor(1.0, 1.0, 1.0)
        look.SetAmbient(1.0)
        look.SetAmbientColor(*(ambient * HEADROOM))
        look.SetDiffuse(1.0)
        look.SetSpecular(0.55 * body.gloss)
        look.SetSpecularPower(6.0 + 60.0 * body.gloss)
        return actor

    def _light(self, lamps: Sequence[Lamp]) -> None:
        from vtkmodules.vtkRenderingCore import vtkLight

        while len(self._lights) != len(lamps):  # kept: with new lights VTK would build its shaders anew
            if len(self._lights) > len(lamps):
                self._renderer.RemoveLight(self._lights.pop())
                continue
            self._lights.append(vtkLight())
            self._lights[-1].SetLightTypeToSceneLight()
            self._lights[-1].SetPositional(False)
            self._renderer.AddLight(self._lights[-1])
        for light, lamp in zip(self._lights, lamps, strict=True):
            light.SetPosition(*(lamp.towards * _LAMP_AWAY_MM))
            light.SetFocalPoint(0.0, 0.0, 0.0)
            strength = max(float(lamp.rgb.max()), 1e-3)
            light.SetIntensity(strength * HEADROOM)
            light.SetColor(*np.clip(lamp.rgb / strength, 0, 1))

    def _aim(self, camera: Camera, camera_from_world: Pose) -> None:
        view = camera.vtk_view()
        self._window.SetSize(camera.width_px, camera.height_px)
        rotation = camera_from_world.rotation
        eye = camera_from_world.inverse().translation_mm
        self._camera.SetPosition(*eye)
        self._camera.SetFocalPoint(*(eye + 1000.0 * rotation[2]))
        self._camera.SetViewUp(*(-rotation[1]))
        self._camera.SetViewAngle(view.view_angle_deg)
        self._camera.SetWindowCenter(*view.window_center)
        self._camera.UseExplicitAspectRatioOn()
        self._camera.SetExplicitAspectRatio(view.explicit_aspect)
        self._renderer.ResetCameraClippingRange()

    def _read(self, width: int, height: int) -> Pixels:
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        buffer = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, buffer, 0)
        return np.asarray(vtk_to_numpy(buffer).reshape(height, width, 4)[::-1])


def _brought_down(pixels: Pixels) -> NDArray[np.float32]:
    import cv2

    pixels = pixels.copy()
    pixels[..., 3] = np.where(pixels[..., 3] > 0, 255, 0)
    size = (pixels.shape[1] // FINER, pixels.shape[0] // FINER)
    drawn = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cover = np.maximum(drawn[..., 3:], 1e-4)
    # Light multiplies the picture's sRGB values in VTK; the power makes up for the darks that are lost by it.
    drawn[..., :3] = (drawn[..., :3] / (cover * HEADROOM)) ** _LIFT * drawn[..., 3:]
    return np.asarray(drawn, np.float32)


def _shadow_pass() -> Any:
    from vtkmodules.vtkRenderingOpenGL2 import (
        vtkCameraPass,
        vtkRenderPassCollection,
        vtkSequencePass,
        vtkShadowMapBakerPass,
        vtkShadowMapPass,
    )

    baker = vtkShadowMapBakerPass()
    baker.SetResolution(_MAP_PX)
    shadows = vtkShadowMapPass()
    shadows.SetShadowMapBakerPass(baker)
    passes = vtkRenderPassCollection()
    passes.AddItem(baker)
    passes.AddItem(shadows)
    sequence = vtkSequencePass()
    sequence.SetPasses(passes)
    whole = vtkCameraPass()
    whole.SetDelegatePass(sequence)
    return whole
