"""P-values as -log10, far into the tail."""

from importlib import import_module
from typing import Any

import numpy as np

from citywide.systems.genomics.engine.kernel.compiled import library, pointer, size
from citywide.systems.genomics.engine.kernel.counting import Doubles


def minus_log10_p(z: Doubles) -> Doubles:
    """Two-sided normal p-values."""
    kernel = library()
    if kernel is None:
        return minus_log10_p_z(z)
    z, out = np.ascontiguousarray(z), np.empty(len(z))
    kernel.minus_log10_p_z_many(size(len(z)), pointer(z), pointer(out))
    return out


def deviate(strength: Doubles) -> Doubles:
    """The normal deviate whose two-sided p-value has this -log10, by Newton's method on the logarithm."""
    z = np.sqrt(np.maximum(2 * np.log(10) * strength - np.log(np.maximum(strength, 0.3)), 1e-3))
    for _ in range(30):
        gap = minus_log10_p(z) - strength
        slope = (minus_log10_p(z * (1 + 1e-6)) - minus_log10_p(z)) / (z * 1e-6)
        z = np.maximum(z - gap / slope, z / 4)
    return z


def minus_log10_p_t(t: Doubles, df: Doubles) -> Doubles:
    """Two-sided p-values of Student's t; Hill's transformation from 1,000 degrees of freedom on."""
    a = df - 0.5
    z2 = a * np.log1p(t * t / df)
    up = (((-0.4 * z2 - 3.3) * z2 - 24) * z2 - 85.5) / (0.8 * z2 * z2 + 100 + 48 * a * a)
    hill = minus_log10_p_z(np.sqrt(z2) * (1 + (up + z2 + 3) / (48 * a * a)))
    with np.errstate(divide="ignore"):
        exact = -np.log10(2 * _special().stdtr(np.minimum(df, 1000), -np.abs(t)))
    return np.where((df < 1000) & np.isfinite(exact), exact, hill)


def minus_log10_p_z(z: Doubles) -> Doubles:
    """Two-sided normal p-values without the compiled kernel."""
    return -(_special().log_ndtr(-np.abs(z)) + np.log(2)) / np.log(10)


def _special() -> Any:
    """SciPy's special functions, which load slowly and are rarely needed."""
    return import_module("scipy.special")
