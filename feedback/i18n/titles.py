"""Which of its titles an issue is shown by: that in the language that is spoken, where it has one."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from feedback import i18n


class Titled(Protocol):
    """What has a title, and titles by language."""

    @property
    def title(self) -> str:
        """The one it is known by, in whatever language."""

    @property
    def titles(self) -> dict[str, str]:
        """By language (ISO 639-1), the one it is known by among them unless a person gave it."""


class ShownTitle(NamedTuple):
    """A title, and its language where that is known and not the page's."""

    text: str
    language: str | None = None


def shown(issue: Titled) -> ShownTitle:
    """Return the title of an issue for a page in the language that is spoken now."""
    return of_titles(issue.title, issue.titles)


def of_titles(title: str, titles: Mapping[str, str]) -> ShownTitle:
    """Return the same of an issue that is known by this title, and has these by language."""
    ours = i18n.language()
    return ShownTitle(titles[ours]) if ours in titles else ShownTitle(title, language_of(title, titles))


def language_of(title: str, titles: Mapping[str, str]) -> str | None:
    """Return the language of the title that an issue is known by, where that is known."""
    return next((code for code, its in titles.items() if its == title), None)
