"""The C side's structures: sizes, and where the arrays are."""

import ctypes
from typing import Self

import numpy as np
from numpy.typing import NDArray


class View(ctypes.Structure):
    """A C structure that points into arrays, and keeps them for as long as it is itself kept."""

    arrays: tuple[NDArray[np.generic], ...] = ()

    @classmethod
    def of(cls, sizes: tuple[int, ...], arrays: tuple[NDArray[np.generic], ...]) -> Self:
        """The structure of these sizes and arrays, in the order of its fields."""
        view = cls(*sizes, *(array.ctypes.data for array in arrays))
        view.arrays = arrays
        return view


class GroupStruct(View):
    """The C side's `Group`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("people", "bytes", "members")),
        *((name, ctypes.c_int32) for name in ("covariates", "traits", "width", "tiles")),
        *((name, ctypes.c_void_p) for name in ("mask", "rows", "digits")),
        *((name, ctypes.c_void_p) for name in ("column_first", "column_digits", "column_unit", "trait_norm")),
    )


class BinaryStruct(View):
    """The C side's `Binary`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("members", "padded")),
        *((name, ctypes.c_int32) for name in ("terms", "firth")),
        *((name, ctypes.c_void_p) for name in ("who", "columns", "ill", "null", "halt")),
    )


class SaddleStruct(View):
    """The C side's `Saddle`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("members", "padded")),
        ("terms", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in ("who", "white", "risk", "ill")),
    )


class Columns(View):
    """The C side's `Columns`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("people", "strips", "members")),
        *((name, ctypes.c_int32) for name in ("columns", "padded", "width")),
        *((name, ctypes.c_void_p) for name in ("values", "weights", "rows")),
    )
