"""Which part of a posed shoe the window shows, at what scale, and how its picture is made; no Qt and no thread here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.render.mask_outline import outlines_of_mask
from core.render.vtk_scene import Drawing, ShoeScene, ShoeStyle, Shot
from gui.canvas.shoe_meshes import Detail, Level

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]

DEVICE_LIMIT_PX = 2048
_MARGIN_PX = 3  # device px around the shoe: its outline must close inside the picture
_BEYOND_VIEW_PX = 6  # device px past the view's edge: the outline along a cut stays out of sight
_NEAREST_MM = 1.0
_LENS_REACH = 1.3  # times the photo's half diagonal, in rays
_LENS_GRID_PX = 8  # the lens is computed on a grid and interpolated: it bends far less than this


@dataclass(frozen=True, slots=True)
class ViewWindow:
    """The rectangle of the photo that is visible, in image px, and how many device px show one image px."""

    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class RenderRequest:
    """A shoe to draw.

    slot: who asks ("canvas", "model preview"); a newer request takes the place of an older one of the same slot.
    token: any number; comes back with the picture. mesh_file: the stored mesh (.npz). proxy: quick and coarse, for
    a drag. factors: (3,) signed scale. pose: camera_from_shoe. camera: the photo's. device_limit: the most device px
    of a side of the picture; a larger one is drawn coarser.
    """

    slot: str
    token: int
    mesh_file: str
    factors: Array
    pose: Pose
    camera: Camera
    view: ViewWindow
    style: ShoeStyle = ShoeStyle.SOLID
    proxy: bool = False
    device_limit: int = DEVICE_LIMIT_PX


@dataclass(frozen=True, slots=True, eq=False)
class RenderedShoe:
    """A drawn shoe: rgba (H, W, 4) uint8 premultiplied, top row first, to be painted over box_px of the photo.

    rgba is None when nothing is drawn inside: style OUTLINE, or no part of the shoe is in view (then the outline is
    empty too). outline: closed rings, outer ones and holes, each (N, 2) px of the photo as it is, lens included.
    detail: how fine the mesh was that was drawn.
    """

    slot: str
    token: int
    rgba: NDArray[np.uint8] | None
    box_px: Box
    outline: tuple[Array, ...]
    detail: Detail = Detail.FULL
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture to draw: its top-left corner in image px, device px an image px, and its size in device px."""

    x0_px: float
    y0_px: float
    scale: float
    width: int
    height: int

    @property
    def box_px(self) -> Box:
        """The part of the photo it covers, image px."""
        return (
            self.x0_px,
            self.y0_px,
            self.x0_px + self.width / self.scale,
            self.y0_px + self.height / self.scale,
        )

    def camera(self, photo_camera: Camera) -> Camera:
        """The pinhole that sees just this picture."""
        return replace(
            photo_camera.without_distortion(),
            fx_px=photo_camera.fx_px * self.scale,
            fy_px=photo_camera.fy_px * self.scale,
            cx_px=(photo_camera.cx_px - self.x0_px) * self.scale,
            cy_px=(photo_camera.cy_px - self.y0_px) * self.scale,
            width_px=self.width,
            height_px=self.height,
        )


def frame_of(request: RenderRequest, corners_mm: Array) -> Frame | None:
    """The picture that just holds the visible part of the shoe, on the view's own device pixels; None: none is.

    corners_mm: (V, 3) of the mesh or of a coarser one, before factors and pose.
    """
    view = request.view
    shoe = _projected_box(request, corners_mm)
    if shoe is None:
        return None
    beyond = _BEYOND_VIEW_PX / view.scale
    margin = _MARGIN_PX / view.scale
    low = np.maximum(shoe[0] - margin, [view.x0_px - beyond, view.y0_px - beyond])
    high = np.minimum(shoe[1] + margin, [view.x1_px + beyond, view.y1_px + beyond])
    if not (low < high).all():
        return None
    corner = np.array([view.x0_px, view.y0_px])
    start = np.floor((low - corner) * view.scale)
    size = np.ceil((high - corner) * view.scale) - start
    scale = view.scale * min(1.0, request.device_limit / float(size.max()))
    width, height = (max(1, round(float(side) * scale / view.scale)) for side in size)
    x0, y0 = (float(value) for value in corner + start / view.scale)
    return Frame(x0, y0, scale, width, height)


