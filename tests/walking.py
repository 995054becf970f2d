"""The walk without waiting for bells: every station, until nothing waits anywhere."""

from workers.notice import NOTICE
from workers.pipeline import CLEAN, GROUP
from workers.refit import REFIT
from workers.station import Worker, work_once


def walk(worker: Worker) -> None:
    while any(
        [work_once(worker, CLEAN), work_once(worker, GROUP), work_once(worker, REFIT), work_once(worker, NOTICE)]
    ):
        pass
