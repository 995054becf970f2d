"""The walk of one text message to its webhook stays as short as it is."""

from feedback.record.db import Record
from tests.conftest import RealServers
from tests.tools.walk_trace import Step, Trace, traced
from workers.runtime.model_loader import Tools

MOST_FUNCTIONS, MOST_FILES, MOST_RETURNS = 586, 136, 193
MOST_FUNCTIONS_OF_NOTICE, MOST_FILES_OF_NOTICE = 336, 66
"""What has been reached: the aim is 300 functions in 60 files, and 140 in 22 for noticing. Only ever lower these.

Where they are: 109 functions find what is beyond chance, 106 make a title of what people said, 106 clean and embed, 66
take the message in and store it, 50 tell of the signal and to whom, 43 deliver it; the rest claims, locks and reads.
They are 4,900 lines: in 300 functions they would be of 16 lines each, twice what a function of ours is, and 60 files
would hold nothing beside them. Read through once more for what need not run on the way of this message: a webhook's
words, which nobody reads, were written all the same, and dates and pages looked at that no text message has (37
functions, 10 files). What is left are steps with a meaning of their own; joining them would make no reading shorter.
Looking for what is urgent in all pieces of a batch together brought seven functions since, counting by the days that
are kept of large issues twelve and three files; there were 552. Reading the usual piece before the framework does, and
gathering what each turn of the event loop brings, have three and a file; telling new outbreaks, and titles, the rest.
It is 583 to 586, by what the process has done before. To name in both languages takes a file more.
The aims were set by a trace of 430 functions in 86 files of 14 folders, 210 in 37 for noticing; of the same version
(2ec43662) this tool tells 408 in 86 of 14, and 206 in 37: it counts alike, but for a lambda or two.
"""


def test_the_walk_of_a_text_message_is_no_longer_than_it_was(
    record: Record, tools: Tools, servers: RealServers
) -> None:
    whole, noticed = traced(record, tools, servers.database_url, servers.redis_url)
    assert {"ingest.channels.sms.twilio", "workers.actors.clean", "insights.detection.scan"} <= {
        step.module for step in whole.steps
    }
    assert whole.visits[-1][0].startswith("insights.alerts.delivery")
    assert len(whole.steps) <= MOST_FUNCTIONS and whole.files <= MOST_FILES and whole.returns <= MOST_RETURNS
    assert len(noticed.steps) <= MOST_FUNCTIONS_OF_NOTICE and noticed.files <= MOST_FILES_OF_NOTICE


def test_a_return_is_counted_for_each_file_that_is_entered_again() -> None:
    trace = Trace(tuple(Step(module, function) for module, function in ("ax", "bx", "ay", "az", "bz")))
    assert (len(trace.steps), trace.files, trace.returns) == (5, 2, 2)
