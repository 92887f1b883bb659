"""The dialogs: they ask, they tell what was chosen, and they change nothing by themselves but what they are for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel_book import MODEL, photo, session_of, shoe_session
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QListWidget, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from core.formats.pose_checks import PoseTally
from core.formats.report import Report, ReportLine, changed, refused, taken
from core.geometry.mesh import Mesh
from core.jobs.messages import Failed, ImportMeshRequest, MeshProposal, MeshRef, Result
from core.labels.project import Role
from core.storage.mesh_cache import cached_mesh_file
from gui.dialogs.categories import CategoriesDialog
from gui.dialogs.cheat_sheet import CheatSheet
from gui.dialogs.export import ExportDialog
from gui.dialogs.import_mesh import ImportMeshDialog
from gui.dialogs.landmarks import LandmarksDialog
from gui.dialogs.preferences import PreferencesDialog
from gui.dialogs.report import ReportDialog
from gui.preferences import Preferences
from gui.widgets.number_field import NumberField

LEFT = Qt.MouseButton.LeftButton


def box() -> Mesh:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * [140.0, 50.0, 55.0]
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return Mesh(corners, np.array([f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))]))


def shown(qtbot: QtBot, dialog: QWidget) -> QWidget:
    # A sheet deletes itself when it is closed; qtbot may find it gone.
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def press(qtbot: QtBot, dialog: QWidget, name: str) -> None:
    qtbot.mouseClick(dialog.findChild(QPushButton, name), LEFT)


# ---- import of a mesh


class Reader(QObject):
    """Notes what is asked and answers when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[ImportMeshRequest] = []
        self.cancelled: list[int] = []
        self.on_result: Callable[[Result], None] = lambda result: None
        self.on_failed: Callable[[Failed], None] = lambda failed: None

    def submit(self, request: ImportMeshRequest, **calls: Any) -> int:
        self.asked.append(request)
        self.on_result, self.on_failed = calls["on_result"], calls["on_failed"]
        return len(self.asked)

    def cancel(self, job_id: int) -> None:
        self.cancelled.append(job_id)


def proposal(*, is_pair: bool = False, length_mm: float = 280.0) -> MeshProposal:
    mesh = box()
    file = cached_mesh_file(mesh, mesh.sha256)
    extent = (length_mm, 100.0, 110.0)
    ref = MeshRef(str(file), mesh.sha256, length_mm)
    notes = ("Its unit was taken for metres.",)
    return MeshProposal(ref, "box", ("+X", "+Z"), length_mm, "right", is_pair, extent, 320.0, 12, notes)


def test_a_mesh_is_proposed_changed_and_taken(qtbot: QtBot) -> None:
    reader = Reader()
    dialog = shown(qtbot, ImportMeshDialog(Path("box.glb"), reader))
    accept = dialog.findChild(QPushButton, "importMeshDialog_accept")
    assert reader.asked == [ImportMeshRequest("box.glb")]
    assert not accept.isEnabled()
    with qtbot.waitSignal(dialog.previewed):
        reader.on_result(Result(1, proposal(is_pair=True)))
    picture = dialog.findChild(QWidget, "mesh_side")
    qtbot.waitUntil(lambda: not picture._picture.isNull())
    assert "Its unit was taken for metres." in dialog.findChild(QLabel, "meshState").text()
    dialog.findChild(NumberField, "meshEu").setValue(45.0)
    assert reader.asked[-1] == ImportMeshRequest("box.glb", ("+X", "+Z"), 312.0, "right")
    reader.on_result(Result(2, proposal(is_pair=True, length_mm=312.0)))
    press(qtbot, dialog, "meshShoe_left")
    assert reader.asked[-1].shoe == "left"
    reader.on_result(Result(3, proposal(length_mm=312.0)))
    dialog.findChild(QLineEdit, "meshName").setText("runner")
    with qtbot.waitSignal(dialog.taken) as told:
        qtbot.mouseClick(accept, LEFT)
    assert told.args[0].length_mm == 312.0
    assert told.args[1] == "runner"


def test_axes_cannot_be_the_same_line(qtbot: QtBot) -> None:
    reader = Reader()
    dialog = shown(qtbot, ImportMeshDialog(Path("box.glb"), reader))
    reader.on_result(Result(1, proposal()))
    toe = dialog.findChild(QComboBox, "meshToe")
    toe.setCurrentIndex(toe.findData("-Z"))
    toe.activated.emit(toe.currentIndex())
    assert reader.asked[-1].axes == ("-Z", "+X")


