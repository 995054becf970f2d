"""The made-up town of Aberwen and its feedback: eight weeks, in whose last days two problems start, then a trickle."""

from feedback.demo.history import history, release, trickle
from feedback.demo.town import CALLER, PROBLEMS, SERVICES, DemoService, Problem

__all__ = ["CALLER", "PROBLEMS", "SERVICES", "DemoService", "Problem", "history", "release", "trickle"]
