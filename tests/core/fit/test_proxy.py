from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fit_builders import lofted_shoe

from core.fit.proxy import (
    POLISH_RMS_PX,
    SEARCH_RMS_PX,
    chosen_proxies,
    outline_deviation,
    proxies_of,
    welded,
)
from core.geometry.mesh import Mesh
from core.render.outline import OutlineMesh


def shattered(mesh: Mesh) -> Mesh:
    """Every triangle with vertices of its own: what many exporters write."""
    return Mesh(mesh.vertices_mm[mesh.faces].reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3))


def flat_laces(count: int = 40) -> Mesh:
    """Open strips lying over the shoe, beside each other: parts that a decimation by count loses."""
    strips, faces = [], []
    for k in range(count):
        x = -60 + 3.0 * k
        strips.append(np.array([[x, -30, 75.0], [x + 2, -30, 75], [x + 2, 30, 90], [x, 30, 90]]))
        faces.append(np.array([[0, 1, 2], [0, 2, 3]]) + 4 * k)
    return Mesh(np.concatenate(strips), np.concatenate(faces))


def test_proxies_keep_the_outline() -> None:
    proxies = chosen_proxies(lofted_shoe())
    full = OutlineMesh.of(lofted_shoe())
    assert len(proxies.search.faces) < len(full.faces)
    assert outline_deviation(proxies.search, full).rms_px < SEARCH_RMS_PX
    assert outline_deviation(proxies.polish, full).rms_px < POLISH_RMS_PX
    assert outline_deviation(full, full).rms_px < 1e-6


def test_a_missing_part_is_a_deviation() -> None:
    shoe, laces = lofted_shoe(), flat_laces()
    offset = len(shoe.vertices_mm)
    together = Mesh(np.vstack([shoe.vertices_mm, laces.vertices_mm]), np.vstack([shoe.faces, laces.faces + offset]))
    deviation = outline_deviation(OutlineMesh.of(shoe), OutlineMesh.of(together))
    assert deviation.rms_px > SEARCH_RMS_PX
    proxies = chosen_proxies(together)
    assert outline_deviation(proxies.polish, OutlineMesh.of(together)).rms_px < POLISH_RMS_PX


def test_seams_are_welded() -> None:
    mesh = lofted_shoe()
    again = welded(shattered(mesh))
    assert len(again.vertices_mm) == len(np.unique(mesh.vertices_mm, axis=0))
    assert outline_deviation(OutlineMesh.of(again), OutlineMesh.of(mesh)).rms_px < 1e-6


def test_proxies_are_kept_on_disk_and_made_anew_when_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSOLE_CACHE_DIR", str(tmp_path))
    mesh = lofted_shoe().scaled(np.array([1.01, 1.0, 1.0]))
    made = proxies_of(mesh)
    (file,) = (tmp_path / "proxies").iterdir()
    proxies_of.cache_clear()
    read = proxies_of(mesh)
    assert read is not made
    assert np.array_equal(read.search.vertices_mm, made.search.vertices_mm)
    assert np.array_equal(read.polish.edges, made.polish.edges)
    assert read.polish_deviation.rms_px == made.polish_deviation.rms_px
    file.write_bytes(b"PK\x03\x04 not a zip")
    proxies_of.cache_clear()
    assert np.array_equal(proxies_of(mesh).search.faces, made.search.faces)
    proxies_of.cache_clear()


def test_a_left_shoe_is_the_mirror_image() -> None:
    proxies = chosen_proxies(lofted_shoe())
    left = proxies.scaled([1.0, -1.0, 1.0])
    assert np.array_equal(left.search.vertices_mm * [1, -1, 1], proxies.search.vertices_mm)
    assert left.search.edges is proxies.search.edges
