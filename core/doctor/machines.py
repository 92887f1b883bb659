"""What draws and what computes: VTK off screen, torch, torchvision, the shipped network, the compiled kernels."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.doctor.children import Tried, too_slow
from core.doctor.display import last_line
from core.doctor.finding import Finding, bad, ok, warning
from core.doctor.libraries import libraries_named, remedy_for
from core.resources import RESOURCES

_SUMS = RESOURCES / "weights" / "SHA256SUMS"
_CORE = Path(__file__).resolve().parents[1]
_SOFTWARE = re.compile(r"llvmpipe|softpipe|swrast|SwiftShader|software|Basic Render|GDI Generic", re.IGNORECASE)


def look_at_drawing(tried: Tried, *, has_card: bool | None = None) -> Finding:
    """Whether VTK draws off screen, and on what."""
    if tried.went_well and tried.answer.get("drawn"):
        answer = tried.answer
        by = answer.get("renderer") or "an unknown renderer"
        found = f"VTK {answer['version']} draws shoes by {by} ({_backend(answer['window'])})"
        if not _SOFTWARE.search(by):
            return ok("Drawing", f"{found}.")
        if has_graphics_card() if has_card is None else has_card:
            remedy = (
                "Install the card's driver (Intel and AMD: libgl1-mesa-dri; NVIDIA: its own), and see that you are in "
                "the groups video and render. In a container or over ssh the card may not be handed in."
            )
            return warning("Drawing", f"{found}: the processor draws, though there is a graphics card.", remedy)
        found = f"{found}: the processor draws, for there is no graphics card."
        return warning("Drawing", found, "Nothing is wrong; large meshes follow the pointer more slowly.")
    if slow := too_slow("Drawing", tried):
        return slow
    libraries = libraries_named(tried.said)
    for sign, library in (("Failed to load EGL", "libEGL.so.1"), ("Failed to load an X11 library", "libX11.so.6")):
        if sign in tried.said and library not in libraries:
            libraries = (*libraries, library)
    how = "drew a blank picture" if tried.went_well else tried.end
    said = "" if libraries or tried.went_well else f": {last_line(tried.said)}"
    remedy = remedy_for(libraries) if libraries else (
        "Outlines can be drawn, shoes cannot. Try the processor:\n    VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow "
        "LIBGL_ALWAYS_SOFTWARE=1 outsole"
    )  # fmt: skip
    return bad("Drawing", f"VTK {how} when it drew off screen{said}.", remedy)


def look_at_network_library(tried: Tried, *, has_card: bool | None = None) -> Iterator[Finding]:
    """torch, where it computes, and whether torchvision harms it."""
    if slow := too_slow("torch", tried):
        yield slow
        return
    if not tried.went_well:
        if "No module named 'torch'" in tried.said and getattr(sys, "frozen", False):
            remedy = "Install the full edition (package outsole) to have the network outline."
            yield warning("torch", "This small edition comes without it: outline by hand (P) or in a box (G).", remedy)
            return
        libraries = libraries_named(tried.said)
        remedy = remedy_for(libraries) if libraries else "Prepare the program again: make setup, or pip install."
        said = last_line(tried.said)
        yield bad("torch", f"torch {tried.end} when it was loaded: {said}. The network cannot outline.", remedy)
        return
    answer = tried.answer
    if answer["card"]:
        yield ok("torch", f"{answer['version']} on {answer['card']} (CUDA {answer['built_for']}).")
    elif _has_nvidia() if has_card is None else has_card:
        found = f"torch {answer['version']} uses the processor, though there is an NVIDIA card."
        kind = (
            "the card's driver does not answer it" if answer["built_for"] else "this build of torch is for processors"
        )
        yield warning("torch", found, f"Outlining would be faster on the card; {kind}. See pytorch.org for the build.")
    else:
        yield ok("torch", f"{answer['version']} on the processor, {answer['threads']} threads.")
    vision = answer["torchvision"]
    if vision.startswith("broken"):
        reason = vision.removeprefix("broken: ").splitlines()[0][:160]
        remedy = f"Outsole needs none. Take it away:\n    {sys.executable} -m pip uninstall -y torchvision"
        yield warning("torchvision", f"It does not fit torch ({reason}); `outsole train` fails by it.", remedy)
    elif vision:
        yield ok("torchvision", f"{vision}; it loads.")


def look_at_weights(sums: Path = _SUMS) -> Finding:
    """Whether the shipped networks are there, whole."""
    try:
        wanted = [line.split() for line in sums.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        return bad("Network", f"{sums} cannot be read ({error.strerror}).", _ANEW)
    for digest, name in wanted:
        file = sums.parent / name
        try:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            return bad("Network", f"{file} cannot be read ({error.strerror}).", _ANEW)
        if found != digest:
            return bad("Network", f"{file} is not the file that was shipped: it is damaged or was changed.", _ANEW)
    return ok("Network", f"{', '.join(Path(name).stem for _, name in wanted)}, as it was shipped.")


def look_at_kernels(environment: Mapping[str, str] | None = None, folders: tuple[Path, ...] | None = None) -> Finding:
    """Whether numba's compiled kernels are kept, and where."""
    known = os.environ if environment is None else environment
    chosen = known.get("NUMBA_CACHE_DIR")
    places = folders or ((Path(chosen),) if chosen else tuple(_CORE / part / "__pycache__" for part in _COMPILED))
    compiled = sum(1 for place in places if place.is_dir() for _ in place.rglob("*.nbi"))
    blocked = next((place for place in places if not _writable(place)), None)
    if blocked is not None and not chosen and (own := _numbas_own()) is not None:
        return ok("Kernels", f"{blocked} cannot be written, so they are kept in {own}.")
    if blocked is not None and not compiled:
        remedy = "Have them kept elsewhere:\n    export NUMBA_CACHE_DIR=~/.cache/outsole/numba"
        found = f"{blocked} cannot be written, so they may be compiled anew at every start (a minute or so)."
        return warning("Kernels", found, remedy)
    if not compiled:
        return ok("Kernels", "None is compiled yet; the first start does it once, which takes a minute or so.")
    where = places[0] if len(places) == 1 else _CORE
    return ok("Kernels", f"{compiled} {'is' if compiled == 1 else 'are'} compiled, in {where}.")


def has_graphics_card() -> bool:
    """Whether the system knows of a card that can draw."""
    if not sys.platform.startswith("linux"):
        return True
    return _has_nvidia() or any(Path("/dev/dri").glob("renderD*"))


def _backend(window: str) -> str:
    return next((name for sign, name in _BACKENDS if sign in window), window)


def _has_nvidia() -> bool:
    return Path("/proc/driver/nvidia/version").exists()


def _writable(folder: Path) -> bool:
    """Whether it can be made, or written; False, too, where one may not look or a drive is not there."""
    places = (place for place in (folder, *folder.parents) if os.path.exists(place))  # noqa: PTH110 (never raises)
    nearest = next(places, None)
    return nearest is not None and os.access(nearest, os.W_OK)


def _numbas_own() -> Path | None:
    """Where numba goes when it cannot write beside the sources: the user's caches; None when not there either."""
    # As platformdirs has it, which numba carries a copy of.
    import platformdirs

    own = Path(platformdirs.user_cache_dir("numba", appauthor=False))
    return own if _writable(own) else None


_BACKENDS = (("EGL", "EGL"), ("XOpenGL", "GLX"), ("OSOpenGL", "OSMesa"), ("Win32", "WGL"), ("Cocoa", "Cocoa"))
_COMPILED = ("render", "fit")
_ANEW = "Install the program anew, or put the file back; until then outline by hand or by colour (GrabCut)."
