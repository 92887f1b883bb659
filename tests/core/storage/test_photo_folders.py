"""Folders of photos: all depths are looked into, the data sets exported beside the photos are not."""

from __future__ import annotations

from pathlib import Path

from core.storage.photo_folders import photos_below


def put(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_exported_copies_and_masks_are_no_photos(tmp_path: Path) -> None:
    own = [put(tmp_path / "a.jpg"), put(tmp_path / "deep" / "b.PNG")]
    put(tmp_path / "note.txt")
    bop, yolo = tmp_path / "export" / "bop", tmp_path / "export" / "yolo"
    put(bop / "outsole_objects.json", b"{}")
    put(bop / "train" / "000000" / "mask" / "000000_000000.png")
    put(yolo / "data.yaml", b"# Outsole: a segment data set for YOLO; paths count from this file\n")
    put(yolo / "images" / "train" / "a.jpg")
    assert photos_below(tmp_path) == (own, [bop, yolo])


def test_others_data_sets_and_a_named_export_are_looked_into(tmp_path: Path) -> None:
    other = put(tmp_path / "theirs" / "images" / "c.jpg")
    put(tmp_path / "theirs" / "data.yaml", b"train: images\n")
    assert photos_below(tmp_path) == ([other], [])
    put(tmp_path / "bop" / "outsole_objects.json")
    picture = put(tmp_path / "bop" / "rgb" / "000000.jpg")
    assert photos_below(tmp_path / "bop") == ([picture], [])
