"""What is said between a window and its inference core: frozen requests out; steps, results and failures back.

Everything here can be pickled and holds only numpy arrays, numbers, text and the house's values; photos and meshes
go by file and hash, never as pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.geometry.camera import Camera
from core.geometry.floor import Floor
from core.geometry.pose import Pose
from core.geometry.region import Region
from core.jobs.pair_messages import PairFitRequest, PairFitResult
from core.labels.contour_profile import ContourProfile
from core.labels.instance import ShoeSize, Side

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PhotoRef:
    """A photo by absolute path, and the SHA-256 it had when it was added ("" when not yet known)."""

    file: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class MeshRef:
    """A ShoeModel's stored mesh (right shoe, own size) by its cache file (.npz) and hash, with the model's length."""

    file: str
    sha256: str
    length_mm: float


class SegmentMethod(StrEnum):
    """Who outlines. NET_FIRST: the network, and in a box GrabCut where it finds nothing or has no weights."""

    NET_FIRST = "net-first"
    NET = "net"
    GRABCUT = "grabcut"


@dataclass(frozen=True, slots=True)
class NetChoice:
    """Which network outlines, and how. name: of shipped weights or a file, "" for the default; device: "auto" takes
    CUDA where there is one; longest_px: the longer side of what the network is shown."""

    name: str = ""
    device: str = "auto"
    longest_px: int = 512


@dataclass(frozen=True, slots=True)
class SegmentRequest:
    """Outline the sneakers of a photo, or what stands in a box.

    box_px: (x0, y0, x1, y1), None for the whole photo, which only a network can do. instance_id: the instance it will
    outline, if any.
    """

    photo: PhotoRef
    photo_id: str
    box_px: tuple[float, float, float, float] | None = None
    category: str = "sneaker"
    instance_id: str | None = None
    method: SegmentMethod = SegmentMethod.NET_FIRST
    net: NetChoice = NetChoice()


@dataclass(frozen=True, slots=True)
class CorrectRequest:
    """Correct an outline by clicks, (x, y) px: `positive_px` belong to it, `negative_px` do not."""

    photo: PhotoRef
    photo_id: str
    instance_id: str
    region: Region
    positive_px: tuple[tuple[float, float], ...] = ()
    negative_px: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ClickedPoint:
    """A point of the shoe that the annotator found in the photo.

    at_mm: in the shoe frame of a shoe of that side and size; at_px: in the photo, behind the lens; sigma_px: how
    exactly it was clicked, along each axis.
    """

    name: str
    at_mm: tuple[float, float, float]
    at_px: tuple[float, float]
    sigma_px: float = 2.0


@dataclass(frozen=True, slots=True)
class PosedShoe:
    """Another shoe of the photo that has a pose: its stored mesh is brought to that side and size."""

    mesh: MeshRef
    side: Side
    size: ShoeSize
    pose: Pose


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known of one sneaker in one photo before its pose.

    region: the visible outline in the photo's (distorted) px. ignored: regions whose contour evidence is dropped
    (legs, ignore regions, the other shoe). clicks: landmarks the annotator clicked, for a right shoe where the side is
    unknown. floor: what the shoe stands on, None where that is not known. shoes: others that have a pose and
    no outline and may stand before it; their silhouettes count as ignored.
    """

    photo_id: str
    instance_id: str
    mesh: MeshRef
    side: Side
    size: ShoeSize
    camera: Camera
    region: Region
    ignored: tuple[Region, ...] = ()
    clicks: tuple[ClickedPoint, ...] = ()
    shoes: tuple[PosedShoe, ...] = ()
    floor: Floor | None = None


@dataclass(frozen=True, slots=True)
class FitRequest:
    """Refine the pose of a known shoe from its outline, starting from `start`.

    live: asked while the hand drags; in no list of jobs, without steps, and a newer one takes its place. focal_free:
    the camera's focal length is uncertain and found with the pose. shape_free: so are the shoe's width and height.
    """

    evidence: Evidence
    start: Pose
    live: bool = False
    focal_free: bool = False
    shape_free: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """Find the poses of a known shoe from its outline alone.

    Side.UNKNOWN tries both feet. upright: the shoe stands and the photo is held as usual. hidden: parts of the
    shoe may be hidden by what nobody marked, which takes longer. focal_free, shape_free: as in FitRequest. starts:
    poses that something else suggests; those near one come first. The side is known then.
    """

    evidence: Evidence
    upright: bool = True
    hidden: bool = False
    focal_free: bool = False
    shape_free: bool = False
    starts: tuple[Pose, ...] = ()


@dataclass(frozen=True, slots=True)
class OverlapRequest:
    """How well a pose explains an outline right now; newer ones supersede older ones of the same instance."""

    evidence: Evidence
    pose: Pose


@dataclass(frozen=True, slots=True)
class ContourRequest:
    """Where along a drawn outline a posed shoe lies off it, and by how much; superseded as an OverlapRequest is."""

    evidence: Evidence
    pose: Pose


