"""The pointer for what is there: choose, drag a vertex, insert or take away one, move an instance."""

from __future__ import annotations

import numpy as np

from core.document.edit import Edit
from core.geometry.region import Region, Ring
from core.labels.instance import Instance
from core.labels.photo import Photo
from gui.tools.drag import Drag, Handle, Hover, Pointer, Scene, let_go
from gui.tools.hit import EDGE_TOLERANCE, VERTEX_TOLERANCE, HitIndex, edge_under, vertex_under


class SelectTool:
    """Vertex before edge before body; the selected instance before those above it."""

    name = "select"
    while_busy = "Let go to keep it · Esc puts it back"

    def __init__(self) -> None:
        self._index = HitIndex()

    def find(self, photo: Photo, pointer: Pointer, scene: Scene) -> Handle | None:
        """What is under the pointer: a vertex or edge of the selected instance, else a body, else a vertex or edge."""
        near = self._near(photo, pointer, scene)
        selected = next((instance for instance in near if instance.id == scene.selected_id), None)
        if selected is not None and (handle := _outline_under(selected, pointer)):
            return handle
        inside = [instance for instance in near if instance.region.contains(pointer.at_px)]
        if inside:
            # A small instance over a large one is what the hand means, whichever was drawn first.
            smallest = min(inside, key=lambda instance: instance.region.area_px2)
            chosen = selected if selected in inside and pointer.left and pointer.pressed else smallest
            return _outline_under(chosen, pointer) or Handle(chosen.id, "body", at_px=pointer.at_px)
        return next((handle for instance in near if (handle := _outline_under(instance, pointer))), None)

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words and a cursor for what a press would do."""
        handle = self.find(photo, pointer, scene)
        if handle is None:
            return Hover("Click an instance to choose it · S finds the sneakers · P draws a polygon · G outlines a box")
        if "locked" in photo.instance(handle.instance_id).flags:
            return Hover("It is locked; K unlocks it", "arrow", Handle(handle.instance_id, "body", at_px=handle.at_px))
        if handle.kind == "vertex":
            hint = "Alt+click takes this vertex away" if pointer.alt else "Drag the vertex · Alt+click takes it away"
            return Hover(hint, "cross", handle)
        if handle.kind == "edge":
            return Hover("Click to add a vertex here, drag to place it", "cross", handle)
        if handle.instance_id == scene.selected_id:
            return Hover("Drag to move the whole instance", "move", handle)
        return Hover("Click to choose this instance", "hand", handle)

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream for what is under the pointer; None when nothing is."""
        handle = self.find(photo, pointer, scene)
        if handle is None:
            return None
        if "locked" in photo.instance(handle.instance_id).flags:
            return None
        if handle.kind == "vertex":
            return _take_vertex(photo, handle) if pointer.alt else drag_vertex(photo, handle, grab_px=pointer.at_px)
        if handle.kind == "edge":
            return insert_vertex(photo, handle)
        return move_instance(photo, handle) if handle.instance_id == scene.selected_id else None

    def _near(self, photo: Photo, pointer: Pointer, scene: Scene) -> list[Instance]:
        margin = VERTEX_TOLERANCE * pointer.px_per_screen_px
        hidden = scene.hidden_ids
        return [i for i in self._index.near(photo, pointer.at_px, margin_px=margin) if i.id not in hidden]


def drag_vertex(photo: Photo, handle: Handle, *, grab_px: tuple[float, float]) -> Drag:
    """Move one vertex with the hand, keeping the little distance between them."""
    instance = photo.instance(handle.instance_id)
    ring = _ring(instance.region, handle)
    offset = ring.points_px[handle.index] - grab_px
    preview = photo
    event = yield preview
    while not let_go(event):
        if isinstance(event, Pointer):
            moved = ring.with_vertex(handle.index, event.at_px + offset)
            preview = photo.with_instance(instance.with_region(_with_ring(instance.region, handle, moved)))
        event = yield preview
    return Edit.of("Move vertex", photo, preview)


def insert_vertex(photo: Photo, handle: Handle) -> Drag:
    """Add a vertex on an edge, and go on dragging it."""
    instance = photo.instance(handle.instance_id)
    ring = _ring(instance.region, handle).with_inserted(handle.index, handle.at_px)
    preview = photo.with_instance(instance.with_region(_with_ring(instance.region, handle, ring)))
    event = yield preview
    while not let_go(event):
        if isinstance(event, Pointer) and np.hypot(*np.subtract(event.at_px, handle.at_px)) > event.px_per_screen_px:
            moved = ring.with_vertex(handle.index, event.at_px)
            preview = photo.with_instance(instance.with_region(_with_ring(instance.region, handle, moved)))
        event = yield preview
    return Edit.of("Add vertex", photo, preview)


def move_instance(photo: Photo, handle: Handle) -> Drag:
    """Move a whole instance; its pose and its keypoints stay where they were put in the photo."""
    instance = photo.instance(handle.instance_id)
    start = np.asarray(handle.at_px)
    preview = photo
    event = yield preview
    while not let_go(event):
        if isinstance(event, Pointer):
            shift = np.asarray(event.at_px) - start
            far = np.hypot(*shift) > 3 * event.px_per_screen_px or preview is not photo
            preview = photo.with_instance(instance.with_region(instance.region.moved(shift))) if far else photo
        event = yield preview
    return Edit.of("Move instance", photo, preview)


def without_vertex(region: Region, handle: Handle) -> Region:
    """The region without a vertex; a ring left with two goes too, and a part with its outer ring."""
    ring = _ring(region, handle)
    if len(ring) > 3:
        return _with_ring(region, handle, ring.without_vertex(handle.index))
    if handle.ring == 0:
        return region.without_part(handle.part)
    part = region.parts[handle.part]
    holes = (*part.holes[: handle.ring - 1], *part.holes[handle.ring :])
    return region.with_part(handle.part, type(part)(part.outer, holes))


def _take_vertex(photo: Photo, handle: Handle) -> Drag:
    instance = photo.instance(handle.instance_id)
    region = without_vertex(instance.region, handle)
    empty = region.is_empty and instance.pose_estimate is None
    after = photo.without_instance(instance.id) if empty else photo.with_instance(instance.with_region(region))
    event = yield after
    while not let_go(event):
        event = yield after
    return Edit.of("Delete instance" if empty else "Delete vertex", photo, after)


def _outline_under(instance: Instance, pointer: Pointer) -> Handle | None:
    scale = pointer.px_per_screen_px
    vertex = vertex_under(instance, pointer.at_px, tolerance_px=VERTEX_TOLERANCE * scale)
    return vertex or edge_under(instance, pointer.at_px, tolerance_px=EDGE_TOLERANCE * scale)


def _ring(region: Region, handle: Handle) -> Ring:
    return region.parts[handle.part].rings[handle.ring]


def _with_ring(region: Region, handle: Handle, ring: Ring) -> Region:
    return region.with_ring(handle.part, handle.ring, ring=ring)