def draw_shoe(request: RenderRequest, scene: ShoeScene, *, level: Level, wire: Level | None = None) -> RenderedShoe:
    """The picture a request asks for; elapsed_ms is left 0.

    level: the mesh at the detail it is drawn and outlined at. wire: the one whose wires are drawn over it, if that is
    another: the outline must not lose by coarse wires.
    """
    frame = frame_of(request, level.corners_mm)
    if frame is None:
        return RenderedShoe(request.slot, request.token, None, (0.0, 0.0, 0.0, 0.0), (), level.detail)
    scene.set_mesh(level.mesh, level.key)
    if request.style is ShoeStyle.WIREFRAME and wire is not None and wire.key != level.key:
        scene.set_mesh(wire.mesh, wire.key)
        wires = _through_lens(request, scene, mesh_key=wire.key, frame=frame)
        outlined = _through_lens(replace(request, style=ShoeStyle.OUTLINE), scene, mesh_key=level.key, frame=frame)
        drawing = Drawing(wires.rgba, outlined.mask)
    else:
        drawing = _through_lens(request, scene, mesh_key=level.key, frame=frame)
    corner = np.array([frame.x0_px, frame.y0_px])
    outline = tuple(ring / frame.scale + corner for ring in outlines_of_mask(drawing.mask))
    rgba = None if request.style is ShoeStyle.OUTLINE or not outline else drawing.rgba
    return RenderedShoe(request.slot, request.token, rgba, frame.box_px, outline, level.detail)


def _projected_box(request: RenderRequest, corners_mm: Array) -> tuple[Array, Array] | None:
    """The lowest and highest (x, y) image px of the posed corners; unbounded when part of the shoe is too near."""
    camera = request.camera
    points = request.pose.apply(corners_mm * request.factors)
    if not (points[:, 2] > 0).any():
        return None
    everywhere = np.full(2, -np.inf), np.full(2, np.inf)
    if not (points[:, 2] > _NEAREST_MM).all():
        return everywhere
    if camera.is_distorted:
        width, height = camera.width_px, camera.height_px
        corners = camera.rays([[0, 0], [width, 0], [0, height], [width, height]])
        widest = _LENS_REACH * float(np.linalg.norm(corners, axis=1).max())
        rays = points[:, :2] / points[:, 2:]
        # Far outside the photo a lens' polynomial folds back into it.
        if not (np.linalg.norm(rays, axis=1) < widest).all():
            return everywhere
    pixels = camera.project(points)
    return pixels.min(axis=0), pixels.max(axis=0)


def _through_lens(request: RenderRequest, scene: ShoeScene, *, mesh_key: str, frame: Frame) -> Drawing:
    """What the photo's camera sees in the frame: drawn by a pinhole, then bent as the lens bends."""

    def shot(pinhole: Frame) -> Shot:
        return Shot(mesh_key, request.factors, request.pose, pinhole.camera(request.camera), request.style)

    if not request.camera.is_distorted:
        return scene.draw(shot(frame))
    import cv2  # lazily: the window's process imports this module before its first paint

    seen, origin = _undistorted_pixels(frame, request.camera)
    # A channel at a time: over both at once numpy takes ten times as long.
    low = np.array([seen[..., axis].min() for axis in (0, 1)], dtype=np.float64) - 2 / frame.scale
    high = np.array([seen[..., axis].max() for axis in (0, 1)], dtype=np.float64) + 2 / frame.scale
    scale = frame.scale * min(1.0, request.device_limit / float((high - low).max() * frame.scale))
    width, height = (max(1, int(np.ceil(side * scale))) for side in high - low)
    x0_px, y0_px = (origin + low).tolist()
    straight = scene.draw(shot(Frame(x0_px, y0_px, scale, width, height)))
    # OpenCV's pixel centres are integers.
    where = (seen - low.astype(np.float32)) * np.float32(scale) - np.float32(0.5)
    rgba = cv2.remap(straight.rgba, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    cover = straight.mask.astype(np.uint8) * 255
    mask = cv2.remap(cover, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0) >= 128
    return Drawing(rgba, mask)


def _undistorted_pixels(frame: Frame, camera: Camera) -> tuple[NDArray[np.float32], Array]:
    """Where a perfect lens would show what the photo shows at the frame's pixel centres.

    (H, W, 2) float32 image px from a corner, and that corner (2,): far from it float32 would not be exact enough.
    """
    import cv2  # as above

    columns, rows = (side // _LENS_GRID_PX + 3 for side in (frame.width, frame.height))
    x_px = frame.x0_px + (np.arange(columns) - 0.5) * _LENS_GRID_PX / frame.scale
    y_px = frame.y0_px + (np.arange(rows) - 0.5) * _LENS_GRID_PX / frame.scale
    size = np.array([camera.width_px, camera.height_px])
    grid = camera.undistorted_pixels(np.stack(np.meshgrid(x_px, y_px), axis=-1))
    grid = np.clip(np.nan_to_num(grid), -size, 2 * size)
    origin = grid.reshape(-1, 2).min(axis=0)
    wide = (columns * _LENS_GRID_PX, rows * _LENS_GRID_PX)
    # Not INTER_CUBIC: OpenCV's (a = -0.75) does not even keep a straight line.
    fine = cv2.resize((grid - origin).astype(np.float32), wide, interpolation=cv2.INTER_LINEAR)
    start = _LENS_GRID_PX
    return fine[start : start + frame.height, start : start + frame.width], origin
