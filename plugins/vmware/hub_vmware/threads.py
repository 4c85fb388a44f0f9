"""Threads for calls that block, which end with the connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """So many threads of a name; whoever is cancelled while waiting leaves the call to end by itself."""

    def __init__(self, name: str, count: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def run(self, call: Callable[[], T]) -> T:
        """Call in a thread and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def end(self) -> None:
        """Take no more calls; the threads end when the calls under way have."""
        self._executor.shutdown(wait=False, cancel_futures=True)
