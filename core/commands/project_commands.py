"""The commands that make and fill a project: new, add-photos, add-model, info."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.commands.console import PROBLEMS, Answer, CommandError, opened, progress_bar, project_folder, project_path
from core.document.document import Document
from core.document.edit import Edit
from core.geometry.mesh import Mesh
from core.jobs.messages import ImportMeshRequest, MeshProposal
from core.labels.instance import new_id
from core.labels.photo import Photo
from core.labels.shoe_model import ShoeModel
from core.labels.words import counted

BUILT_IN = {"sneaker": "low-top", "low-top": "low-top", "high-top": "high-top"}  # words for the shoes that come along
_AXES = ("+X", "-X", "+Y", "-Y", "+Z", "-Z")


def new(arguments: argparse.Namespace) -> Answer:
    """Make an empty project, with the built-in sneaker unless that is not wanted."""
    from core.storage.database import create_project

    path = project_path(arguments.project)
    store = create_project(path)
    try:
        if not arguments.empty:
            _add_built_in(Document(store), "low-top", name=None)
    finally:
        store.close()
    text = f"Made {path}" + ("." if arguments.empty else ", with the built-in sneaker as a shoe model.")
    return Answer(text, {"project": str(path)})


def add_photos(arguments: argparse.Namespace) -> Answer:
    """Add image files, and those in folders, that the project does not have yet."""
    from core.storage.image_file import PHOTO_SUFFIXES, PhotoError, photo_from_file, resolve_photo_path

    folder = project_folder(arguments.project)
    files, exports = _image_files([Path(text) for text in arguments.files])
    if not files:
        raise CommandError(
            f"There is no photo in {', '.join(arguments.files)}; photos end in {' '.join(PHOTO_SUFFIXES)}."
        )
    with opened(arguments.project) as document, progress_bar("Adding photos") as progress:
        entries = document.project.entries.values()
        known = {resolve_photo_path(folder, entry.file).resolve() for entry in entries}
        position = 1 + max((entry.position for entry in entries), default=-1)
        added: list[Photo] = []
        problems: list[str] = []
        for index, file in enumerate(files):
            progress(index / len(files), file.name)
            if file.resolve() in known:
                continue
            known.add(file.resolve())
            try:
                photo = photo_from_file(file, project_folder=folder, position=position + len(added))
            except PhotoError as error:
                problems.append(str(error))
                continue
            added.append(photo)
        document.commit(Edit(f"Add {counted(len(added), 'photo')}", tuple((None, photo) for photo in added)))
    there = len(files) - len(added) - len(problems)
    photos = counted(len(added), "photo")
    text = f"Added {photos}; {there} were in the project already, {len(problems)} could not be read."
    if exports:
        text += f" Exported data sets were left out: {', '.join(map(str, exports))}."
    content = {"added": [photo.file for photo in added], "already_there": there, "problems": problems}
    content["left_out"] = [str(path) for path in exports]
    return Answer("\n".join([text, *problems]), content, PROBLEMS if problems else 0)


def add_model(arguments: argparse.Namespace) -> Answer:
    """Bring a mesh file to the shoe frame and add it as a shoe model."""
    from core.commands.machine import answer_of
    from core.storage.mesh_cache import load_mesh_file

    with opened(arguments.project) as document:
        if arguments.mesh in BUILT_IN and not Path(arguments.mesh).exists():
            model = _add_built_in(document, BUILT_IN[arguments.mesh], name=arguments.name)
            return Answer(f"Added the built-in shoe model “{model.name}”.", {"model": _model_json(model), "notes": []})
        axes = axes_from_text(arguments.axes) if arguments.axes else None
        landmarks = _landmarks(Path(arguments.landmarks)) if arguments.landmarks else {}
        file = str(Path(arguments.mesh).absolute())
        request = ImportMeshRequest(file, axes, arguments.length, arguments.shoe)
        proposal = answer_of(request)
        assert isinstance(proposal, MeshProposal)
        mesh = load_mesh_file(Path(proposal.mesh.file))
        model = ShoeModel(
            new_id(),
            arguments.name or proposal.name,
            document.store.add_mesh(mesh),
            proposal.extent_mm,
            proposal.diameter_mm,
            file,
            MappingProxyType(landmarks),
        )
        document.commit(Edit.of("Add shoe model", None, model))
    length, width, height = proposal.extent_mm
    size = f"{length:.0f} x {width:.0f} x {height:.0f} mm, {proposal.triangles} triangles, toe {proposal.axes[0]}"
    text = f"Added the shoe model “{model.name}”: {size}, up {proposal.axes[1]}, {len(landmarks)} landmarks."
    return Answer("\n".join([text, *proposal.notes]), {"model": _model_json(model), "notes": list(proposal.notes)})


def info(arguments: argparse.Namespace) -> Answer:
    """What a project holds."""
    with opened(arguments.project) as document:
        project = document.project
        entries = project.entries.values()
        statuses = Counter(entry.status.value for entry in entries)
        history = document.history.done
        content: dict[str, Any] = {
            "project": str(project_path(arguments.project)),
            "photos": len(entries),
            "status": dict(statuses),
            "instances": sum(entry.instance_count for entry in entries),
            "posed": sum(entry.posed_count for entry in entries),
            "categories": [{"name": one.name, "role": one.role.value} for one in project.categories.values()],
            "models": [_model_json(model) for model in project.models.values()],
            "edits": len(history),
            "last_edit": f"{history[-1].label}, {history[-1].by}, {history[-1].at}" if history else "",
        }
        if arguments.photos:
            content["files"] = [entry.file for entry in entries]
    lines = [
        f"{content['project']}: {counted(len(entries), 'photo')} "
        f"({', '.join(f'{n} {s}' for s, n in statuses.items()) or 'none'})",
        f"{counted(content['instances'], 'instance')}, {content['posed']} with a pose",
        "categories: " + ", ".join(f"{one['name']} ({one['role']})" for one in content["categories"]),
        *(
            f"model: {one['name']}, {one['length_mm']:.0f} mm, {counted(one['landmarks'], 'landmark')}"
            for one in content["models"]
        ),
        f"{content['edits']} edits" + (f"; the last: {content['last_edit']}" if history else ""),
        *content.get("files", ()),
    ]
    return Answer("\n".join(lines), content)


def axes_from_text(text: str) -> tuple[str, str]:
    """("+X", "+Z") of "+X+Z": the file's directions of toe and up; raises CommandError."""
    toe, up = text[:2].upper(), text[2:].lstrip(",").upper()
    if toe not in _AXES or up not in _AXES or toe[1] == up[1]:
        raise CommandError(f"--axes names the file's directions of toe and up, such as +X+Z or -Z+Y, not {text}.")
    return toe, up


