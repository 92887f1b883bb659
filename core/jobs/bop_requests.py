"""Questions about the mesh files of a BOP dataset, and what an answer makes of them: from a window and a command."""

from __future__ import annotations

from pathlib import Path

from core.formats.bop_models import ReadModel, WantedModel
from core.jobs.messages import ImportMeshRequest, MeshProposal


def model_request(wanted: WantedModel) -> ImportMeshRequest:
    """The request to read a mesh: BOP's are in mm, one object a file."""
    file = str(wanted.file.absolute())
    return ImportMeshRequest(file, shoe="all", unit_mm=1.0, is_in_shoe_frame=wanted.is_own)


def model_read(proposal: MeshProposal) -> ReadModel:
    """The mesh of an answer."""
    from core.storage.mesh_cache import load_mesh_file

    mesh = load_mesh_file(Path(proposal.mesh.file))
    return ReadModel(mesh, proposal.shoe_from_file, proposal.foot, proposal.notes)
