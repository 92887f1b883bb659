"""Small positive definite systems, solved inside the kernels: a call of a library would cost more than the sum."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]


@njit(cache=True, nogil=True)
def descent_of(matrix: Array, gradient: Array) -> Array:
    """(N,) x with matrix·x = -gradient by Cholesky's decomposition; nan where the (N, N) matrix is not definite.

    The lower half of `matrix` is overwritten.
    """
    count = gradient.shape[0]
    step = np.full(count, np.nan)
    for c in range(count):
        for k in range(c):
            for r in range(c, count):
                matrix[r, c] -= matrix[r, k] * matrix[c, k]
        if matrix[c, c] <= 0.0:
            return step
        root = np.sqrt(matrix[c, c])
        for r in range(c, count):
            matrix[r, c] /= root
    for r in range(count):
        value = -gradient[r]
        for k in range(r):
            value -= matrix[r, k] * step[k]
        step[r] = value / matrix[r, r]
    for r in range(count - 1, -1, -1):
        for k in range(r + 1, count):
            step[r] -= matrix[k, r] * step[k]
        step[r] /= matrix[r, r]
    return step
