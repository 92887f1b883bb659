"""Reading and writing mesh files: what is merged, what is refused and in which words."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from core.formats.bop_objects import ply_bytes
from core.geometry.mesh import Mesh
from core.meshes.atlas import MeshPart, joined, submesh, welded
from core.meshes.mesh_file import MeshFileError, read_mesh_file, write_glb

CASES = Path(__file__).resolve().parents[4] / "shared" / "data" / "models" / "importer_cases"


def box_mesh(**extra: object) -> Mesh:
    box = trimesh.creation.box((200.0, 80.0, 60.0))
    return Mesh(np.asarray(box.vertices), np.asarray(box.faces), **extra)


def write_gltf_json(path: Path, header: dict[str, object]) -> Path:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(b"glTF" + struct.pack("<IIII", 2, 20 + len(text), len(text), 0x4E4F534A) + text)
    return path


@pytest.mark.parametrize("kind", ["glb", "gltf", "obj", "ply", "stl"])
def test_every_kind_keeps_the_triangles(tmp_path: Path, kind: str) -> None:
    solid = trimesh.creation.box((0.2, 0.08, 0.06))
    path = tmp_path / f"box.{kind}"
    if kind == "gltf":
        for name, data in trimesh.exchange.gltf.export_gltf(trimesh.Scene(solid)).items():
            (tmp_path / name).write_bytes(data)
        path = next(tmp_path.glob("*.gltf"))
    else:
        solid.export(path)
    mesh = read_mesh_file(path).mesh
    assert len(mesh.faces) == 12
    assert np.allclose(np.sort(mesh.extent_mm), [0.06, 0.08, 0.2], atol=1e-6)


def test_a_rotated_node_and_a_mirroring_node_are_applied(tmp_path: Path) -> None:
    solid = trimesh.creation.box((2.0, 1.0, 1.0))
    turn = trimesh.transformations.rotation_matrix(np.pi / 2, [0, 0, 1])
    scene = trimesh.Scene()
    scene.add_geometry(solid, geom_name="box", transform=turn)
    mirror = np.diag([-1.0, 1.0, 1.0, 1.0])
    mirror[1, 3] = 10.0
    scene.add_geometry(solid, geom_name="box2", transform=mirror)
    path = tmp_path / "scene.glb"
    scene.export(path)
    mesh = read_mesh_file(path).mesh
    assert len(mesh.faces) == 24
    assert np.allclose(mesh.extent_mm, [2.0, 11.5, 1.0])
    turned = submesh(mesh, mesh.vertices_mm[mesh.faces][:, :, 1].mean(axis=1) < 5)
    assert np.allclose(turned.extent_mm, [1.0, 2.0, 1.0])
    for half in (turned, submesh(mesh, mesh.vertices_mm[mesh.faces][:, :, 1].mean(axis=1) > 5)):
        assert trimesh.Trimesh(half.vertices_mm, half.faces).volume == pytest.approx(2.0)


def test_pictures_and_plain_colours_share_one_texture() -> None:
    triangle = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    faces = np.array([[0, 1, 2]])
    green = np.zeros((16, 16, 3), np.uint8) + np.uint8([0, 200, 0])
    blue = np.zeros((16, 16, 3), np.uint8) + np.uint8([0, 0, 200])
    uv = np.array([[0.0, 0], [1, 0], [0, 1]])
    parts = [
        MeshPart(triangle, faces, uv=uv, image=green),
        MeshPart(triangle + 2, faces, uv=uv * 2.5, image=blue),
        MeshPart(triangle + 4, faces, colour=(250, 0, 0)),
    ]
    mesh = joined(parts)
    assert mesh.texture is not None
    assert mesh.uv is not None
    height, width = mesh.texture.shape[:2]
    columns = np.minimum((mesh.uv[:, 0] * width).astype(int), width - 1)
    rows = np.minimum(((1 - mesh.uv[:, 1]) * height).astype(int), height - 1)
    seen = mesh.texture[rows, columns]
    for index, colour in ((0, (0, 200, 0)), (1, (0, 0, 200)), (2, (250, 0, 0))):
        ours = np.abs(mesh.vertices_mm[:, 2] - 2 * index) < 0.5
        assert (seen[ours] == colour).all()


def test_welding_joins_equal_vertices_but_not_across_a_seam() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]])
    faces = np.array([[0, 1, 2], [3, 5, 4]])
    assert len(welded(Mesh(vertices, faces)).vertices_mm) == 4
    uv = np.linspace(0, 1, 12).reshape(6, 2)
    assert len(welded(Mesh(vertices, faces, uv)).vertices_mm) == 6


def test_an_inside_out_solid_is_turned(tmp_path: Path) -> None:
    solid = trimesh.creation.box((2.0, 1.0, 1.0))
    solid.invert()
    solid.export(tmp_path / "in.ply")
    mesh = read_mesh_file(tmp_path / "in.ply").mesh
    assert trimesh.Trimesh(mesh.vertices_mm, mesh.faces).volume == pytest.approx(2.0)


def test_written_files_read_back(tmp_path: Path) -> None:
    mesh = box_mesh(colours=np.random.default_rng(0).integers(0, 255, (8, 3)).astype(np.uint8))
    (tmp_path / "shoe.ply").write_bytes(ply_bytes(mesh))
    back = read_mesh_file(tmp_path / "shoe.ply").mesh
    assert np.allclose(back.extent_mm, mesh.extent_mm)
    assert back.colours is not None
    write_glb(mesh, tmp_path / "shoe.glb")
    back = read_mesh_file(tmp_path / "shoe.glb").mesh
    assert np.allclose(back.extent_mm, mesh.extent_mm[[1, 2, 0]] / 1000)  # metres, toe +Z, up +Y
    texture = np.random.default_rng(1).integers(0, 255, (32, 32, 3)).astype(np.uint8)
    pictured = box_mesh(uv=np.random.default_rng(2).random((8, 2)), texture=texture)
    write_glb(pictured, tmp_path / "pictured.glb")
    back = read_mesh_file(tmp_path / "pictured.glb").mesh
    assert back.texture is not None
    assert np.array_equal(back.texture, texture)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("shoe.glb", b"", "empty"),
        ("shoe.glb", b"this is not a model", "does not begin with 'glTF'"),
        ("shoe.glb", b"glTF" + struct.pack("<IIII", 2, 999, 900, 0x4E4F534A) + b"{", "cut short"),
        ("shoe.gltf", b"hello", "not valid JSON"),
        ("shoe.gltf", b"[]", "not a glTF object"),
        ("shoe.ply", b"some text\nthat is no mesh\n", "shoe.ply"),
        ("shoe.stl", b"some text that is no mesh at all, however long it may go on and on" * 5, "shoe.stl"),
        ("shoe.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", "no faces"),
        ("shoe.obj", b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "NaN"),
        ("shoe.obj", b"v 1e30 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "no unit"),
        ("shoe.fbx", b"Kaydara", "GLB, GLTF, OBJ, PLY, STL"),
        ("shoe", b"x", "cannot be read"),
    ],
)
def test_useless_files_are_refused_with_a_sentence(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MeshFileError, match=r"shoe") as refused:
        read_mesh_file(tmp_path / name)
    assert says in str(refused.value)


def test_points_without_faces_and_missing_files_are_refused(tmp_path: Path) -> None:
    trimesh.PointCloud(np.random.default_rng(0).random((10, 3))).export(tmp_path / "cloud.ply")
    with pytest.raises(MeshFileError, match="no faces"):
        read_mesh_file(tmp_path / "cloud.ply")
    with pytest.raises(MeshFileError, match="no such file"):
        read_mesh_file(tmp_path / "gone.obj")
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(MeshFileError, match="a folder"):
        read_mesh_file(tmp_path / "folder.obj")


@pytest.mark.parametrize(
    "extension", ["EXT_meshopt_compression", "KHR_draco_mesh_compression", "KHR_mesh_quantization"]
)
def test_compressed_geometry_is_named_with_its_remedy(tmp_path: Path, extension: str) -> None:
    header = {"asset": {"version": "2.0"}, "extensionsUsed": [extension], "extensionsRequired": [extension]}
    path = write_gltf_json(tmp_path / "packed.glb", header)
    with pytest.raises(MeshFileError, match=extension) as refused:
        read_mesh_file(path)
    assert "gltf-transform" in str(refused.value)
    assert "Blender" in str(refused.value)


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared importer cases are not here")
def test_the_compressed_shoe_is_refused() -> None:
    for file in sorted(CASES.glob("*.glb")):
        with pytest.raises(MeshFileError, match="EXT_meshopt_compression"):
            read_mesh_file(file)
