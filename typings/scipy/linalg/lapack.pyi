from collections.abc import Callable
from typing import Any

sposv: Callable[..., Any]