def test_a_failure_is_a_sentence_and_closing_cancels(qtbot: QtBot) -> None:
    reader = Reader()
    dialog = shown(qtbot, ImportMeshDialog(Path("box.glb"), reader))
    reader.on_failed(Failed(1, "box.glb holds no triangles."))
    assert dialog.findChild(QLabel, "meshState").text() == "box.glb holds no triangles."
    other = shown(qtbot, ImportMeshDialog(Path("box.glb"), reader))
    other.reject()
    assert reader.cancelled == [2]


# ---- landmarks


def test_landmarks_are_placed_by_clicks(qtbot: QtBot) -> None:
    dialog = shown(qtbot, LandmarksDialog(MODEL, box()))
    names, view = dialog.findChild(QListWidget, "landmarkNames"), dialog.view
    names.setCurrentRow(3)
    assert names.item(3).text() == "4  forefoot lateral"  # by the number of its key
    view.look_from(0.0, 0.0)
    qtbot.mouseClick(view, LEFT, pos=view.rect().center())
    placed = dialog.edited.landmarks["forefoot lateral"]
    assert placed[1] == pytest.approx(-50.0, abs=0.01)
    assert abs(placed[0]) < 2
    assert names.currentRow() == 4  # on to the next that is missing
    before = QImage(view._image)
    qtbot.mousePress(view, LEFT, pos=QPoint(20, 20))
    qtbot.mouseMove(view, QPoint(80, 20))
    qtbot.mouseRelease(view, LEFT, pos=QPoint(80, 20))
    qtbot.waitUntil(lambda: view._image != before)
    assert len(dialog.edited.landmarks) == 1  # a turn places nothing
    with qtbot.waitSignal(dialog.taken) as told:
        press(qtbot, dialog, "landmarksDialog_accept")
    assert told.args[0] == dialog.edited


def test_a_landmark_is_taken_away(qtbot: QtBot) -> None:
    dialog = shown(qtbot, LandmarksDialog(MODEL.with_landmark("heel bottom", (1.0, 2.0, 3.0)), box()))
    dialog.findChild(QListWidget, "landmarkNames").setCurrentRow(0)
    press(qtbot, dialog, "landmarkClear")
    assert not dialog.edited.landmarks


# ---- export and reports


def test_an_export_is_chosen(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, ExportDialog(tmp_path / "shoes.outsole", folder=str(tmp_path / "out")))
    accept = dialog.findChild(QPushButton, "exportDialog_accept")
    dialog.findChild(QCheckBox, "exportDivide").setChecked(True)
    dialog.findChild(NumberField, "export_train").setValue(70)
    assert not accept.isEnabled()
    assert "90 %" in accept.toolTip()
    dialog.findChild(NumberField, "export_val").setValue(20)
    dialog.findChild(QCheckBox, "export_labelme").setChecked(True)
    with qtbot.waitSignal(dialog.chosen) as told:
        qtbot.mouseClick(accept, LEFT)
    choice = told.args[0]
    assert choice.formats == ("coco", "coco_keypoints", "labelme")
    assert choice.shares == pytest.approx((0.7, 0.2, 0.1))
    assert choice.folder == tmp_path / "out"
    assert not accept.isEnabled()
    dialog.show_progress(0.5, "IMG_1.jpg")
    dialog.show_report(Report("Export", (taken("a.jpg", "", reason="2 instances"),)))
    assert accept.text() == "Close"
    assert dialog.findChild(QTableWidget, "reportLines").rowCount() == 1


def exported(qtbot: QtBot, folder: Path, *lines: ReportLine) -> ExportDialog:
    """The dialog once that was exported."""
    dialog = shown(qtbot, ExportDialog(folder / "shoes.outsole", folder=str(folder / "out")))
    press(qtbot, dialog, "exportDialog_accept")
    dialog.show_report(Report("Export", lines))
    return dialog


def test_an_export_that_left_one_shoe_out_reads_as_done(qtbot: QtBot, tmp_path: Path) -> None:
    left_out = refused("a.jpg", "BOP, instance 2 (sneaker)", reason="it has no pose: find one (Q)")
    dialog = exported(qtbot, tmp_path, taken("models", "", reason="1 object"), left_out)
    title, summary = (dialog.findChild(QLabel, name) for name in ("reportTitle", "reportSummary"))
    assert title.text() == f"Exported to {tmp_path / 'out'}" and title.property("role") == "success"
    assert summary.text() == "Left out: a.jpg, BOP, instance 2 (sneaker): it has no pose: find one (Q)."
    table = dialog.findChild(QTableWidget, "reportLines")
    assert [table.item(row, 0).text() for row in range(2)] == ["left out", "written"]


