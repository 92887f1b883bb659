"""Values go through a pipe whole; a side that is gone is noticed."""

from __future__ import annotations

import io

import numpy as np
import pytest

from core.geometry.pose import Pose
from core.geometry.region import Region
from core.jobs.messages import Failed, FitResult, PhotoRef, Result, SegmentRequest, Step
from core.jobs.pipe import Cancel, Submit, Warm, receive, send

REGION = Region.from_box(1, 2, x1_px=30, y1_px=40)
POSE = Pose.exp([0.1, 0.2, 0.3, 4, 5, 600])


@pytest.mark.parametrize(
    "value",
    [
        Submit(3, SegmentRequest(PhotoRef("/tmp/ä b.jpg"), "p", (1.0, 2.0, 3.0, 4.0))),
        Cancel(3),
        Warm(),
        Step(3, 0.5, "half", POSE, REGION),
        Failed(3, "No.", cancelled=True),
    ],
)
def test_what_is_sent_is_received(value: object) -> None:
    stream = io.BytesIO()
    send(stream, value)  # type: ignore[arg-type]
    send(stream, Cancel(9))
    stream.seek(0)
    assert receive(stream) == value
    assert receive(stream) == Cancel(9)


def test_an_answer_with_arrays_keeps_its_numbers() -> None:
    stream = io.BytesIO()
    send(stream, Result(1, FitResult(POSE, np.eye(6), 0.9, 1.0, 0.5, 20.0)))
    stream.seek(0)
    answer = receive(stream).answer
    assert answer.pose == POSE
    np.testing.assert_array_equal(answer.covariance, np.eye(6))


@pytest.mark.parametrize("kept", [0, 5, -1])
def test_a_broken_off_value_is_the_end(kept: int) -> None:
    stream = io.BytesIO()
    send(stream, Cancel(9))
    broken = io.BytesIO(stream.getvalue()[:kept])
    with pytest.raises(EOFError):
        receive(broken)
