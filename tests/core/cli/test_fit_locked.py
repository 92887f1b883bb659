"""`outsole fit` leaves a shoe alone that somebody has locked."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_free_shape import project

from core.cli import main
from core.document.document import Document
from core.document.edit import Edit
from core.storage.database import open_project


@pytest.mark.parametrize("more", [(), ("--anew",)])
def test_a_locked_shoe_keeps_its_pose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...]
) -> None:
    file = project(tmp_path, lambda mesh: mesh)
    store = open_project(file)
    document = Document(store)
    (key,) = document.project.entries
    (shoe,) = document.photo(key).instances
    locked = document.photo(key).with_instance(shoe.with_flag("locked", True))
    document.commit(Edit.of("Lock", document.photo(key), locked))
    store.close()
    capsys.readouterr()
    assert main(["fit", str(file), *more]) == 1
    assert "locked" in capsys.readouterr().out
    store = open_project(file)
    assert store.load_photo(key).instances == locked.instances
    store.close()
