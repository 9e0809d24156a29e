from collections.abc import Callable
from typing import Any

from numpy import float64
from numpy.typing import ArrayLike, NDArray

class OptimizeResult(dict[str, Any]):
    x: NDArray[float64]
    fun: float
    status: int

def brentq(f: Callable[[float], float], a: float, b: float, *, xtol: float = ..., rtol: float = ...) -> float: ...
def linprog(c: ArrayLike, *, A_eq: ArrayLike | None = None, b_eq: ArrayLike | None = None) -> OptimizeResult: ...
