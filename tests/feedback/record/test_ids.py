"""Ids tell the order in which they were made."""

import datetime as dt
import itertools

from feedback.record.models import new_id


def test_ids_of_one_process_stay_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert sum(one > other for one, other in itertools.pairwise(made)) < 10, "the clock may be set back"
    assert len(set(made)) == len(made)


def test_an_id_is_a_uuid_of_version_7_that_tells_when_it_was_made() -> None:
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    told = dt.datetime.fromtimestamp((made.int >> 80) / 1000, dt.UTC)
    assert abs(dt.datetime.now(dt.UTC) - told) < dt.timedelta(seconds=5)
