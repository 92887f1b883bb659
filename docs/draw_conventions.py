"""Draws the figures of docs/conventions.md: `python docs/draw_conventions.py`.

They are made with the program's own camera, shoe and renderer, so that they show what it does. Each is one SVG on a
dark card of its own, so that it reads the same on a light page and on a dark one.
"""

from __future__ import annotations

import base64
import html
import io
import sys
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from core.geometry.camera import Camera
from core.geometry.pose import Pose
from core.geometry.steering import pose_from_angles
from core.labels.instance import Side
from core.render.vtk_scene import ShoeScene, ShoeStyle, Shot, choose_window_kind
from core.sneaker.shipped import shipped_sneaker

DRAWINGS = Path(__file__).resolve().parent / "drawings"
CARD, FIELD, LINE, TEXT, DIM = "#1f2023", "#27282c", "#4a4d55", "#e6e7ea", "#a9adb6"
X, Y, Z, MARK = "#f58a8a", "#63c384", "#68abf5", "#e8b653"
FINE = 1.6  # pixels drawn for each unit of the figure, for dense screens
FOV_DEG = 20.0


class Figure:
    """An SVG being drawn; coordinates in its own units, y down."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []

    def line(self, a: ArrayLike, b: ArrayLike, color: str = LINE, width: float = 1.5, dash: str = "") -> None:
        (x0, y0), (x1, y1) = np.asarray(a), np.asarray(b)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        place = f'x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"'
        self._parts.append(f'<line {place} stroke="{color}" stroke-width="{width}" stroke-linecap="round"{dashed}/>')

    def arrow(self, a: ArrayLike, b: ArrayLike, color: str, width: float = 2.5) -> None:
        start, end = np.asarray(a, float), np.asarray(b, float)
        along = (end - start) / np.linalg.norm(end - start)
        across = np.array([-along[1], along[0]])
        neck = end - 10 * along
        self.line(start, neck, color, width)
        self.shape([end, neck + 4.5 * across, neck - 4.5 * across], fill=color)

    def shape(self, points: ArrayLike, *, fill: str = "none", stroke: str = "none", opacity: float = 1.0) -> None:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in np.asarray(points))
        self._parts.append(
            f'<polygon points="{corners}" fill="{fill}" stroke="{stroke}" stroke-width="1.5" opacity="{opacity}"/>'
        )

    def dot(self, at: ArrayLike, color: str, radius: float = 4.0, *, hollow: bool = False) -> None:
        x, y = np.asarray(at)
        paint = f'fill="none" stroke="{color}" stroke-width="2"' if hollow else f'fill="{color}"'
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {paint}/>')

    def text(
        self, at: ArrayLike, words: str, color: str = TEXT, size: int = 14, *, anchor: str = "start", bold: bool = False
    ) -> None:
        x, y = np.asarray(at)
        weight = ' font-weight="600"' if bold else ""
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{color}"{weight}'
        self._parts.append(f"<text {place}>{html.escape(words)}</text>")

    def picture(self, at: ArrayLike, pixels: NDArray[np.uint8], size: tuple[float, float]) -> None:
        x, y = np.asarray(at)
        data = base64.b64encode(_png(pixels)).decode("ascii")
        place = f'x="{x:.1f}" y="{y:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}"'
        self._parts.append(f'<image {place} href="data:image/png;base64,{data}"/>')

    def save(self, name: str) -> None:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img"'
        font = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"
        parts = [f'{head} width="{self.width}" height="{self.height}" font-family="{font}">']
        parts += [f"<title>{html.escape(self.title)}</title>"]
        parts += [f'<rect width="{self.width}" height="{self.height}" rx="8" fill="{CARD}"/>', *self._parts, "</svg>"]
        DRAWINGS.mkdir(exist_ok=True)
        (DRAWINGS / f"{name}.svg").write_text("\n".join(parts) + "\n", encoding="utf-8", newline="\n")


class Studio:
    """Renders the bundled sneaker, and knows where its points land in the picture."""

    def __init__(self) -> None:
        choose_window_kind()
        self.model, mesh = shipped_sneaker()
        self._scene = ShoeScene()
        self._scene.set_mesh(mesh, "shoe")

    def camera(self, width: float, height: float, fov_deg: float = FOV_DEG) -> Camera:
        """For a picture of that size in units of a figure."""
        return Camera.from_vertical_fov(fov_deg, round(width), height_px=round(height))

    def pose(self, camera: Camera, angles: tuple[float, float, float], *, fill: float = 0.8) -> Pose:
        """The shoe in the middle, its length `fill` of the picture's width when seen from the side."""
        yaw, pitch, roll = angles
        depth = camera.fx_px * self.model.extent_mm[0] / (fill * camera.width_px)
        return pose_from_angles(yaw, pitch, roll_deg=roll, translation_mm=[0.0, 0.0, depth])

    def shot(self, pose: Pose, camera: Camera, side: Side = Side.RIGHT) -> NDArray[np.uint8]:
        """(H, W, 4) straight RGBA, finer than the figure."""
        fine = camera.resized(round(camera.width_px * FINE), round(camera.height_px * FINE))
        factors = np.array([1.0, -1.0 if side is Side.LEFT else 1.0, 1.0])
        return self._scene.render(Shot("shoe", factors, pose, fine, ShoeStyle.TEXTURE))

    def close(self) -> None:
        """Give the window back."""
        self._scene.close()