def _add_built_in(document: Document, shoe: str, *, name: str | None) -> ShoeModel:
    from core.sneaker.shipped import shipped_shoe

    model, mesh = shipped_shoe(shoe)
    if model.id in document.project.models:
        raise CommandError(f"The built-in shoe model “{model.name}” is in the project already.")
    model = _stored(document, replace(model, name=name) if name else model, mesh)
    document.commit(Edit.of("Add shoe model", None, model))
    return model


def _stored(document: Document, model: ShoeModel, mesh: Mesh) -> ShoeModel:
    return replace(model, mesh_sha256=document.store.add_mesh(mesh))


def _model_json(model: ShoeModel) -> dict[str, Any]:
    return {
        "id": model.id,
        "name": model.name,
        "length_mm": model.length_mm,
        "diameter_mm": model.diameter_mm,
        "landmarks": len(model.landmarks),
        "mesh_file": model.mesh_file,
    }


def _landmarks(file: Path) -> dict[str, tuple[float, float, float]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): (float(x), float(y), float(z)) for name, (x, y, z) in content.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CommandError(
            f'{file} holds no landmarks ({error}); it should read like {{"toe tip": [140.0, 5.0, -40.0]}}, '
            "in mm in the shoe frame (+X toe, +Y the wearer's left, +Z up, origin at the box's centre)."
        ) from error


def _image_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    from core.storage.photo_folders import photos_below

    files: list[Path] = []
    exports: list[Path] = []
    for path in paths:
        found, left_out = photos_below(path) if path.is_dir() else ([path], [])
        files += found
        exports += left_out
    return files, exports
