"""Drawing outlines by clicks: a new instance, a further part of one, a hole or a cut; and boxes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.document.edit import Edit
from core.geometry.region import Region, Ring
from core.labels.instance import Instance, Provenance, new_id
from core.labels.photo import Photo
from core.labels.project import Category
from gui.tools.drag import SKETCH_ID, Drag, Hover, Key, Phase, Pointer, Scene

CLOSING_TOLERANCE = 9.0
FREEHAND_SPACING = 6.0

Point = tuple[float, float]


class PolygonTool:
    """Click corners; the ring closes on its first corner or with Enter. Dragging with Shift draws freehand."""

    name = "polygon"
    while_busy = "Click the next corner · Backspace takes one back · Enter or the first corner closes · Esc gives up"
    verb = "outline"

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for a start."""
        what = f"a new “{scene.category_name}” (1–9 choose another)"
        return Hover(f"Click the first corner of {what} · hold Shift and drag to draw freehand", "cross")

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream of corners that ends in one edit; None beside the photo, where a click is a slip."""
        category = Category(scene.category_id, scene.category_name, "")
        return outline_drag(photo, pointer, category=category, author=scene.author)


class HoleTool(PolygonTool):
    """A ring whose inside is taken away from the selected instance."""

    name = "hole"
    verb = "hole"

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream that ends in the selected instance with a hole; None when nothing is selected."""
        return _change_selected(photo, pointer, scene, label="Cut hole", change=Region.difference)

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for a start, or what is missing."""
        if scene.selected_id is None:
            return Hover("Choose an instance first, then draw the hole in it", "forbidden")
        return Hover("Click the first corner of the hole", "cross")


class PartTool(PolygonTool):
    """A ring that is added to the selected instance, as a further part or joined where they touch."""

    name = "part"
    verb = "part"

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream that ends in the selected instance with a further part; None when nothing is selected."""
        return _change_selected(photo, pointer, scene, label="Add part", change=Region.union)

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for a start, or what is missing."""
        if scene.selected_id is None:
            return Hover("Choose an instance first, then draw what also belongs to it", "forbidden")
        return Hover("Click the first corner of the further part", "cross")


class BoxTool:
    """Drag a box; what is done with it is the window's affair."""

    name = "box"
    while_busy = "Let go when the box holds the whole sneaker · Esc gives up"

    def __init__(self, boxed: Callable[[Photo, tuple[float, float, float, float]], None]) -> None:
        self._boxed = boxed

    def hover(self, photo: Photo, pointer: Pointer, scene: Scene) -> Hover:
        """Words for a start."""
        what = f"one “{scene.category_name}” (1–9 choose another)"
        return Hover(f"Drag a box round {what}: its outline will be proposed", "cross")

    def press(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag | None:
        """A stream that shows the box and, let go, hands it to the window; nothing is committed."""
        return self._drag(photo, pointer, scene)

    def _drag(self, photo: Photo, pointer: Pointer, scene: Scene) -> Drag:
        start = pointer.at_px
        shown = Instance(SKETCH_ID, scene.category_id)
        event = yield photo
        box = (*start, *start)
        while True:
            if isinstance(event, Pointer):
                (x0, x1), (y0, y1) = sorted((start[0], event.at_px[0])), sorted((start[1], event.at_px[1]))
                box = (x0, y0, x1, y1)
                if event.phase is Phase.RELEASE:
                    break
            wide = box[2] - box[0] > 1e-6 and box[3] - box[1] > 1e-6
            region = Region.from_box(box[0], box[1], x1_px=box[2], y1_px=box[3]) if wide else None
            event = yield photo.with_instance(shown.with_region(region)) if region else photo
        least = 6 * pointer.px_per_screen_px
        if box[2] - box[0] >= least and box[3] - box[1] >= least:
            self._boxed(photo, box)
        return None


def outline_drag(photo: Photo, pointer: Pointer, *, category: Category, author: Provenance) -> Drag | None:
    """Corners of a new instance of a category, until one edit; None beside the photo, where a click is a slip."""
    if not _is_on(photo, pointer):
        return None
    instance = Instance(new_id(), category.id, provenance=author)

    def taken(region: Region) -> Edit:
        outlined = instance.with_region(region, provenance=author)
        return Edit.of(f"Outline {category.name}", photo, photo.with_instance(outlined))

    return draw_ring(photo, pointer, instance=instance, taken=taken)


def draw_ring(photo: Photo, pointer: Pointer, *, instance: Instance, taken: Callable[[Region], Edit]) -> Drag:
    """Corners by clicks until the ring closes; Backspace takes one back, and the first one's end gives up."""
    corners: list[Point] = [pointer.at_px]
    at = pointer.at_px
    freehand = pointer.shift
    while corners:
        event = yield photo.with_instance(instance.with_region(_sketch(corners, at)))
        if event is Key.FINISH:
            if _has_inside(corners):
                return taken(Region.from_points(corners))
        elif event is Key.BACK:
            corners.pop()
        elif isinstance(event, Pointer):
            at = event.at_px
            scale = event.px_per_screen_px
            closes = _has_inside(corners) and _distance(at, corners[0]) <= CLOSING_TOLERANCE * scale
            if event.phase is Phase.DOUBLE and _has_inside(corners):
                return taken(Region.from_points(corners))
            if event.phase is Phase.PRESS:
                if closes:
                    return taken(Region.from_points(corners))
                freehand = event.shift
                if _distance(at, corners[-1]) > scale:
                    corners.append(at)
            elif freehand and event.left and event.phase is Phase.MOVE:
                if closes and len(corners) > 8:
                    return taken(Region.from_points(corners))
                if _distance(at, corners[-1]) >= FREEHAND_SPACING * scale:
                    corners.append(at)
            elif event.phase is Phase.RELEASE:
                freehand = False
    return None


def _change_selected(
    photo: Photo, pointer: Pointer, scene: Scene, *, label: str, change: Callable[[Region, Region], Region]
) -> Drag | None:
    selected = photo.find(scene.selected_id)
    if selected is None or "locked" in selected.flags:
        return None

    def taken(region: Region) -> Edit:
        left = change(selected.region, region)
        if left.is_empty and selected.pose_estimate is None:
            return Edit.of(label, photo, photo.without_instance(selected.id))
        return Edit.of(label, photo, photo.with_instance(selected.with_region(left, provenance=scene.author)))

    return draw_ring(photo, pointer, instance=Instance(SKETCH_ID, selected.category), taken=taken)


def _sketch(corners: list[Point], at: Point) -> Region:
    points = [*corners, at]
    # A ring needs three points; the first ones of an outline are shown as a line by repeating the last.
    return Region.from_points(points + [points[-1]] * (3 - len(points)))


def _is_on(photo: Photo, pointer: Pointer) -> bool:
    (width, height), (x, y) = photo.size_px, pointer.at_px
    slack = CLOSING_TOLERANCE * pointer.px_per_screen_px  # shoes cut by the border are outlined a little past it
    return -slack <= x <= width + slack and -slack <= y <= height + slack


def _has_inside(corners: list[Point]) -> bool:
    """Whether the corners go round something; three on a line do not."""
    return len(corners) >= 3 and abs(Ring(np.asarray(corners)).signed_area_px2) > 1e-9


def _distance(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))
