"""Has a process with many threads give back the memory that it has freed."""

import ctypes

# From glibc's malloc.h. Set by hand, the thresholds no longer grow with the largest block that was freed.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_THRESHOLD_BYTES = 1 << 20
# glibc would let sixteen threads of a machine with two cores keep a heap each, and none shrinks for another.
_ARENAS = 2


def keep_heaps_small() -> None:
    """Bound the heaps of this process and of those that it forks; call it before the threads start.

    Does nothing where the C library is not glibc.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return
    for option, value in (
        (_M_ARENA_MAX, _ARENAS),
        (_M_MMAP_THRESHOLD, _THRESHOLD_BYTES),
        (_M_TRIM_THRESHOLD, _THRESHOLD_BYTES),
    ):
        set_option(option, value)
