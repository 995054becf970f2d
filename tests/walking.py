"""The walk without waiting for bells: every station, until nothing waits anywhere."""

from workers.notice import NOTICE
from workers.pipeline import CLEAN, GROUP
from workers.refit import REFIT
from workers.station import Worker, work_once


def walk(worker: Worker) -> None:
    moved = True
    while moved:
        moved = False
        for station in (CLEAN, GROUP, REFIT, NOTICE):
            while work_once(worker, station):
                moved = True