def main() -> int:
    """Draw them all."""
    studio = Studio()
    try:
        _pixels()
        _camera()
        _shoe(studio)
        _angles(studio)
        _distance(studio)
        _sides(studio)
    finally:
        studio.close()
    return 0


def _pixels() -> None:
    figure = Figure(720, 350, "Pixels have a corner origin")
    cell, left, top = 70, 90, 84
    for row in range(3):
        for column in range(4):
            x, y = left + column * cell, top + row * cell
            fill = "#2f4a6b" if row == column == 0 else FIELD
            figure.shape([(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell)], fill=fill, stroke=LINE)
            figure.dot((x + cell / 2, y + cell / 2), DIM, 2.0)
    figure.arrow((left, top), (left + 4.5 * cell, top), X)
    figure.arrow((left, top), (left, top + 3.25 * cell), Y)
    figure.text((left + 4.5 * cell + 8, top + 5), "u", X, 16, bold=True)
    figure.text((left - 5, top + 3.25 * cell + 18), "v", Y, 16, bold=True)
    figure.dot((left, top), MARK, 5.5)
    figure.text((left - 14, top - 36), "(0, 0): the photo's corner", MARK)
    figure.dot((left + cell / 2, top + cell / 2), Z, 5.5)
    figure.text((left + 4 * cell + 40, top + 58), "centre of the first pixel:", TEXT)
    figure.text((left + 4 * cell + 40, top + 80), "(0.5, 0.5) here", Z, 14, bold=True)
    figure.text((left + 4 * cell + 40, top + 102), "(0, 0) in OpenCV and BOP", DIM)
    figure.line((left + cell / 2 + 8, top + cell / 2 + 2), (left + 4 * cell + 34, top + 54), Z, 1.2, "4 4")
    figure.dot((left + 4 * cell, top + 3 * cell), MARK, 5.5)
    figure.text((left + 4 * cell + 16, top + 3 * cell + 5), "(W, H): the corner opposite", MARK)
    for column in range(1, 5):
        figure.text((left + column * cell, top - 10), str(column), DIM, 12, anchor="middle")
    for row in range(1, 4):
        figure.text((left - 10, top + row * cell + 4), str(row), DIM, 12, anchor="end")
    figure.save("pixels")


