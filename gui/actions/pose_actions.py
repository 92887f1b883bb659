"""What can be done to a shoe's pose by key or menu: place, nudge, reset, mirror, copy, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.document.edit import Edit
from core.geometry.pose import Pose
from core.geometry.steering import pushed_by, rough_pose
from core.labels.instance import LAID_DOWN, Instance, PoseEstimate, Side
from core.labels.photo import Photo
from core.labels.project import Role
from core.labels.shoe_model import ShoeModel
from gui.actions.action import Action
from gui.actions.edit_actions import LOCKED, NOTHING_CHOSEN
from gui.actions.model_in_use import ModelInUse
from gui.session import Session

_POSE = "pose"  # what its notices are about: they go with the photo
NUDGE_MM = 1.0
NUDGE_DEG = 1.0
PUSH_PER_STEP = 0.02
_PACES = (("", 1.0), ("Shift+", 10.0), ("Alt+", 0.1))

# key, (omega in deg, v in mm, depth in mm), words
_NUDGES = (
    ("Left", (0, 0, 0, -1, 0, 0), 0.0, "left"),
    ("Right", (0, 0, 0, 1, 0, 0), 0.0, "right"),
    ("Up", (0, 0, 0, 0, -1, 0), 0.0, "up"),
    ("Down", (0, 0, 0, 0, 1, 0), 0.0, "down"),
    ("PgUp", (0, 0, 0, 0, 0, 0), 1.0, "away"),
    ("PgDown", (0, 0, 0, 0, 0, 0), -1.0, "nearer"),
    ("Ctrl+Left", (0, 1, 0, 0, 0, 0), 0.0, "yaw left"),
    ("Ctrl+Right", (0, -1, 0, 0, 0, 0), 0.0, "yaw right"),
    ("Ctrl+Up", (-1, 0, 0, 0, 0, 0), 0.0, "pitch up"),
    ("Ctrl+Down", (1, 0, 0, 0, 0, 0), 0.0, "pitch down"),
    ("Ctrl+PgUp", (0, 0, -1, 0, 0, 0), 0.0, "roll left"),
    ("Ctrl+PgDown", (0, 0, 1, 0, 0, 0), 0.0, "roll right"),
)


class PoseActions:
    """The commands of the Pose menu, on one session. models: who says which ShoeModel a sneaker gets."""

    def __init__(self, session: Session, models: ModelInUse) -> None:
        self._session = session
        self.models = models

    def table(self) -> list[Action]:
        """Every command, in menu order; the nudges have keys and no menu."""
        return [*self._main(), *self._nudges()]

    def _main(self) -> list[Action]:
        can, posed, tool = self._no_shoe, self._no_pose, lambda: self._session.use_tool("align")
        return [
            Action(
                "tool_align",
                "Align &by hand",
                "&Pose",
                tool,
                ("Alt+2",),
                lambda: None if self._session.photo_id else "Open a photo first.",
                icon="align",
                checked=lambda: self._session.tool == "align",
            ),
            Action("place_shoe", "Pla&ce shoe", "&Pose", self.place, ("Shift+Q",), can, icon="shoe"),
            Action(
                "mirror", "&Mirror: the other foot", "&Pose", self.mirror, ("M",), posed, icon="mirror", separated=True
            ),
            Action("reset_pose", "&Reset pose", "&Pose", self.reset, ("Ctrl+R",), posed, icon="reset"),
            Action(
                "copy_previous",
                "Cop&y pose from previous photo",
                "&Pose",
                self.copy_previous,
                ("Ctrl+D",),
                can,
                icon="copy",
            ),
            Action("remove_pose", "Remove pos&e", "&Pose", self.remove, (), posed, icon="trash"),
        ]

    # ---- poses

    def place(self) -> None:
        """Lay the model over the outline: a side view as large and as inclined as it."""
        photo, instance, model = self._shoe()
        if photo is None or instance is None or model is None:
            return
        self._commit("Place shoe", photo, _placed(photo, instance, model=model))
        self._session.use_tool("align")

    def reset(self) -> None:
        """Start the pose again from the outline."""
        photo, instance, model = self._shoe()
        if photo is not None and instance is not None and model is not None:
            self._commit("Reset pose", photo, _placed(photo, instance, model=model))

    def mirror(self) -> None:
        """The shoe of the other foot, in the same place."""
        photo, instance, _ = self._shoe()
        if photo is None or instance is None:
            return
        side = Side.RIGHT if instance.side is Side.LEFT else Side.LEFT
        estimate = instance.pose_estimate
        again = estimate.with_pose(estimate.pose) if estimate else None
        self._commit("Mirror shoe", photo, instance.with_side(side).with_pose_estimate(again))

    def copy_previous(self) -> None:
        """Take model, size and pose of the same side's sneaker in the nearest earlier photo that has one."""
        photo, instance, _ = self._shoe()
        document = self._session.document
        if photo is None or instance is None or document is None:
            return
        ids = list(self._session.project.entries)
        for photo_id in reversed(ids[: ids.index(photo.id)]):
            if not self._session.project.entries[photo_id].posed_count:
                continue
            others = [i for i in document.photo(photo_id).instances if i.pose_estimate is not None]
            source = next((i for i in others if i.side is instance.side), others[0])
            self._commit("Copy pose", photo, _like(instance, source, photo))
            return
        words = "No earlier photo has a pose to copy; place the shoe with Shift+Q."
        self._session.notice(words, "warning", about=_POSE)

    def remove(self) -> None:
        """Take the pose away and keep the outline."""
        photo, instance, _ = self._shoe()
        if photo is not None and instance is not None:
            self._commit("Remove pose", photo, instance.with_pose_estimate(None))

    def push(self, steps: float) -> None:
        """Ctrl+wheel: a little farther or nearer, the projected centre stays."""
        self._move("Push shoe", lambda pose: pushed_by(pose, -steps * PUSH_PER_STEP * float(pose.translation_mm[2])))

    # ---- nudges

    def _nudges(self) -> list[Action]:
        actions = []
        for key, tangent, depth, words in _NUDGES:
            for modifier, pace in _PACES:
                run = self._nudge(np.asarray(tangent, dtype=float) * pace, depth * pace, words)
                name = f"nudge_{words}_{modifier}".replace(" ", "_").replace("+", "").lower().rstrip("_")
                keys = (f"{modifier}{key}",) if "Ctrl" not in key else (key.replace("Ctrl+", f"Ctrl+{modifier}"),)
                actions.append(
                    Action(name, f"Nudge {words}", "", run, keys, self._not_aligning, on_canvas=True, repeats=True)
                )
        return actions

    def _nudge(self, tangent: np.ndarray, depth_mm: float, words: str) -> Callable[[], None]:
        step = np.concatenate([np.radians(tangent[:3]) * NUDGE_DEG, tangent[3:] * NUDGE_MM])

        def run() -> None:
            self._move("Nudge shoe", lambda pose: pushed_by(pose, depth_mm) if depth_mm else pose.moved(step))

        return run

    def _move(self, label: str, move: Callable[[Pose], Pose]) -> None:
        photo, instance, _ = self._shoe()
        if self._session.drag is not None or photo is None or instance is None or instance.pose_estimate is None:
            return  # two hands on one shoe would undo each other
        if "locked" in instance.flags:
            return
        estimate = instance.pose_estimate
        moved = instance.with_pose_estimate(estimate.with_pose(move(estimate.pose)))
        edit = Edit.of(label, photo, photo.with_instance(moved), merge_key=f"{label} {instance.id}")
        self._session.commit(edit)

    # ---- inside

    def _shoe(self) -> tuple[Photo | None, Instance | None, ShoeModel | None]:
        photo = self._session.photo
        instance = photo.find(self._session.selected_id) if photo else None
        return photo, instance, self.models.of(instance) if instance is not None else None

    def _commit(self, label: str, photo: Photo, instance: Instance) -> None:
        self._session.commit(Edit.of(label, photo, photo.with_instance(instance)))

    def _no_shoe(self) -> str | None:
        instance = self._session.selected
        if instance is None:
            return NOTHING_CHOSEN
        if "locked" in instance.flags:
            return LOCKED
        if self._session.project.category(instance.category).role is not Role.SHOE:
            return "Only an instance of a shoe category has a pose."
        if not self._session.project.models:
            return "Import a shoe model first (Ctrl+M)."
        return None

    def _no_pose(self) -> str | None:
        reason = self._no_shoe()
        chosen = self._session.selected
        return reason or (None if chosen and chosen.pose else "Place the shoe first (Shift+Q).")

    def _not_aligning(self) -> str | None:
        return self._no_pose() if self._session.tool == "align" else "Take the align tool first (Alt+2)."


