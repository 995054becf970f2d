"""Templates of pages and mails, whose texts come from the catalogues: `{% trans %}`, `_()` and `ngettext()` in them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from feedback.i18n import formats, language
from feedback.i18n.catalogues import translations


def _with_numbers(said: Any) -> Callable[..., str]:
    """Writes the whole numbers among the values of a text as the language does, as in: 1,484."""

    @pass_context
    def with_numbers(context: Context, *texts: str | int, **values: object) -> str:
        counted = {"num": texts[2]} if len(texts) > 2 else {}
        text: str = said(context, *texts, **{name: _written(value) for name, value in (counted | values).items()})
        return text

    return with_numbers


def _written(value: object) -> object:
    return formats.number(value) if type(value) is int else value


def environment(folder: Path) -> Environment:
    """Reads the templates of a folder. They escape what they are given; what they name and nobody gives is an error."""
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"]
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: translations(language()).gettext(message),
        lambda singular, plural, num: translations(language()).ngettext(singular, plural, num),
        pgettext=lambda context, message: translations(language()).pgettext(context, message),
        newstyle=True,
    )
    made.globals |= {name: _with_numbers(made.globals[name]) for name in ("gettext", "ngettext")}
    made.filters["number"] = formats.number
    made.filters["bdi"] = Markup("<bdi>{}</bdi>").format  # so that a name never turns the sentence that it stands in
    made.globals["page_language"] = formats
    return made
