"""The whole look at this computer, and the short one for a window that did not open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.doctor.children import Tried, end_of, try_module
from core.doctor.core_process import look_at_core
from core.doctor.display import last_line, look_at_display, look_at_window, probe_environment, why_no_window
from core.doctor.finding import Finding, Level, bad, warning
from core.doctor.libraries import libraries_named, look_for_libraries, missing_libraries
from core.doctor.machines import look_at_drawing, look_at_kernels, look_at_network_library, look_at_weights
from core.doctor.packages import look_at_packages, look_at_python, look_at_qt, look_for_bad_company
from core.doctor.places import look_at_folders, look_at_project, look_at_variables

_QT_PROBE, _VTK_PROBE, _TORCH_PROBE = "gui.qt_probe", "core.render.vtk_probe", "core.vision.torch_probe"


Check = Callable[[], Finding | Iterable[Finding]]


def examine(project: Path | None = None) -> tuple[Finding, ...]:
    """Everything, in the order of a start; a few seconds. project: a project whose drive is looked at, too.

    What takes long is done side by side, and a check that fails itself costs no other.
    """
    checks: list[tuple[str, Check]] = [
        ("Versions", _versions),
        ("System libraries", look_for_libraries),
        ("Display", look_at_display),
        ("Window", lambda: look_at_window(_try_qt())),
        ("Drawing", lambda: look_at_drawing(try_module(_VTK_PROBE))),
        ("torch", lambda: look_at_network_library(try_module(_TORCH_PROBE))),
        ("Network", look_at_weights),
        ("Kernels", look_at_kernels),
        ("Inference core", look_at_core),
        ("Environment", look_at_variables),
        ("Folders", look_at_folders),
    ]
    if project is not None:
        checks.append(("Project", lambda: look_at_project(project)))
    with ThreadPoolExecutor(len(checks)) as pool:
        looks = [pool.submit(_looked, about, check) for about, check in checks]
        return tuple(finding for look in looks for finding in look.result())


def examine_window(code: int, said: str) -> tuple[Finding, ...]:
    """Why a window that ended with this exit code and these words did not open: only what is wrong, never nothing."""
    wrong = [one for one in (*_versions(), look_for_libraries(), *look_at_variables()) if one.level is Level.BAD]
    libraries = libraries_named(said)
    if libraries and not any(one.about == "System libraries" for one in wrong):
        wrong.append(missing_libraries(libraries))
    if not wrong:
        tried = _try_qt()
        wrong += [one for one in look_at_window(tried) if one.level is Level.BAD]
    if not wrong and _is_of_qt(said):
        wrong.append(why_no_window(Tried(code, said=said)))
    return tuple(wrong) or (_unexplained(code, said),)


def _looked(about: str, check: Check) -> tuple[Finding, ...]:
    try:
        found = check()
        return (found,) if isinstance(found, Finding) else tuple(found)
    except Exception as error:  # whatever it is, it is what there is to be told
        return (warning(about, f"It could not be looked at ({type(error).__name__}: {error})."),)


def _versions() -> Iterator[Finding]:
    yield look_at_python()
    yield look_at_qt()
    yield look_at_packages()
    yield from look_for_bad_company()


def _try_qt() -> Tried:
    return try_module(_QT_PROBE, environment=probe_environment())


def _is_of_qt(said: str) -> bool:
    return "qt.qpa" in said or "Qt platform plugin" in said


def _unexplained(code: int, said: str) -> Finding:
    from core.storage.folders import log_dir

    reason = last_line(said)
    found = f"The window {end_of(code)}" + (f": {reason}" if reason else " and said nothing.")
    return bad("Window", found, f"What it wrote is in {log_dir()}. `outsole doctor` looks at everything.")
