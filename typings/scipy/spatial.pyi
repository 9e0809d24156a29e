from typing import Any

from numpy import float64, int32
from numpy.typing import ArrayLike, NDArray

class KDTree:
    n: int
    def __init__(self, data: ArrayLike) -> None: ...
    def query(self, x: ArrayLike, k: int = ..., *, distance_upper_bound: float = ...) -> tuple[Any, Any]: ...
    def query_ball_point(self, x: ArrayLike, r: float) -> list[int]: ...

class Voronoi:
    vertices: NDArray[float64]
    regions: list[list[int]]
    ridge_points: NDArray[int32]
    ridge_vertices: list[list[int]]
    point_region: NDArray[int32]
    def __init__(self, points: ArrayLike) -> None: ...
