"""How kernels are compiled: without counting references, which at every call costs more than most of their work.

They allocate nothing; room to work in is handed to them.
"""

from typing import Any

import numba

_njit: Any = numba.njit  # whose types do not know `_nrt`
compiled = _njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
inlined = _njit(cache=True, nogil=True, error_model="numpy", inline="always", _nrt=False)
