"""Streets and house numbers in a text: they tell where it is, never what it is."""

import re

_CHINESE = r"[\u4e00-\u9fff]{1,3}(?:大道|路|街|巷)\d+号(?:楼|院)?(?:对面|旁边|附近|门口|楼下)?"
_STREET = r"(?:[A-Z][\w']*\s+){1,3}(?:Street|Road|Lane|Avenue|Alley|Square|Quay|Bridge|Boulevard|Drive|Way)\b,?"
_NUMBER = r"(?:opposite|near|beside|by|at)?\s*\b(?:no\.|number|#)\s*\d+\b"
_ADDRESS = re.compile(f"{_CHINESE}|{_STREET}(?:\\s*{_NUMBER})?|{_NUMBER}")


def without_addresses(text: str) -> str:
    """The text with a gap where an address stood."""
    return _ADDRESS.sub(" ", text)
