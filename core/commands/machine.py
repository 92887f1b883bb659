"""The machine's share of the commands: requests made from labels, answered in this process."""

from __future__ import annotations

from core.commands.console import CommandError
from core.document.store import Store
from core.jobs.messages import Answer, Failed, Message, Request, Result
from core.labels.instance import Instance
from core.labels.project import Project


def answer_of(request: Request) -> Answer:
    """The answer to a request; raises CommandError with the sentence of one that failed."""
    from core.jobs.inline import InlineCore

    heard: list[Message] = []
    InlineCore().submit(request, heard.append)
    last = heard[-1]
    if isinstance(last, Result):
        return last.answer
    raise CommandError(last.sentence if isinstance(last, Failed) else "The task ended without an answer.")


def mesh_file_of(instance: Instance, *, project: Project, store: Store) -> str:
    """The cache file of an instance's model; it must be in the project. Its meshes lie beside it then, all of them:
    any of them may stand before it.
    """
    from core.storage.mesh_cache import cached_mesh_file

    for model in project.models.values():
        cached_mesh_file(store, model.mesh_sha256)
    return str(cached_mesh_file(store, project.models[instance.model_id or ""].mesh_sha256))
