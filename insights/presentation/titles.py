"""Which of its titles an issue is shown by: that in the language of the page where it has one."""

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
    ours = i18n.language()
    if ours in issue.titles:
        return ShownTitle(issue.titles[ours])
    spoken = (code for code, title in issue.titles.items() if title == issue.title)
    return ShownTitle(issue.title, next(spoken, None))
