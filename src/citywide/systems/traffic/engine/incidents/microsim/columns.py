"""Names of the columns of a vehicle and of a lane, of the kinds of vehicles, and of the arrays that hold them."""

import numpy as np
from numpy.typing import NDArray

SLOTS = 56
PLACE, SPEED, KIND, TRACK, PAUSE, HIDDEN = range(6)
STOP, END, LIMIT, PERMISSIVE, BUS_STOP, DEMAND, GREEN, SINCE, BLOCK = range(9)
UNSET, SERVED = -1.0, -3.0
NORMAL, ASIDE, STALLED, CRAWLING, AGAINST, BUS = 0, 1, 2, 3, 4, 5

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
