"""Work off the event loop, in a thread that nobody has to wait for.

The screen stays live meanwhile, and the program ends when it is told to: threads of asyncio's own
pool are waited for at the end, however long their work takes; these are not.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

__all__ = ["in_background"]

Result = TypeVar("Result")


def in_background(work: Callable[[], Result]) -> asyncio.Future[Result]:
    """Begin some work in a thread; what it returns or raises is the future's."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        def unless_left() -> None:
            if not future.done():
                settle()

        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(unless_left)

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            tell(partial(future.set_exception, error))
        else:
            tell(partial(future.set_result, result))

    threading.Thread(target=run, daemon=True).start()
    return future
