"""Where runs are made: in this process, or by joblib on all cores or on many machines.

Each back end is a row. joblib is loaded when there is more than one thing to do at a time, and not
before; so are Dask and Ray.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from bpstepper.commands.common import CommandError
from bpstepper.training.runs import CANCELLED, Outcome, Run, perform

__all__ = ["BACKENDS", "Backend", "cores", "has_joblib", "performed"]

_PATIENCE = 10  # seconds to wait for a scheduler


@dataclass(frozen=True)
class Backend:
    """One row.

    Attributes:
        name: as joblib knows it.
        needs: the module besides joblib; empty for none.
        install: what brings it.
        help: where the runs are made.
        ready: (address of a scheduler or None, jobs) → a context in which joblib can use it.
        stop: ends its workers at once, after an interruption.
        hands_on: whether it hands on what is ready before all is.
    """

    name: str
    needs: str
    install: str
    help: str
    ready: Callable[[str | None, int], AbstractContextManager[Any]]
    stop: Callable[[], None] = lambda: None
    hands_on: bool = True


def _here(_address: str | None, _jobs: int) -> AbstractContextManager[Any]:
    return nullcontext()


def _stop_loky() -> None:
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)


@contextmanager
def _dask(address: str | None, jobs: int) -> Iterator[None]:
    """A client of the scheduler at an address, or of a cluster of this machine alone."""
    from distributed import Client, LocalCluster

    if address:
        with Client(address, timeout=_PATIENCE):
            yield
        return
    with (
        LocalCluster(
            n_workers=jobs, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster),
    ):
        yield


@contextmanager
def _ray(address: str | None, jobs: int) -> Iterator[None]:
    """A cluster at an address, or of this machine alone."""
    import ray
    from ray.util.joblib import register_ray

    ray.init(address=address, num_cpus=None if address else jobs, log_to_driver=False)
    register_ray()
    try:
        yield
    finally:
        ray.shutdown()


BACKENDS: dict[str, Backend] = {
    row.name: row
    for row in (
        Backend("loky", "", "joblib", "processes of this machine (default)", _here, _stop_loky),
        Backend("threading", "", "joblib", "threads of this process", _here),
        Backend(
            "multiprocessing", "", "joblib", "processes, as Python makes them", _here,
            hands_on=False,
        ),
        Backend(
            "dask", "distributed", "dask distributed", "Dask: this machine, or --scheduler's",
            _dask,
        ),
        Backend("ray", "ray", "ray", "Ray: this machine, or --scheduler's", _ray, hands_on=False),
    )
}  # fmt: skip
"""Every back end by its name."""


def has_joblib() -> bool:
    """Whether joblib is installed; it is not loaded."""
    return importlib.util.find_spec("joblib") is not None


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _perform_there(run: Run, parent: int) -> Outcome:
    """Make a run in another process: Ctrl-C is for the one that asked, which ends the others."""
    if os.getpid() != parent and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a fork has the handler of its parent
    return perform(run)


def performed(
    runs: Sequence[Run], jobs: int, backend: Backend | None, scheduler: str | None
) -> Generator[Outcome, None, None]:
    """The outcomes as they come, in any order.

    Args:
        runs: what to do.
        jobs: how many at a time.
        backend: where; None: one after the other in this process.
        scheduler: the address of Dask's scheduler or of Ray's head; None for this machine.

    Raises:
        CommandError: something is not installed, or there is nothing at the address.
    """
    CANCELLED.clear()
    if backend is None:
        yield from map(perform, runs)
        return
    for module, brings in (("joblib", "joblib"), (backend.needs, backend.install)):
        if module and importlib.util.find_spec(module) is None:
            raise CommandError(
                f"bpstepper: the back end {backend.name} needs {module}, which is not installed; "
                f"`pip install {brings}` brings it, and --jobs 1 does without"
            )
    import joblib

    done = False
    try:
        with ExitStack() as stack:
            try:
                stack.enter_context(backend.ready(scheduler, jobs))
            except (OSError, ValueError, RuntimeError) as error:
                said = (str(error).splitlines() or [type(error).__name__])[0]
                message = f"bpstepper: {backend.name} cannot be reached: {said}"
                raise CommandError(message) from None
            stack.enter_context(joblib.parallel_config(backend.name, n_jobs=jobs))
            work = (joblib.delayed(_perform_there)(run, os.getpid()) for run in runs)
            how = "generator_unordered" if backend.hands_on else "list"
            yield from joblib.Parallel(return_as=how)(work)
        done = True
    except Exception as error:
        stopped = _stopped_by(error)
        if stopped is None:
            raise
        raise stopped from None
    finally:
        if not done:
            CANCELLED.set()  # of the threads of this process
            with suppress(Exception):  # of workers that were only half started
                backend.stop()


def _stopped_by(error: BaseException) -> BaseException | None:
    """The interruption on which something else went wrong while joblib cleaned up; None if none."""
    found = error.__context__
    while isinstance(found, Exception):
        found = found.__context__
    return found
