"""What a resident writes, with the numbers that tell who somebody is taken out."""

import re

_TELLING = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)\+?0?\d{2,4}[- ]\d{3,4}[- ]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)\d{16,19}(?!\d)"),
)
PHONE = re.compile(r"^\+?[\d()\s-]{5,24}$")


def without_numbers_of_people(text: str) -> str:
    """Telephone, identity and bank card numbers and addresses of mail become ▇▇▇."""
    for pattern in _TELLING:
        text = pattern.sub("▇▇▇", text)
    return text
