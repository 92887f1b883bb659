"""The command that prints a project's statistics: progress, time and gestures, quality, and the time left."""

from __future__ import annotations

import argparse

from core.commands.console import Answer, progress_bar, project_path


def stats(arguments: argparse.Namespace) -> Answer:
    """What the statistics window shows; the project may be open in one meanwhile."""
    from core.effort.statistics import statistics_of
    from core.effort.telling import statistics_to_csv, statistics_to_json, statistics_to_text
    from core.storage.reading import open_for_reading

    path = project_path(arguments.project)
    store = open_for_reading(path)
    try:
        with progress_bar("Counting") as progress:
            told = statistics_of(store, path.name, progress=progress)
    finally:
        store.close()
    text = statistics_to_csv(told) if arguments.csv else statistics_to_text(told)
    return Answer(text.rstrip("\n"), statistics_to_json(told))
