"""A text that people see, in the languages they read."""

from msgspec import Struct


class Text(Struct, frozen=True):
    """The same words in English and Chinese; placeholders are filled with `format`."""

    en: str
    zh: str

    def format(self, **values: object) -> "Text":
        """Fill the placeholders of both languages with the same values."""
        return Text(self.en.format(**values), self.zh.format(**values))

    def __str__(self) -> str:
        return self.en