def test_one_trouble_of_two_formats_is_one_row(qtbot: QtBot, tmp_path: Path) -> None:
    lines = [changed("a.jpg", f"{name}, instance 1 (sneaker)", reason="it has a hole") for name in ("COCO", "YOLO")]
    dialog = exported(qtbot, tmp_path, *lines, taken("instances.json", "", reason="1 photo"))
    table = dialog.findChild(QTableWidget, "reportLines")
    assert [table.item(row, 2).text() for row in range(table.rowCount())] == ["COCO and YOLO, instance 1 (sneaker)", ""]
    assert dialog.findChild(QLabel, "reportSummary").text() == "Nothing was left out."


def test_an_export_of_nothing_is_no_success(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = exported(qtbot, tmp_path, refused("dataset", "", reason="no photo has a pose"))
    assert dialog.findChild(QLabel, "reportTitle").text() == "Nothing was written"
    assert dialog.findChild(QLabel, "reportTitle").property("role") == "danger"
    assert not dialog.findChild(QPushButton, "exportOpen").isVisible()


@pytest.mark.parametrize("answers", [True, False])
def test_the_folder_of_an_export_is_opened(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: (opened.append(url), answers)[1])
    dialog = exported(qtbot, tmp_path, taken("instances.json", "", reason="1 photo"))
    press(qtbot, dialog, "exportOpen")
    assert opened == [QUrl.fromLocalFile(str(tmp_path / "out"))] and opened[0].isLocalFile()
    said = dialog.findChild(QLabel, "exportState").text()
    assert said == ("" if answers else f"No file manager answered; the files lie in {tmp_path / 'out'}.")


def test_an_export_that_fails_can_be_tried_again(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, ExportDialog(tmp_path / "shoes.outsole"))
    press(qtbot, dialog, "exportDialog_accept")
    dialog.show_problem("The disk is full.")
    assert dialog.findChild(QLabel, "exportState").text() == "The disk is full."
    assert dialog.findChild(QPushButton, "exportDialog_accept").isEnabled()
    for name in ("export_coco", "export_coco_keypoints"):
        dialog.findChild(QCheckBox, name).setChecked(False)
    assert dialog.findChild(QLabel, "exportState").text() == "Choose a format."


def test_giving_up_a_running_export_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, ExportDialog(tmp_path / "shoes.outsole"))
    press(qtbot, dialog, "exportDialog_accept")
    with qtbot.waitSignal(dialog.cancelled):
        dialog.reject()


def test_a_report_shows_troubles_first(qtbot: QtBot) -> None:
    lines = (taken("a", "", reason="fine"), refused("b", "k", reason="bad"), changed("c", "", reason="bent"))
    dialog = shown(qtbot, ReportDialog(Report("Import", lines)))
    table = dialog.findChild(QTableWidget, "reportLines")
    assert [table.item(row, 0).text() for row in range(3)] == ["refused", "changed", "taken"]


def test_many_files_with_one_trouble_are_one_row(qtbot: QtBot) -> None:
    lines = [refused(f"{number}.jpg", "BOP", reason="no pose") for number in range(40)]
    dialog = shown(qtbot, ReportDialog(Report("Export", (*lines, taken("a.json", "", reason="1 photo")))))
    table = dialog.findChild(QTableWidget, "reportLines")
    assert [table.item(row, 1).text() for row in range(table.rowCount())] == ["40 files", "a.json"]
    assert table.item(0, 1).toolTip().splitlines()[0] == "0.jpg" and table.item(0, 1).toolTip().endswith("…")


# ---- keys


def test_keys_are_found_by_deed_and_key(qtbot: QtBot) -> None:
    rows = [("File", "Open <project>", "Ctrl+O"), ("Pose", "Place shoe", "Shift+Q"), ("Pose", "Nudge left", "Left")]
    sheet = shown(qtbot, CheatSheet(rows))
    search = sheet.findChild(QLineEdit, "keySearch")

    def words() -> str:
        return " ".join(label.text() for label in sheet.findChildren(QLabel) if label.isVisible())

    assert "Open &lt;project&gt;" in words()
    for text, there, gone in (("shift+q", "Place shoe", "Nudge"), ("pose left", "Nudge left", "Place")):
        search.setText(text)
        qtbot.waitUntil(lambda there=there: there in words())
        assert gone not in words()
    search.setText("xyzzy")
    qtbot.waitUntil(lambda: "No key does that." in words())


