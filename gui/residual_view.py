"""The residual view put together: band, legend and dot on the canvas, and the plot that points at the same place."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF

from core.geometry.keypoint_ellipses import ellipse_axes, keypoint_ellipses
from core.labels.project import Project
from gui.canvas.canvas import Canvas
from gui.canvas.comparing import Comparing
from gui.canvas.contour_layer import Blur
from gui.canvas.contour_legend import ContourLegend
from gui.residuals import Residuals, ResidualWatch
from gui.session import Session
from gui.widgets.following import follow

SIGMAS = 2.0


class ResidualView(QObject):
    """Keeps the canvas in step with what was measured; the plot listens to the watch by itself."""

    def __init__(self, session: Session, canvas: Canvas, watch: ResidualWatch) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._watch = watch
        self._legend = ContourLegend(canvas.viewport())
        self.comparing = Comparing(session, canvas, canvas.shoes)
        follow(canvas, watch.changed, self._show)
        follow(canvas, watch.marked, canvas.contour.mark)
        follow(canvas, watch.sought, self._bring_into_view)
        follow(canvas, session.signals.view_changed, lambda _: self._show(watch.shown))
        canvas.pointer_moved.connect(self._point)

    def _show(self, residuals: Residuals | None) -> None:
        layer, view = self._canvas.contour, self._session.view
        if residuals is None or view.compares:
            layer.show_profile(None)
            layer.show_blurs(())
        else:
            seen = view.residuals and residuals.instance.id not in view.hidden_ids
            banded_id = residuals.instance.id if seen else None
            layer.show_profile(residuals.profile, banded_id, is_now=residuals.is_now)
            layer.show_blurs(blurs_of(residuals, self._session.project) if banded_id and residuals.is_now else ())
        self._legend.show_limit(layer.limit_px)
        self._canvas.refresh()

    def _bring_into_view(self, index: int) -> None:
        canvas, shown = self._canvas, self._watch.shown
        if shown is None:
            return
        at = QPointF(*shown.profile.points_px[index])
        if not canvas.seen_px.contains(at):
            canvas.pan((canvas.seen_px.center() - at) * canvas.scale_px)

    def _point(self, at_px: tuple[float, float]) -> None:
        """The place of the outline under the pointer is the plot's, too."""
        if self._session.drag is None and self._watch.shown is not None:
            self._watch.mark(self._canvas.contour.point(at_px))


def blurs_of(residuals: Residuals, project: Project) -> tuple[Blur, ...]:
    """Where each landmark of the shoe is seen and how surely; none of a pose whose covariance nobody knows."""
    instance = residuals.instance
    estimate, model = instance.pose_estimate, project.models.get(instance.model_id or "")
    if estimate is None or estimate.covariance is None or model is None:
        return ()
    landmarks = model.sized_landmarks(instance.size, instance.side)
    if not landmarks:
        return ()
    points_mm, camera = np.array(list(landmarks.values())), residuals.photo.camera
    centres, spreads = keypoint_ellipses(points_mm, estimate.pose, camera=camera, covariance=estimate.covariance)
    seen = np.asarray(np.isfinite(spreads).all(axis=(1, 2)))
    axes, directions = ellipse_axes(np.where(seen[:, None, None], spreads, 0.0), SIGMAS)
    angles = np.degrees(np.arctan2(directions[:, 1], directions[:, 0]))
    return tuple(
        Blur(name, (float(at[0]), float(at[1])), (float(half[0]), float(half[1])), float(angle))
        for name, at, half, angle, is_seen in zip(landmarks, centres, axes, angles, seen, strict=True)
        if is_seen
    )
