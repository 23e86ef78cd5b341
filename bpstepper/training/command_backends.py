"""Where runs are made: in this process, or by joblib on all cores or on many machines.

joblib hands the runs out, brings their outcomes back and ends its workers. It is loaded when there
is more than one thing to do at a time, and not before; so are Dask and Ray.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

from bpstepper.commands.common import CommandError
from bpstepper.training.runs import CANCELLED, Run, perform

__all__ = ["BACKENDS", "performed"]

_PATIENCE = 10  # seconds to wait for a scheduler


def _dask(address: str | None, jobs: int) -> AbstractContextManager[object]:
    from distributed import Client

    alone = {"n_workers": jobs, "threads_per_worker": 1, "dashboard_address": None}
    asked = {"timeout": _PATIENCE} if address else {**alone, "silence_logs": 50}
    client: AbstractContextManager[object] = Client(address, **asked)
    return client


def _ray(address: str | None, jobs: int) -> AbstractContextManager[object]:
    import ray
    from ray.util.joblib import register_ray

    register_ray()
    asked = {"address": address} if address else {"num_cpus": jobs}
    context: AbstractContextManager[object] = ray.init(**asked, log_to_driver=False)
    return context


BACKENDS: Mapping[str, Callable[[str | None, int], AbstractContextManager[object]]] = {
    **dict.fromkeys(("loky", "threading", "multiprocessing"), lambda *_: nullcontext()),
    "dask": _dask,
    "ray": _ray,
}
"""Each back end, as joblib calls it: (a scheduler's address or None, jobs) → what holds it up."""


def performed(
    runs: Sequence[Run], jobs: int, name: str | None, scheduler: str | None
) -> Generator[dict[str, Any], None, None]:
    """What comes of them, in the order of the runs, as they come.

    Args:
        runs: what to do.
        jobs: how many at a time.
        name: which back end; None: one after the other in this process.
        scheduler: the address of Dask's scheduler or of Ray's head; None for this machine.

    Raises:
        CommandError: something is not installed, or there is nothing at the address.
    """
    CANCELLED.clear()
    if name is None:
        yield from map(perform, runs)
        return
    with ExitStack() as stack:
        stack.callback(CANCELLED.set)  # threads of this process that an error leaves at work
        try:
            from joblib import Parallel, delayed, parallel_config
            from joblib.parallel import get_active_backend

            stack.enter_context(BACKENDS[name](scheduler, jobs))
        except ImportError as error:
            raise CommandError(
                f"bpstepper: the back end {name} needs {error.name}, which is not installed; "
                f"`pip install {error.name}` brings it, and --jobs 1 does without"
            ) from None
        except (OSError, ValueError, RuntimeError) as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            raise CommandError(f"bpstepper: {name} cannot be reached: {said}") from None
        stack.enter_context(parallel_config(name, n_jobs=jobs))
        hands_on = get_active_backend()[0].supports_return_generator
        work = (delayed(_perform_there)(run, os.getpid()) for run in runs)
        try:
            yield from Parallel(return_as="generator" if hands_on else "list")(work)
        except Exception as error:
            cause = error.__context__  # an interruption, if joblib stumbled while it cleaned up
            while isinstance(cause, Exception):
                cause = cause.__context__
            raise cause or error from None


def _perform_there(run: Run, parent: int) -> dict[str, Any]:
    """Make a run in another process: Ctrl-C is for the one that asked, which ends the others."""
    if os.getpid() != parent and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork has the handler of its parent
    return perform(run)
