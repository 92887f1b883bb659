"""The coach's card: what to do in this step and why, with the keys drawn, what is done ticked, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui import icons, theme
from gui.tutorial.course import END, STEPS, Course, Part
from gui.widgets.key_cap import KeyCap
from gui.widgets.pieces import IconLabel, button, icon_button, label, row

WIDTH_PX = 312
_FULL, _BRIEF, _FOLDED = "full", "brief", "folded"
_FOLD_TIPS = {_FULL: "Fold the card", _BRIEF: "Show all of this step", _FOLDED: "Unfold the card"}
_DOT_PX = 8
_END = (
    "Outline, pose, look, check, export: every photo goes the same way. Help > Check my pose tells how far off you "
    "were; F1 has the labelling guide."
)
_DOT_GAP_PX = 6


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Why the step waits, and the one act that would go on."""

    words: str
    act: str


class CoachCard(QFrame):
    """Shows a course. Signals for what is wanted: `wanted` carries leave, skip, back, next, again, return or done.

    `dragged(QPoint)`: where a hand has put it, in its parent; `resized`: its height is another one.
    """

    wanted = Signal(str)
    dragged = Signal(QPoint)
    resized = Signal()

    def __init__(self, key_of: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("coachCard")
        self.setAccessibleName("Tutorial")
        self.setProperty("role", "sheet")
        theme.on_change().changed.connect(self._on_theme)
        self._key_of = key_of
        self._grip: QPoint | None = None
        self._form = _FULL
        self._is_chosen = False  # the form, by the hand and for this step
        self._details: list[QWidget] = []
        self._said: tuple[object, ...] | None = None
        self._title = label("", "title")
        self._title.setObjectName("coachTitle")
        self._dots = _Dots()
        self._fold = icon_button("coachFold", "up", "Fold the card", act=self._on_fold)
        self._inside = QWidget()
        self._body = QVBoxLayout(self._inside)
        self._whole = QVBoxLayout(self)
        self._lay_out()
        self.hide()

    def show_course(self, course: Course, *, elsewhere: Elsewhere | None = None) -> None:
        """Show where one stands; `elsewhere` while something else must come first."""
        said = (course.at, course.ticked, course.again, elsewhere)
        if said == self._said:
            return
        if self._said is None or self._said[0] != course.at:
            self._is_chosen = False
            self._form = _FOLDED if self._form == _FOLDED else _FULL
        self._said = said
        step = course.step
        self._dots.show_place(course.at, done=course.is_done)
        self._begin_body()
        if step is None:
            self._title.setText("That is all of it")
            self._body.addWidget(_words(_END, "dim"))
            self._foot(("done", "Close", ""), ("own", "New project with photos…", "primary"))
        else:
            self._title.setText(step.title)
            self._say(step.why)
            self._show_step(course, elsewhere)
        self._fit()

    def be_brief(self) -> bool:
        """Say for the rest of this step only what is to be done next; False where the hand has it otherwise."""
        if self._form != _FULL or self._is_chosen or not self._details:
            return False
        self._form = _BRIEF
        self._fit()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._grip = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            self.dragged.emit(self.mapToParent(event.position().toPoint() - self._grip))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    # ---- inside

    def _lay_out(self) -> None:
        again = icon_button("coachAgain", "reset", "Start again with a fresh sample", act=lambda: self._ask("again"))
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._dots)
        head.addStretch(1)
        head.addWidget(again)
        head.addWidget(self._fold)
        for piece in (again, self._fold):
            piece.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # every key stays the canvas'
        whole = self._whole
        whole.setContentsMargins(14, 8, 10, 10)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self._title)
        whole.addWidget(self._inside)

    def _begin_body(self) -> None:
        """A fresh inside: what stood there goes in the next turn, and must not count in the height."""
        old = self._inside
        self._inside = QWidget()
        self._details = []
        self._body = QVBoxLayout(self._inside)
        self._body.setContentsMargins(0, 0, 4, 0)
        self._body.setSpacing(6)
        self._whole.replaceWidget(old, self._inside)
        old.hide()
        old.deleteLater()

    def _fit(self) -> None:
        """As high as the words need at this width."""
        layout = self._whole
        self.setFixedWidth(theme.scaled(WIDTH_PX))
        margins = layout.contentsMargins()
        width = self.width() - margins.left() - margins.right()
        for piece in self._details:
            piece.setVisible(self._form == _FULL)
        self._fold.setIcon(icons.icon("up" if self._form == _FULL else "down"))
        self._fold.setToolTip(_FOLD_TIPS[self._form])
        # Fixed, since a layout counts on the next turn for the height of words that wrap.
        self._body.invalidate()
        wraps = self._body.hasHeightForWidth()
        height = self._body.totalHeightForWidth(width) if wraps else self._body.totalSizeHint().height()
        self._inside.setFixedHeight(height)
        self._inside.setVisible(self._form != _FOLDED)
        layout.invalidate()
        layout.activate()
        self.resize(self.width(), layout.totalSizeHint().height())
        self.resized.emit()

    def _on_theme(self, _: object) -> None:
        self._fit()

    def _show_step(self, course: Course, elsewhere: Elsewhere | None) -> None:
        step = course.step
        assert step is not None
        if elsewhere is not None:
            self._body.addLayout(row(IconLabel("info", "warning"), _words(elsewhere.words, "warning"), spacing=8))
            go_on = (("return", elsewhere.act, "primary"),) if elsewhere.act else ()
            self._foot(("leave", "Leave tutorial", "flat"), ("skip", "Skip step", "flat"), *go_on)
            return
        for part in step.parts:
            line = self._part(part, course)
            self._body.addWidget(line)
            if part is not course.next_part:
                self._details.append(line)
        if step.hint and not course.is_done:
            self._say(step.hint, "small")
        ways = [("leave", "Leave tutorial", "flat")]
        if course.at > 0:
            ways.append(("back", "Back", "flat"))
        last = course.at == END - 1
        finished = ("next", "Finish" if last else "Next step", "primary")
        ways.append(finished if course.is_done else ("skip", "Skip step", "flat"))
        self._foot(*ways)

    def _part(self, part: Part, course: Course) -> QWidget:
        is_done, is_next = course.has(part), part is course.next_part
        line = QWidget()
        line.setAccessibleName(f"{part.words}{': done' if is_done else ''}")
        pieces: list[QWidget] = [_Tick(is_done, is_next)]
        key = self._key_of(part.action) if part.action else ""
        if key:
            cap = KeyCap(key)
            cap.setEnabled(not is_done)
            pieces.append(cap)
        pieces.append(_words(part.words, "dim" if is_done or not is_next else ""))
        layout = row(*pieces, spacing=8)
        layout.setStretch(len(pieces) - 1, 1)
        line.setLayout(layout)
        return line

    def _say(self, text: str, role: str = "dim") -> None:
        words = _words(text, role)
        self._details.append(words)
        self._body.addWidget(words)

    def _foot(self, *ways: tuple[str, str, str]) -> None:
        buttons = []
        for name, text, role in ways:
            made = button(f"coach_{name}", text, role=role, act=partial(self._ask, name))
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            buttons.append(made)
        self._body.addSpacing(4)
        first, *others = buttons
        self._body.addLayout(row(first, 1, *others, spacing=4))

    def _ask(self, what: str) -> None:
        self.wanted.emit(what)

    def _on_fold(self) -> None:
        self._form = _FOLDED if self._form == _FULL else _FULL
        self._is_chosen = True
        self._fit()


