"""What handlers are given: the request, and what the front door provides by name (`record`, `work_queue`)."""

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from feedback.record.db import Record
from feedback.record.work.queue import WorkQueue

AnyRequest = Request[object, object, State]
GivenRecord = NamedDependency[Record]
WorkQueueDependency = NamedDependency[WorkQueue]
