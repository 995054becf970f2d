"""What becomes of one text, for tests."""

from nlp.clean.cleaner import Cleaner


def redacted(cleaner: Cleaner, text: str) -> str:
    return cleaner.redact([text])[0][0]
