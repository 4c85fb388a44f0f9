"""How the hub loads much at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """Keep the garbage collector out while so much is made that stays.

    What stays is put out of its sight afterwards: it would be looked through again and again, and nothing of it is garbage
    before the next loading, which begins by showing it again.
    """
    was_enabled = gc.isenabled()
    gc.unfreeze()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
