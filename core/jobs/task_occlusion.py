"""What a request's evidence says may stand before its shoe: regions that were drawn, and silhouettes of other shoes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from core.geometry.camera import Camera
from core.geometry.mesh import Mesh
from core.geometry.region import EMPTY_REGION, Region
from core.jobs.messages import Evidence, MeshRef, PosedShoe
from core.labels.instance import Side
from core.labels.occlusion import less

_LOG = logging.getLogger("outsole.core")


def ignored_by(evidence: Evidence, mesh_of: Callable[[MeshRef], Mesh]) -> tuple[Region, ...]:
    """Every region whose contour evidence is dropped, px of the photo: the drawn ones and those of posed shoes.

    A shoe whose mesh is not in the cache folder hides nothing; its own photo has never shown it.
    """
    silhouettes = (_hidden_by(shoe, evidence, mesh_of) for shoe in evidence.shoes)
    return (*evidence.ignored, *(region for region in silhouettes if not region.is_empty))


def _hidden_by(shoe: PosedShoe, evidence: Evidence, mesh_of: Callable[[MeshRef], Mesh]) -> Region:
    if not Path(shoe.mesh.file).is_file():
        _LOG.warning("the mesh %s of a shoe that may stand before another is not in the cache", shoe.mesh.file)
        return EMPTY_REGION
    return less(_silhouette(shoe, evidence.camera, mesh_of), evidence.region)


@lru_cache(maxsize=32)
def _silhouette(shoe: PosedShoe, camera: Camera, mesh_of: Callable[[MeshRef], Mesh]) -> Region:
    from core.render.shoe_occlusion import silhouette

    sized = mesh_of(shoe.mesh).scaled(shoe.size.factors(shoe.mesh.length_mm))
    return silhouette(sized.mirrored() if shoe.side is Side.LEFT else sized, shoe.pose, camera)
