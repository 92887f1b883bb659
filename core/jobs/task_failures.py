"""How a task ends without an answer, and how it tells of its steps."""

from __future__ import annotations

from collections.abc import Callable

from core.jobs.messages import Step

# Told of each step; answers whether to go on.
Report = Callable[[Step], bool]


class TaskError(Exception):
    """A request that cannot be answered; the text is a sentence for the annotator."""


class TaskCancelled(Exception):
    """The report asked to stop; nothing is wrong."""
