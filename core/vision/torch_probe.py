"""`python -m core.vision.torch_probe` loads torch and, where there is one, torchvision, and prints what they can do."""

from __future__ import annotations

import importlib.util
import json
import sys


def main() -> int:
    """Load, compute one sum, and say so as JSON."""
    import torch

    cuda = torch.cuda.is_available()
    answer = {
        "version": torch.__version__,
        "built_for": torch.version.cuda or "",
        "card": torch.cuda.get_device_name(0) if cuda else "",
        "threads": torch.get_num_threads(),
        "counts": float(torch.ones(3).sum()) == 3.0,
        "torchvision": _torchvision(),
    }
    print(json.dumps(answer), flush=True)
    return 0


def _torchvision() -> str:
    """ "" when it is not installed, its version, or "broken: " and why."""
    if importlib.util.find_spec("torchvision") is None:
        return ""
    try:
        import torchvision  # type: ignore[import-not-found, unused-ignore]

        return str(torchvision.__version__) if callable(torchvision.ops.nms) else "broken: it lacks its operators"
    except Exception as error:  # whatever another build of it raises is the finding
        return f"broken: {type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
