"""One cleaner for all tests of redaction: it takes seconds to load."""

import pytest

from nlp.clean.cleaner import Cleaner


@pytest.fixture(scope="session")
def cleaner() -> Cleaner:
    return Cleaner()
