"""Templates of pages and mails, whose texts come from the catalogues: `{% trans %}`, `_()` and `ngettext()` in them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feedback.i18n import formats, language
from feedback.i18n.catalogues import translations


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
    made.filters["number"] = formats.number
    made.globals["page_language"] = formats
    return made
