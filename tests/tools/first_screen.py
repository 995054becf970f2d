"""What a reader sees of an issue without scrolling: `python -m tests.tools.first_screen SIGN_IN_LINK [--width 320]`.

Prints the visible text of the first screen of every issue that is emerging, for readers who have not seen the product:
what is wrong, how sure is it, since when, who is affected, what comes next? (docs/benchmarks.md)
"""

import re
from urllib.parse import urljoin

import click
from playwright.sync_api import Locator, Page

from tests.browser import chromium

HEIGHT = 800
"""CSS pixels."""

SEEN = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const { top, bottom, width } = range.getBoundingClientRect();
    const shown = walker.currentNode.parentElement.checkVisibility() && width > 1;
    if (shown && top >= 0 && bottom <= innerHeight) found.push(walker.currentNode.textContent.trim());
  }
  return found.filter(Boolean);
}
"""


def seen(page: Page) -> list[str]:
    """Returns the texts that stand wholly on the first screen of a page, from its top."""
    return list(page.evaluate(SEEN))


@click.command()
@click.argument("link")
@click.option("--width", default=1280, help="CSS pixels.")
def main(link: str, width: int) -> None:
    """Follows a sign-in link, and prints the first screen of each emerging issue."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": HEIGHT})
        page.goto(link)
        page.goto(urljoin(link, "/dashboard"))
        for service in _links(page, r"/dashboard/[a-z0-9-]+"):
            page.goto(urljoin(link, service))
            for issue in _links(page.locator("article.card"), r"/dashboard/issues/[0-9a-f-]+"):
                page.goto(urljoin(link, issue))
                click.echo("\n".join([f"== {issue}", *seen(page), ""]))
                page.go_back()


def _links(place: Page | Locator, pattern: str) -> list[str]:
    """The addresses of a place that are like this, each once."""
    found = [it.get_attribute("href") or "" for it in place.locator("a[href]").all()]
    return list(dict.fromkeys(address for address in found if re.fullmatch(pattern, address)))


if __name__ == "__main__":
    main()
