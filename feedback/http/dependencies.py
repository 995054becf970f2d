"""What the front door gives to every handler that names it: `record`, and `bell`."""

from litestar.di import NamedDependency

from feedback.record.db import Record
from feedback.record.queue import Bell

GivenRecord = NamedDependency[Record]
GivenBell = NamedDependency[Bell]
