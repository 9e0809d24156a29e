"""Names of the columns of a lane and of what is believed of it."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
STOP, END, LOOP_AT, FREE_SPEED, JAM = range(5)
(
    QUEUE,
    SPREAD,
    SPEED,
    RATE,
    EXIT,
    RADAR,
    VIDEO,
    LOOP,
    TAKEN,
    GREEN_FOR,
    VIDEO_SHARE,
    LOOP_SHARE,
    INFLOW,
    OUTFLOW,
) = range(14)
STATE = 14
HORIZON = 60
RING = 64
SLOW_MPS = 1.4
ALIVE_S = 3.0
