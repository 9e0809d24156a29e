"""A text that people see, in the languages they read."""

from msgspec import Struct


class Text(Struct, frozen=True):
    """The same words in English and Chinese; placeholders are filled with `format`."""

    en: str
    zh: str

    def format(self, **values: object) -> "Text":
        """Fill the placeholders of both languages with the same values."""
        return Text(self.en.format(**values), self.zh.format(**values))

    @property
    def both(self) -> str:
        """One string that readers of either language can read, as the names of things are: `Elm Street · 榆树街`."""
        return self.en if self.en == self.zh else f"{self.en} · {self.zh}"

    def __str__(self) -> str:
        return self.en
