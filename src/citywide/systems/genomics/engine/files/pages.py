"""Pages of a mapped file that are given back, so that a scan of any file keeps within its memory."""

import mmap


def give_back(file: mmap.mmap, start: int, stop: int) -> None:
    """The whole pages between two places; whoever looks there again reads them anew."""
    start += -start % mmap.PAGESIZE
    length = min(stop, len(file)) // mmap.PAGESIZE * mmap.PAGESIZE - start
    if length > 0 and hasattr(mmap, "MADV_DONTNEED"):
        file.madvise(mmap.MADV_DONTNEED, start, length)
