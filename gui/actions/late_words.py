"""Sentences about a photo that come when another one may be open by now."""

from __future__ import annotations

from pathlib import PurePosixPath

from core.labels.photo import Photo
from gui.session import Session


def of_photo(session: Session, photo: Photo, sentence: str) -> str:
    """The sentence; with the photo's name before it where one has moved on."""
    return sentence if session.photo_id == photo.id else f"{PurePosixPath(photo.file).name}: {sentence}"
