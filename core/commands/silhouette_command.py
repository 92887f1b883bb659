"""The command that speaks with Unity's silhouette generator: its seven numbers drawn, served, or made of a pose."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.commands.console import Answer, CommandError
from core.commands.project_commands import axes_from_text
from core.commands.silhouette_picture import ShoeInUnity, png_from_mask, size_from_text
from core.geometry.camera import Camera, CameraSource
from core.geometry.pose import Pose
from core.geometry.unity import (
    SCENE,
    UnityScene,
    UnityView,
    camera_from_unity,
    pose_from_unity,
    unity_view,
    unity_view_to_json,
)
from core.labels.instance import ShoeSize, Side

MOST_PORT = 65_535


def silhouette(arguments: argparse.Namespace) -> Answer:
    """Draw, serve, or turn back; raises CommandError, UnityError, MeshFileError, FormatError or OSError."""
    if arguments.inverse:
        return _inverse(arguments)
    size_px = size_from_text(arguments.size)
    if arguments.serve:
        return _serve(arguments, size_px)
    view = UnityView.from_text(" ".join(arguments.unity))
    return _draw(arguments, view, size_px=size_px)


def _draw(arguments: argparse.Namespace, view: UnityView, *, size_px: tuple[int, int]) -> Answer:
    from core.formats.json_file import write_bytes
    from core.formats.outsole_key import pose_to_json
    from core.storage.photo_codec import camera_to_json

    out = Path(arguments.out).expanduser()
    if out.suffix.lower() != ".png":
        raise CommandError(f"A silhouette is a PNG, so give --out a name that ends in .png, not {out.name}.")
    shoe, notes = _shoe(arguments)
    mask = shoe.mask(view, size_px)
    write_bytes(out, png_from_mask(mask))
    covered = int(mask.sum())
    pose, camera = pose_from_unity(view, shoe.scene), camera_from_unity(view, size_px[0], height_px=size_px[1])
    w, x, y, z = pose.rotation_wxyz
    at = ", ".join(f"{value:.2f}" for value in pose.translation_mm)
    lines = [f"{out}: {size_px[0]} x {size_px[1]} px, {covered} of them shoe."]
    if not covered:
        lines.append("Nothing of the shoe is in view; do --unit, --unity-axes and the numbers belong together?")
    lines.append(f"camera_from_shoe: rotation wxyz {w:.6f}, {x:.6f}, {y:.6f}, {z:.6f}; translation {at} mm.")
    content: dict[str, Any] = {"file": str(out), "covered_px": covered, "unity": unity_view_to_json(view)}
    content |= {"pose": pose_to_json(pose), "camera": camera_to_json(camera), "notes": list(notes)}
    return Answer("\n".join([*lines, *notes]), content)


def _serve(arguments: argparse.Namespace, size_px: tuple[int, int]) -> Answer:
    from core.commands.silhouette_server import EXAMPLE, SilhouetteServer

    if not 0 <= arguments.port <= MOST_PORT:
        raise CommandError(f"A port is a number from 0 (any that is free) to {MOST_PORT}, not {arguments.port}.")
    shoe, notes = _shoe(arguments)
    with SilhouetteServer(shoe.png, size_px=size_px, port=arguments.port) as server:
        try:
            shoe.png(UnityView.from_text(EXAMPLE), size_px)  # the first request does not wait for compiling then
            if arguments.json:
                content = {"url": server.url, "port": server.server_port, "notes": list(notes)}
                print(json.dumps({"ok": True, **content}, ensure_ascii=False), flush=True)
            else:
                lines = [*notes, f"Silhouettes at {server.url}?numbers={EXAMPLE}", "Ctrl+C ends."]
                print("\n".join(lines), flush=True)
            server.serve_forever()
        except KeyboardInterrupt:
            print("Stopped.", file=sys.stderr)
    return Answer("")


def _inverse(arguments: argparse.Namespace) -> Answer:
    from core.formats.json_file import read_json_object
    from core.formats.outsole_key import KEY

    file = Path(arguments.inverse).expanduser()
    content = read_json_object(file)
    scene = _shoe(arguments)[0].scene if arguments.model else _scene(arguments, SCENE)
    try:
        pose, camera = _pose_and_camera(content.get(KEY, content), arguments)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CommandError(
            f'{file} holds no pose ({error!r}); it should read like {{"pose": {{"rotation_wxyz": [1, 0, 0, 0], '
            '"translation_mm": [0, 0, 500]}, "camera": {"fx_px": 700, "fy_px": 700, "cx_px": 400, "cy_px": 300, '
            '"width_px": 800, "height_px": 600}}; the camera may be left out.'
        ) from error
    view = unity_view(pose, camera, scene=scene)
    return Answer(view.text, {"unity": unity_view_to_json(view)})


def _pose_and_camera(content: Mapping[str, Any], arguments: argparse.Namespace) -> tuple[Pose, Camera]:
    from core.formats.outsole_key import pose_from_json
    from core.storage.photo_codec import camera_from_json

    pose = pose_from_json(content.get("pose", content))
    if "camera" not in content:
        width, height = size_from_text(arguments.size)
        return pose, Camera.from_vertical_fov(arguments.fov, width, height_px=height)
    plain = {"distortion": [0.0] * 5, "source": CameraSource.GUESS.value}
    return pose, camera_from_json(plain | content["camera"])


def _shoe(arguments: argparse.Namespace) -> tuple[ShoeInUnity, tuple[str, ...]]:
    """The shoe that is asked for, and sentences about how it was read."""
    file_axes = axes_from_text(arguments.axes) if arguments.axes else None
    if not arguments.model:
        from core.sneaker.shipped import shipped_sneaker

        if file_axes:
            raise CommandError("--axes are those of a mesh file; name one by --model.")
        model, mesh = shipped_sneaker()
        size = None if arguments.length is None else ShoeSize(arguments.length)
        sized = model.sized_mesh(mesh, size=size, side=Side(arguments.side))
        return ShoeInUnity(sized, _scene(arguments, SCENE)), ()
    from core.meshes.shoe_import import propose_import

    read = propose_import(Path(arguments.model).expanduser(), axes=file_axes, length_mm=arguments.length)
    scene = _scene(arguments, UnityScene.imported(*read.axes))
    mesh = read.mesh.mirrored() if Side(arguments.side) is Side.LEFT else read.mesh
    notes = [*read.notes, f"In Unity its toe is taken to point to {scene.toe} and its top to {scene.up}."]
    return ShoeInUnity(mesh, scene), tuple(notes)


def _scene(arguments: argparse.Namespace, proposed: UnityScene) -> UnityScene:
    """The proposed scene with what the annotator knows better."""
    toe, up = proposed.toe, proposed.up
    if arguments.unity_axes:
        text = arguments.unity_axes.upper()
        toe, up = text[:2], text[2:].lstrip(",")
    return UnityScene(toe, up, proposed.unit_mm if arguments.unit is None else arguments.unit)