@dataclass(frozen=True, slots=True)
class ImportMeshRequest:
    """Read a mesh file and propose how it becomes a ShoeModel. Options None mean: propose.

    axes: ("+X", "+Z") names the file's directions of toe and up. length_mm: the shoe's length.
    shoe: which of a pair to take ("left", "right", or "all" for a file with a single shoe).
    unit_mm: mm per unit of the file, where its format fixes it. is_in_shoe_frame: it is taken as it is, in mm.
    """

    file: str
    axes: tuple[str, str] | None = None
    length_mm: float | None = None
    shoe: str | None = None
    unit_mm: float | None = None
    is_in_shoe_frame: bool = False


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Write a project's labels for other tools. formats: of core.formats.exports.FORMATS.

    shares: of train, validation and test, None for one set. Relative paths are not known to the core: both are whole.
    """

    project_file: str
    out_dir: str
    formats: tuple[str, ...]
    shares: tuple[float, float, float] | None = None
    seed: int = 0
    checked_only: bool = False
    sure_only: bool = False


Request: TypeAlias = (
    SegmentRequest
    | CorrectRequest
    | FitRequest
    | PairFitRequest
    | SearchRequest
    | OverlapRequest
    | ContourRequest
    | ImportMeshRequest
    | ExportRequest
)


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline somebody proposes. score, side_score: 0..1, None where nobody gave one. finest_px: how far it may
    already lie from what was found, by its vertices alone."""

    region: Region
    score: float | None = None
    side: Side = Side.UNKNOWN
    side_score: float | None = None
    finest_px: float = 0.0


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """The outlines found, the surest first; method names who found them. note: a sentence about why not another."""

    outlines: tuple[Outline, ...]
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectResult:
    """The outline with every click respected; the very same region when they were already."""

    region: Region


@dataclass(frozen=True, slots=True)
class FitResult:
    """The pose found, its covariance ((6, 6), omega rad and v mm), IoU and mean contour distance in px.

    focal_px: the fx found with it, which the pose holds for, and its standard deviation; None: the camera as given.
    size: the shoe's, found with it, and the standard deviations of its two ratios; None: as given. doubt: a sentence
    why the shoe model cannot explain the outline, "" when it can.
    """

    pose: Pose
    covariance: Array | None
    iou: float
    contour_px: float
    start_iou: float
    cpu_ms: float
    focal_px: float | None = None
    focal_sigma_px: float | None = None
    doubt: str = ""
    size: ShoeSize | None = None
    size_sigmas: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PoseHypothesis:
    """A pose that explains the outline, for that foot; covariance as in FitResult.

    doubt: a sentence why the shoe model cannot explain the outline, "" when it can. ambiguous_with: indices of other
    hypotheses of the same result that the outline allows about as well. focal_px, focal_sigma_px, size, size_sigmas: as
    in FitResult.
    """

    pose: Pose
    side: Side
    iou: float
    contour_px: float
    covariance: Array | None
    doubt: str = ""
    ambiguous_with: tuple[int, ...] = ()
    focal_px: float | None = None
    focal_sigma_px: float | None = None
    size: ShoeSize | None = None
    size_sigmas: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Distinct poses (at least one), the best first, and the CPU time it took."""

    hypotheses: tuple[PoseHypothesis, ...]
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class OverlapResult:
    """IoU of the rendered and the outlined region, and their mean two-way contour distance in px (nan if none)."""

    iou: float
    contour_px: float


@dataclass(frozen=True, slots=True)
class MeshProposal:
    """A mesh brought into the shoe frame as a right shoe, with what was assumed on the way.

    mesh: cache file of the full mesh; axes, length_mm, shoe as in ImportMeshRequest; is_pair: the file holds two
    shoes; notes: sentences for the dialog. extent_mm: (3,) length, width, height; triangles: count.
    shoe_from_file: brings the file's points, in mm, to the shoe frame, before a left shoe is mirrored; foot: "left"
    (then it was mirrored), "right", or "" where nothing told.
    """

    mesh: MeshRef
    name: str
    axes: tuple[str, str]
    length_mm: float
    shoe: str
    is_pair: bool
    extent_mm: tuple[float, float, float]
    diameter_mm: float
    triangles: int
    notes: tuple[str, ...] = ()
    shoe_from_file: Pose = field(default_factory=Pose.identity)
    foot: str = ""


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What came of an export: (outcome, file, key, reason) of every line, as in core.formats.report.ReportLine."""

    out_dir: str
    lines: tuple[tuple[str, str, str, str], ...]


Answer: TypeAlias = (
    SegmentResult
    | CorrectResult
    | FitResult
    | PairFitResult
    | SearchResult
    | OverlapResult
    | ContourProfile
    | MeshProposal
    | ExportResult
)


@dataclass(frozen=True, slots=True)
class Step:
    """Progress of a job: fraction 0..1 or None when unknown; pose or region when there is something to show."""

    job_id: int
    fraction: float | None = None
    text: str = ""
    pose: Pose | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A job's answer; the last message of that job."""

    job_id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that ended without an answer, and the sentence to show; the last message of that job."""

    job_id: int
    sentence: str
    cancelled: bool = False


Message: TypeAlias = Step | Result | Failed
