from typing import Any, Literal, overload

from numpy import float64, int32
from numpy.typing import NDArray

@overload
def dijkstra(csgraph: Any, *, indices: Any) -> NDArray[float64]: ...
@overload
def dijkstra(
    csgraph: Any, *, indices: Any, return_predecessors: Literal[True]
) -> tuple[NDArray[float64], NDArray[int32]]: ...
def connected_components(csgraph: Any, *, directed: bool) -> tuple[int, NDArray[int32]]: ...
