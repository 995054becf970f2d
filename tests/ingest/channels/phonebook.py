"""A directory for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PhoneBook:
    """One number, one address and one keyword."""

    numbers: Mapping[str, str] = field(
        default_factory=lambda: {"447700900999": "blue-badge", "feedback@council.example": "blue-badge"}
    )
    keywords: Mapping[str, str] = field(default_factory=lambda: {"parks": "parks"})

    def service_for(self, number: str, text: str) -> str | None:
        first = (text.split() or [""])[0].lower()
        return self.keywords.get(first) or self.numbers.get(number)