def test_long_keys_of_one_row_do_not_break_the_words_of_another(qtbot: QtBot) -> None:
    long = ("Canvas", "This does not belong to it", "Ctrl+Shift+click · Alt+click · middle drag")
    words = "A landmark by its number"
    sheet = shown(qtbot, CheatSheet([long, ("Canvas", words, "1 … 9")]))
    table = next(label for label in sheet.findChildren(QLabel) if words in label.text())
    text = QTextDocument()
    text.setDefaultFont(table.font())
    text.setHtml(table.text())
    text.setTextWidth(table.fontMetrics().horizontalAdvance(f"{words}  1 … 9") + 40)
    assert text.size().height() > 0  # now it is laid out
    row = text.findBlock(text.find(words).position())
    assert row.text() == words and row.layout().lineCount() == 1
    assert "middle&nbsp;drag" in table.text()


# ---- categories


def test_categories_are_edited_one_edit_a_deed(qtbot: QtBot, tmp_path: Path) -> None:
    session = session_of(tmp_path, photo("a"))
    dialog = shown(qtbot, CategoriesDialog(session))
    name, names = dialog.findChild(QLineEdit, "categoryName"), dialog.findChild(QListWidget, "categoryNames")
    press(qtbot, dialog, "categoryAdd")
    name.setText("sock")
    name.editingFinished.emit()
    assert session.document.undo_label == "Rename category"
    role = dialog.findChild(QComboBox, "categoryRole")
    role.activated.emit(role.findData(Role.IGNORE))
    sock = session.project.category_named("sock")
    assert sock.role is Role.IGNORE
    dialog._move(-1)
    assert [c.name for c in session.project.categories.values()] == ["sneaker", "leg", "ignore", "sock", "hand"]
    assert names.currentRow() == 3
    dialog._on_remove()
    assert session.project.category_named("sock") is None


def test_a_name_is_not_given_twice_and_a_used_one_stays(qtbot: QtBot, tmp_path: Path) -> None:
    session = shoe_session(tmp_path)
    dialog = shown(qtbot, CategoriesDialog(session))
    name = dialog.findChild(QLineEdit, "categoryName")
    name.setText("leg")
    name.editingFinished.emit()
    assert "“leg” already" in dialog._said.text()
    assert name.text() == "sneaker"
    dialog._on_remove()
    assert "a.jpg uses it" in dialog._said.text()
    assert session.project.category_named("sneaker") is not None


# ---- preferences


def test_preferences_hold_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = Preferences(tmp_path)
    dialog = shown(qtbot, PreferencesDialog(preferences))
    combo = dialog.findChild(QComboBox, "setting_theme")
    combo.activated.emit(combo.findData("light"))
    dialog.findChild(NumberField, "setting_shoe_opacity").setValue(0.8)
    name = dialog.findChild(QLineEdit, "setting_annotator")
    name.setText("Ada")
    name.editingFinished.emit()
    box = dialog.findChild(QCheckBox, "setting_thumbnails")
    qtbot.mouseClick(box, LEFT, pos=QPointF(8, 10).toPoint())
    chosen = [preferences[key] for key in ("theme", "shoe_opacity", "annotator", "thumbnails")]
    assert chosen == ["light", 0.8, "Ada", False]
    preferences.reset("shoe_opacity")
    assert dialog.findChild(NumberField, "setting_shoe_opacity").value() == 0.55
    assert dialog.findChild(QWidget, "setting_window_geometry") is None


def test_an_export_says_what_its_poses_are_worth(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = shown(qtbot, ExportDialog(tmp_path / "shoes.outsole", folder=str(tmp_path / "out")))
    words, sure = dialog.findChild(QLabel, "exportPoses"), dialog.findChild(QCheckBox, "exportSure")
    assert not words.isVisible() and not sure.isVisible()
    dialog.show_tallies(PoseTally(3, 3, 2), PoseTally(1, 1, 0))
    assert words.text() == "3 shoes are posed with a guessed camera, 2 poses are in doubt." and sure.isVisible()
    sure.setChecked(True)
    with qtbot.waitSignal(dialog.chosen) as told:
        press(qtbot, dialog, "exportDialog_accept")
    assert told.args[0].sure_only
    dialog.findChild(QCheckBox, "exportChecked").setChecked(True)
    assert words.text() == "1 shoe is posed with a guessed camera." and not sure.isVisible()