def _like(instance: Instance, source: Instance, photo: Photo) -> Instance:
    """`instance` with the source's model, size and pose; over its own outline when it has one."""
    assert source.pose_estimate is not None
    pose = source.pose_estimate.pose
    if not instance.region.is_empty:
        x0, y0, x1, y1 = instance.region.bounds_px
        depth = float(pose.translation_mm[2])
        pose = pose.with_translation(photo.camera.unproject(np.array([(x0 + x1) / 2, (y0 + y1) / 2]), depth))
    estimate = PoseEstimate(pose, camera_source=photo.camera.source)
    side = source.side if instance.side is Side.UNKNOWN else instance.side
    return instance.with_side(side).with_model(source.model_id, source.size).with_pose_estimate(estimate)


def _placed(photo: Photo, instance: Instance, *, model: ShoeModel) -> Instance:
    size = instance.size if instance.model_id == model.id and instance.size else model.size
    factors = size.factors(model.length_mm)
    extent = tuple(float(e * f) for e, f in zip(model.extent_mm, factors, strict=True))
    pose = rough_pose(photo.camera, instance.region, (extent[0], extent[1], extent[2]))
    estimate = PoseEstimate(pose, camera_source=photo.camera.source, provenance=LAID_DOWN)
    return instance.with_model(model.id, size).with_pose_estimate(estimate)
