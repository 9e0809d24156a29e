from numpy import float64
from numpy.typing import ArrayLike, NDArray

def gaussian_filter(input: ArrayLike, sigma: float, *, mode: str = ...) -> NDArray[float64]: ...
