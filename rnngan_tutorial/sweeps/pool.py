"""Where the jobs of a sweep are done: in this process, in others, or on a Dask cluster."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from .plan import Job
from .work import work

Rows = list[dict[str, Any]]
More = Callable[[], Job | None]  # the next job that can be done now, if there is one
RETRIES = 3


class Pool:
    """Does jobs; where more than one place is named, several at once.

    Parameters
    ----------
    folder : Path
    workers : int
        Processes. One alone works in this process.
    devices : list of str
        Given to the workers in turn, so that each has one of them. Empty for the default one.
    threads : int, optional
        Of each worker on the CPU.
    """

    def __init__(self, folder: Path, workers: int, devices: list[str], threads: int | None) -> None:
        self.folder, self.threads = folder, threads
        self.devices: list[str | None] = [devices[i % len(devices)] if devices else None
                                          for i in range(workers)]

    def placed(self, job: Job, place: int) -> Job:
        """A job, with the device and the threads of a place."""
        return {**job, "device": self.devices[place], "threads": self.threads}

    def do(self, more: More) -> Iterator[tuple[Job, Rows]]:
        """(job, rows) of each job that `more` gives, as they are done."""
        if len(self.devices) == 1:
            while (job := more()) is not None:
                yield job, work(self.placed(job, 0), self.folder)
            return
        places = [self._process() for _ in self.devices]  # a crash of one leaves the others
        try:
            yield from self._in_processes(more, places)
        finally:
            for process in places:
                process.shutdown(wait=False, cancel_futures=True)

    def _process(self) -> ProcessPoolExecutor:
        # Not by fork: a process with threads, or with CUDA, does not survive that.
        return ProcessPoolExecutor(1, get_context("spawn"))

    def _in_processes(self, more: More, places: list[ProcessPoolExecutor]
                      ) -> Iterator[tuple[Job, Rows]]:
        free = list(range(len(places)))
        again: list[tuple[Job, int]] = []
        waiting: dict[Future[Rows], tuple[Job, int, int]] = {}
        while True:
            while free and (next_ := again.pop() if again else _first(more)):
                job, tries = next_
                place = free.pop(0)
                future = places[place].submit(work, self.placed(job, place), self.folder)
                waiting[future] = job, place, tries
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                job, place, tries = waiting.pop(future)
                free.append(place)
                try:
                    yield job, future.result()
                except BrokenProcessPool:
                    places[place] = self._process()
                    if tries < RETRIES:
                        again.append((job, tries + 1))
                    else:
                        yield job, [{"error": f"its process died {tries + 1} times"}]


def _first(more: More) -> tuple[Job, int] | None:
    job = more()
    return None if job is None else (job, 0)


class Cluster:
    """Does jobs on a Dask cluster; what a lost worker had is done by another.

    Parameters
    ----------
    folder : Path
        Workers that see it too leave states and runs there.
    scheduler : str
        Its address, such as ``tcp://host:8786``.
    threads : int, optional
    """

    def __init__(self, folder: Path, scheduler: str, threads: int | None) -> None:
        self.folder, self.scheduler, self.threads = folder, scheduler, threads

    def do(self, more: More) -> Iterator[tuple[Job, Rows]]:
        """(job, rows) of each job that `more` gives, as they are done."""
        from distributed import Client, as_completed
        with Client(self.scheduler) as client:
            found = as_completed(with_results=True)
            jobs: dict[str, Job] = {}

            def fill() -> None:
                while len(jobs) < 2 * sum(client.nthreads().values()) and (job := more()):
                    future = client.submit(work, {**job, "threads": self.threads},
                                           self.folder, key=job["id"], retries=RETRIES)
                    jobs[future.key] = job
                    found.add(future)

            fill()
            for future, rows in found:
                yield jobs.pop(future.key), rows
                fill()
