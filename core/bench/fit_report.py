"""Lines of the fit's bench as text for people and as JSON for programs."""

from __future__ import annotations

import math

from core.bench.fit_measures import ACCEPTED, Line

_SIGNS = {"add_01": "ADD<.1", "add_005": "<.05", "add_002": "<.02"}
_ORDER = ("rot_median_deg", "rot_p90_deg", "t_median_pct", "cpu_ms_median", "cpu_ms_p95")
_QUIET = ("add_median", "z2_median")  # in JSON alone


def json_of(line: Line) -> dict[str, object]:
    """One flat object: each share with its Wilson bounds as <name>_low and <name>_high; what is not finite is null."""
    told: dict[str, object] = {"case": line.case, "size": line.size, "model": line.model, "n": line.n}
    names = (*ACCEPTED, *(name for name in line.shares if name not in ACCEPTED))
    shares = {name: line.shares[name] for name in names if name in line.shares}
    told |= {name: share.value for name, share in shares.items() if name in ACCEPTED}
    told |= {name: _finite(line.numbers[name]) for name in _ORDER if name in line.numbers}
    for name, share in shares.items():
        told[name] = share.value
        told[f"{name}_low"], told[f"{name}_high"] = share.bounds
    told |= {name: _finite(value) for name, value in line.numbers.items() if name not in _ORDER}
    return told | {"seed": line.seed, "drawn": line.drawn, "rejected": line.rejected}


def text_of(line: Line) -> str:
    """A row of the table, and under it what only this kind of case has."""
    shares, numbers = line.shares, line.numbers
    rows = [f"{line.case:16s} {line.size:9s} {line.model:20s} n={line.n:<4d}"]
    if "add_01" in shares:
        rows[0] += " " + " ".join(
            f"{sign} {shares[name].value:.3f}{_bounds(line, name)}" for name, sign in _SIGNS.items() if name in shares
        )
        rows[0] += f"  rot {numbers['rot_median_deg']:.2f}/{numbers['rot_p90_deg']:.2f}°"
        rows[0] += f"  t {numbers['t_median_pct']:.2f} %"
    if "cpu_ms_median" in numbers:
        rows[0] += f"  cpu {numbers['cpu_ms_median']:.1f}/{numbers['cpu_ms_p95']:.1f} ms"
    if line.drawn:
        rows[0] += f"  drawn {line.drawn}, rejected {line.rejected}"
    rest = [f"{name} {shares[name].value:.3f}{_bounds(line, name)}" for name in shares if name not in _SIGNS]
    rest += [f"{name} {value:.4g}" for name, value in numbers.items() if name not in (*_ORDER, *_QUIET)]
    if rest:
        rows.append("    " + "  ".join(rest))
    return "\n".join(rows)


def _bounds(line: Line, name: str) -> str:
    low, high = line.shares[name].bounds
    return f" [{low:.3f}, {high:.3f}]"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
