"""Why a fit could not be made: sentences for the annotator."""

from __future__ import annotations


class FitError(ValueError):
    """A fit that cannot be made from what was given."""


class FitCancelled(Exception):
    """A fit somebody asked to stop; nothing is wrong."""