def _words(text: str, role: str) -> QWidget:
    made = label(text, role, wraps=True)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return made


class _Tick(QWidget):
    """A ring that is filled with a tick when its part is done; the next one's ring is drawn in the accent."""

    def __init__(self, is_done: bool, is_next: bool) -> None:
        super().__init__()
        self._done, self._next = is_done, is_next
        self.setFixedSize(16, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = "success" if self._done else "accent" if self._next else "disabled"
        pen = painter.pen()
        pen.setColor(theme.color(role))
        pen.setWidthF(2.0 if self._done or self._next else 1.5)
        painter.setPen(pen)
        if self._done:
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPolyline([QPoint(3, 10), QPoint(7, 14), QPoint(13, 6)])
        else:
            painter.drawEllipse(3, 5, 10, 10)


class _Dots(QWidget):
    """How far one is: a dot a step, and the number in words."""

    def __init__(self) -> None:
        super().__init__()
        self._at, self._done = 0, False
        self.setFixedSize(END * (_DOT_PX + _DOT_GAP_PX) + 150, 20)

    def show_place(self, at: int, *, done: bool) -> None:
        """Stand at another step."""
        self._at, self._done = at, done
        self.setAccessibleName(f"Step {min(at + 1, END)} of {END}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(END):
            passed = number < self._at or (number == self._at and self._done)
            role = "success" if passed else "accent" if number == self._at else "line"
            painter.setBrush(theme.color(role))
            painter.drawEllipse(number * (_DOT_PX + _DOT_GAP_PX), 6, _DOT_PX, _DOT_PX)
        painter.setPen(theme.color("dim"))
        painter.setFont(theme.font(theme.SMALL))
        words = f"Tutorial {min(self._at + 1, END)}/{len(STEPS)}"
        left = END * (_DOT_PX + _DOT_GAP_PX) + 4
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
