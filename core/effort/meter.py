"""How much work a hand does: gestures, and the seconds in which it was at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

IDLE_SECONDS = 30.0  # a longer gap between two movements of the hand was a break, and counts nothing
WHEEL_SECONDS = 0.3  # steps of the wheel that follow one another this fast are one gesture


@dataclass(frozen=True, slots=True)
class Spent:
    """Active seconds and gestures; gestures may be fractions, where several shares make one."""

    seconds: float = 0.0
    gestures: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.seconds + other.seconds, self.gestures + other.gestures)

    def shared(self, count: int) -> Spent:
        """The share of one of `count` that it was spent on together."""
        return Spent(self.seconds / count, self.gestures / count)

    @property
    def is_nothing(self) -> bool:
        """Whether no time went by and nothing was done."""
        return self.seconds <= 0.0 and self.gestures <= 0.0


NOTHING = Spent()


class EffortMeter:
    """Adds up what a hand does until it is taken. A gesture is a press, a burst of wheel steps or a key that acts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None
        self._last_wheel: float | None = None
        self._seconds = 0.0
        self._gestures = 0

    def move(self) -> None:
        """The hand is there: the pointer moved, or anything below happened."""
        now = self._clock()
        if self._last is not None and 0.0 < now - self._last <= IDLE_SECONDS:
            self._seconds += now - self._last
        self._last = now

    def press(self) -> None:
        """A mouse button went down, or a key did something."""
        self.move()
        self._gestures += 1

    def wheel(self) -> None:
        """The wheel was turned by a step."""
        self.move()
        now = self._last
        assert now is not None
        if self._last_wheel is None or now - self._last_wheel > WHEEL_SECONDS:
            self._gestures += 1
        self._last_wheel = now

    def act(self) -> None:
        """What was pressed before did something, without the hand having moved again."""
        self._gestures += 1

    def take(self) -> Spent:
        """What was done since this was last asked; it is nobody's any more."""
        spent = Spent(self._seconds, float(self._gestures))
        self._seconds, self._gestures = 0.0, 0
        return spent