def _camera() -> None:
    figure = Figure(720, 330, "The camera's axes and the pinhole")
    eye = np.array([110.0, 178.0])
    axes = {"x": np.array([58.0, 26.0]), "y": np.array([0.0, 76.0]), "z": np.array([104.0, -20.0])}

    def at(x: float, y: float, z: float) -> NDArray[np.float64]:
        return np.asarray(eye + x * axes["x"] + y * axes["y"] + z * axes["z"])

    depth, half_w, half_h = 2.0, 1.2, 0.8
    corners = [at(sx * half_w, sy * half_h, depth) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    for corner in corners:
        figure.line(eye, corner, LINE, 1.0, "3 4")
    figure.shape(corners, fill="#2b3a4d", stroke=Z, opacity=0.75)
    centre, point = at(0, 0, depth), at(1.3, 0.5, 3.8)
    seen = at(1.3 / 1.9, 0.5 / 1.9, depth)
    figure.line(eye, at(0, 0, 4.2), DIM, 1.0, "2 5")
    figure.line(eye, point, MARK, 1.6)
    figure.dot(point, MARK, 6)
    figure.dot(seen, MARK, 4.5, hollow=True)
    figure.dot(centre, TEXT, 3.5)
    figure.arrow(eye, at(0.95, 0, 0), X)
    figure.arrow(eye, at(0, 0.95, 0), Y)
    figure.arrow(eye, at(0, 0, 1.0), Z)
    figure.text(at(0.95, 0, 0) + _by(6, 12), "x right", X, 15, bold=True)
    figure.text(at(0, 0.95, 0) + _by(-12, 22), "y down", Y, 15, bold=True)
    figure.text(at(0, 0, 1.0) + _by(-62, -12), "z forward", Z, 15, bold=True)
    figure.dot(eye, TEXT, 5)
    figure.text(eye + _by(-14, -16), "camera", TEXT, 14, anchor="middle")
    figure.text(centre + _by(-8, -10), "(cx, cy)", DIM, 13, anchor="end")
    figure.text(seen + _by(-4, 22), "(u, v)", MARK, 14, anchor="middle", bold=True)
    figure.text(point + _by(10, -6), "(x, y, z) mm", MARK, 14, bold=True)
    figure.text(corners[1] + _by(10, -18), "the photo, f px away", DIM, 13)
    figure.text((520, 276), "u = fx · x / z + cx", TEXT, 15)
    figure.text((520, 302), "v = fy · y / z + cy", TEXT, 15)
    figure.save("camera")


def _shoe(studio: Studio) -> None:
    figure = Figure(720, 624, "The shoe's axes and its eight landmarks")
    names = studio.model.landmark_names
    places = np.array([studio.model.landmarks[name] for name in names])
    views = (("from its right side", 14, 250, (0.0, 0.0, 0.0), 2), ("from above", 300, 240, (0.0, 90.0, 0.0), 1))
    for title, top, height, angles, upward in views:
        camera = studio.camera(560, height)
        pose = studio.pose(camera, angles, fill=0.78)
        figure.picture((20, top), studio.shot(pose, camera), (560, height))
        axes = np.zeros((3, 3))
        axes[1, 0], axes[2, upward] = 185.0, 84.0 if upward == 2 else 95.0
        origin, ahead, up = camera.project(pose.apply(axes)) + _by(20, top)
        figure.arrow(origin, ahead, X)
        figure.arrow(origin, up, Z if upward == 2 else Y)
        figure.dot(origin, TEXT, 4)
        figure.text(ahead + _by(8, 5), "+X to the toe", X, 14, bold=True)
        words = "+Z up" if upward == 2 else "+Y to the wearer's left"
        figure.text(up + _by(9, 6), words, Z if upward == 2 else Y, 14, bold=True)
        figure.text((24, top + 18), title, DIM, 13)
        for number, at in enumerate(camera.project(pose.apply(places)) + _by(20, top), start=1):
            figure.dot(at, CARD, 10)
            figure.dot(at, MARK, 10, hollow=True)
            figure.text(at + _by(0, 5), str(number), MARK, 13, anchor="middle", bold=True)
    for number, name in enumerate(names, start=1):
        column, row = divmod(number - 1, 2)
        figure.text((24 + column * 172, 572 + row * 26), f"{number}", MARK, 14, bold=True)
        figure.text((42 + column * 172, 572 + row * 26), name, TEXT, 14)
    figure.save("shoe")


def _angles(studio: Studio) -> None:
    figure = Figure(720, 520, "Yaw, pitch and roll")
    rows = (
        ("yaw", "turns the shoe about its own up axis", (-90.0, -45.0, 0.0, 45.0, 135.0)),
        ("pitch", "how far it is looked at from above", (-20.0, 0.0, 20.0, 45.0, 90.0)),
        ("roll", "turns the picture", (-45.0, -20.0, 0.0, 20.0, 45.0)),
    )
    width, height = 136, 116
    for index, (name, meaning, values) in enumerate(rows):
        top = 16 + index * 168
        figure.text((20, top + 16), name, Z, 16, bold=True)
        figure.text((76, top + 16), meaning, DIM, 14)
        for column, value in enumerate(values):
            camera = studio.camera(width, height)
            angles = {
                "yaw": (value, 15.0, 0.0), "pitch": (0.0, value, 0.0), "roll": (0.0, 0.0, value)
            }[name]  # fmt: skip
            pose = studio.pose(camera, angles, fill=0.84)
            left = 20 + column * width
            figure.picture((left, top + 16), studio.shot(pose, camera), (width, height))
            figure.text((left + width / 2, top + 142), f"{value:+.0f}°" if value else "0°", TEXT, 13, anchor="middle")
    figure.save("angles")


def _distance(studio: Studio) -> None:
    figure = Figure(720, 424, "A short lens near, a long lens far: as large, another perspective")
    width, height = 330, 216
    for left, fov, words in ((20, 62.0, "short lens, near"), (370, 9.0, "long lens, far")):
        camera = studio.camera(width, height, fov)
        yaw, pitch = -58.0, 24.0
        depth = camera.fx_px * studio.model.extent_mm[0] / (0.56 * width)
        pose = pose_from_angles(yaw, pitch, roll_deg=0.0, translation_mm=[0.0, 0.0, depth])
        figure.shape([(left, 16), (left + width, 16), (left + width, 16 + height), (left, 16 + height)], fill=FIELD)
        figure.picture((left, 16), studio.shot(pose, camera), (width, height))
        figure.text((left + 12, 38), words, TEXT, 14, bold=True)
        told = f"f = {camera.fx_px:,.0f} px  ·  t_z = {depth:,.0f} mm  ·  t_z/f = {depth / camera.fx_px:.2f} mm/px"
        figure.text((left + 2, 16 + height + 24), told, MARK, 13)
        reach = 250.0 if left > 200 else 92.0
        eye, mid = np.array([left + 290 - reach - 20, 330.0]), np.array([left + 290.0, 330.0])
        figure.line(eye, mid + _by(0, -34), LINE)
        figure.line(eye, mid + _by(0, 34), LINE)
        figure.line(mid + _by(0, -34), mid + _by(0, 34), MARK, 5)
        figure.dot(eye, TEXT, 5)
        figure.arrow(eye + _by(0, 48), mid + _by(0, 48), DIM, 1.5)
        figure.text((eye + mid) / 2 + _by(0, 66), "t_z", DIM, 13, anchor="middle")
        figure.text(eye + _by(-8, -12), "camera", DIM, 12, anchor="end" if left < 200 else "start")
    figure.save("distance")


def _sides(studio: Studio) -> None:
    figure = Figure(720, 330, "A left shoe is the right model mirrored")
    camera = studio.camera(300, 290)
    for left, side, words in ((50, Side.LEFT, "left"), (370, Side.RIGHT, "right")):
        depth = camera.fx_px * studio.model.extent_mm[0] / 262
        pose = pose_from_angles(0.0, 90.0, roll_deg=-90.0, translation_mm=[0.0, 0.0, depth])
        figure.picture((left, 10), studio.shot(pose, camera, side), (300, 290))
        landmarks = studio.model.sized_landmarks(studio.model.size, side)
        for name in ("forefoot lateral", "forefoot medial", "rearfoot lateral", "rearfoot medial"):
            at = camera.project(pose.apply(np.array([landmarks[name]])))[0] + _by(left, 10)
            outward = np.sign(at[0] - (left + 150))
            figure.dot(at, CARD, 5)
            figure.dot(at, MARK if "lateral" in name else Z, 5, hollow=True)
            color, word = (MARK, "lateral") if "lateral" in name else (Z, "medial")
            figure.text(at + _by(outward * 12, 5), word, color, 13, anchor="start" if outward > 0 else "end")
        figure.text((left + 150, 316), f"{words} shoe, from above", TEXT, 14, anchor="middle")
    figure.line((360, 24), (360, 290), DIM, 1.2, "5 5")
    figure.save("sides")


def _by(right: float, down: float) -> NDArray[np.float64]:
    return np.array([right, down])


def _png(premultiplied: NDArray[np.uint8]) -> bytes:
    alpha = premultiplied[..., 3:].astype(np.float64)
    color = np.divide(premultiplied[..., :3] * 255.0, alpha, out=np.zeros_like(alpha.repeat(3, 2)), where=alpha > 0)
    straight = np.concatenate([np.clip(np.round(color), 0, 255), alpha], axis=2).astype(np.uint8)
    buffer = io.BytesIO()
    small = Image.fromarray(straight).quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
