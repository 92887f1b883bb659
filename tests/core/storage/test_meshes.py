"""Meshes in the project and in the cache folder: exact, once, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.document.store import StorageError
from core.geometry.mesh import Mesh
from core.storage.database import create_project, open_project
from core.storage.errors import ProjectDamaged
from core.storage.folders import cache_dir, config_dir, data_dir
from core.storage.mesh_cache import cached_mesh_file, load_mesh_file
from core.storage.mesh_codec import mesh_from_npz, mesh_to_npz


@st.composite
def meshes(draw: st.DrawFn) -> Mesh:
    count = draw(st.integers(3, 8))
    finite = st.floats(allow_nan=False, allow_infinity=False)
    vertices = draw(hnp.arrays(np.float64, (count, 3), elements=finite))
    faces = draw(hnp.arrays(np.int32, (draw(st.integers(1, 5)), 3), elements=st.integers(0, count - 1)))
    uv = draw(st.none() | hnp.arrays(np.float64, (count, 2), elements=st.floats(0, 1)))
    texture = draw(st.none() | hnp.arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))))
    colours = draw(st.none() | hnp.arrays(np.uint8, (count, 3)))
    return Mesh(vertices, faces, uv, texture, colours)


TRIANGLE = Mesh(np.array([(0.1, 0, 0), (1 / 3, 0, 0), (0, 1, 0)]), np.array([[0, 1, 2]]))


@given(meshes())
def test_a_mesh_comes_back_to_the_last_bit(mesh: Mesh) -> None:
    again = mesh_from_npz(mesh_to_npz(mesh))
    assert again.sha256 == mesh.sha256
    assert again.vertices_mm.tobytes() == mesh.vertices_mm.tobytes() and again.faces.dtype == np.int32
    for mine, stored in ((mesh.uv, again.uv), (mesh.texture, again.texture), (mesh.colours, again.colours)):
        assert (mine is None) == (stored is None)
        if mine is not None and stored is not None:
            np.testing.assert_array_equal(mine, stored)


@given(meshes())
def test_the_same_mesh_gives_the_same_bytes(mesh: Mesh) -> None:
    assert mesh_to_npz(mesh) == mesh_to_npz(mesh)


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_a_damaged_mesh_is_an_error(cut: int) -> None:
    with pytest.raises(ValueError, match="stored mesh"):
        mesh_from_npz(mesh_to_npz(TRIANGLE)[:cut])


def test_a_project_keeps_a_mesh_once(tmp_path: Path) -> None:
    store = create_project(tmp_path / "a.outsole")
    sha256 = store.add_mesh(TRIANGLE)
    assert store.add_mesh(TRIANGLE) == sha256 == TRIANGLE.sha256
    store.close()
    store = open_project(tmp_path / "a.outsole")
    assert store.mesh(sha256).sha256 == sha256
    with pytest.raises(ProjectDamaged, match="no mesh 000000"):
        store.mesh("0" * 64)
    store.close()


def test_the_cache_file_is_written_once_from_any_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Source:
        asked = 0

        def mesh_npz(self, sha256: str) -> bytes:
            self.asked += 1
            return mesh_to_npz(TRIANGLE)

    sources = (Source(), TRIANGLE, mesh_to_npz(TRIANGLE))
    for number, source in enumerate(sources):
        monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path / str(number)))
        file = cached_mesh_file(source, TRIANGLE.sha256)
        assert file == tmp_path / str(number) / "meshes" / f"{TRIANGLE.sha256}.npz"
        assert cached_mesh_file(source, TRIANGLE.sha256) == file
        assert load_mesh_file(file).sha256 == TRIANGLE.sha256
        assert [other.name for other in file.parent.iterdir()] == [file.name]
    assert sources[0].asked == 1


def test_a_cache_that_cannot_be_written_or_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="OUTSOLE_CACHE_DIR"):
        cached_mesh_file(TRIANGLE, TRIANGLE.sha256)
    with pytest.raises(StorageError, match="cannot be read"):
        load_mesh_file(tmp_path / "missing.npz")
    with pytest.raises(StorageError, match="damaged"):
        load_mesh_file(tmp_path / "file")


def test_the_environment_moves_the_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, folder in {"CACHE": cache_dir, "CONFIG": config_dir, "DATA": data_dir}.items():
        monkeypatch.setenv(f"OUTSOLE_{name}_DIR", str(tmp_path / name))
        assert folder() == tmp_path / name
        monkeypatch.delenv(f"OUTSOLE_{name}_DIR")
        assert "outsole" in str(folder()).lower()


@pytest.mark.parametrize("module", ["mesh_cache", "image_file", "folders", "mesh_codec", "photo_codec"])
def test_what_every_process_reads_needs_no_database(module: str) -> None:
    lines = f"import sys, core.storage.{module}; print(sorted({{'sqlalchemy', 'torch', 'cv2'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
