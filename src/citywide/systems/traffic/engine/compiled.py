"""How the kernels of each second are compiled: without counting references, which costs more than a second of a lane.

They allocate nothing; room to work in is handed to them.
"""

from typing import Any

import numba

_njit: Any = numba.njit  # whose types do not know `_nrt`
compiled = _njit(cache=True, error_model="numpy", _nrt=False)
inlined = _njit(cache=True, error_model="numpy", inline="always", _nrt=False)
