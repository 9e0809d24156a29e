"""What is said of files and requests that cannot be used."""


class InputError(ValueError):
    """Something that was given cannot be used: says what, where, and what was expected."""


class FileError(InputError):
    """A file that is not what its name promises."""
