"""The walk of one text message to its webhook stays as short as it is."""

from feedback.record.db import Record
from tests.conftest import RealServers
from tests.tools.walk_trace import Step, Trace, traced
from workers.runtime.model_loader import Tools

MOST_FUNCTIONS, MOST_FILES, MOST_RETURNS = 590, 139, 201
MOST_FUNCTIONS_OF_NOTICE, MOST_FILES_OF_NOTICE = 314, 62
"""What has been reached: the aim is 300 functions in 60 files, and 140 in 22 for noticing. Only ever lower these.

Checks at every door cost some twenty functions since they were first held; titles that are clauses, senders that are
told apart and the limit of a session to one service some fifty more; the encoder of other languages, planned work,
what is known now of a signal, and who is told in quiet hours, some thirty; words in the receiver's language, a second
look at what seems urgent, whether an old issue was meant, and snoozed issues some thirty again; the fast path of intake
and the words for how certain a finding is two files. Wrappers with one
caller have gone since, and files that always go together were joined: what is left are steps with a meaning of their
own (a third of them makes a title of what people said), and joining those would make the reading no shorter.
The functions of the walk are 5,200 lines: in 300 they would be of 17 lines each, twice what a function of ours is, and
60 files would hold nothing beside them. Gone through once more by a list of those with one caller and one statement:
each names a rule or a query; of the files with one or two functions on the walk (48) the rest is used by others. Groups
whose members say several things, and the store from which a page reads, brought a dozen functions since.
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
