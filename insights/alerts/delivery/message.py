"""The text of an alert, for people: what, since when, how many more than expected, how sure, on which channels."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from feedback.i18n import N_, TranslatedLabels, _, titles
from feedback.i18n.templates import environment
from feedback.record.models import Service
from feedback.record.states import AlertType, SignalTier
from insights.alerts.payload import TEST_PREFIX
from insights.presentation import contrasts, formats, labels, sentences
from insights.presentation.contrasts import Contrast
from insights.presentation.formats import one_line
from insights.presentation.schemas import SignalView

URGENCIES: Mapping[str, str] = TranslatedLabels(
    {
        "self_harm": N_("somebody may harm themselves"),
        "danger": N_("somebody may be in danger"),
        "safeguarding": N_("a child or an adult may be at risk"),
        "threat": N_("somebody is threatened"),
    }
)
MAX_HEADING_LENGTH = 90  # characters of a heading in a subject

_templates = environment(Path(__file__).parent / "templates")


@dataclass(frozen=True, slots=True)
class AlertText:
    """One alert in words; each of its `quotes` comes with the channel that it came by."""

    service: str
    heading: str
    lines: Sequence[str]
    quotes: Sequence[tuple[str, str]]
    link: str
    urgent: bool = False


class Footer(NamedTuple):
    """Why somebody gets a message, and the address with which they get no more of them."""

    why: str
    says: str
    address: str


def write(event: dict[str, Any], service: Service, now: dt.datetime) -> AlertText:
    """Puts an event, as `payload.event` makes it, into words, each of them one line whatever it was."""
    data = event["data"]
    heading, lines = _heading_and_lines(event["type"], data, service, now)
    if data.get("escalated"):
        heading, lines = (
            _("Not acknowledged: %(heading)s", heading=heading),
            [sentences.escalation(data["escalated"]), *lines],
        )
    if data.get("on_duty"):
        lines = [*lines, _("On duty: %(who)s.", who=data["on_duty"])]
    if data.get("test"):
        heading = f"{TEST_PREFIX} {heading}"
    quotes = [(one_line(quote["text"]), labels.BY_CHANNEL.get(quote["channel"], "")) for quote in data["quotes"]]
    lines, urgent = [one_line(line) for line in lines], event["type"] == AlertType.URGENT
    return AlertText(one_line(service.display_name), one_line(heading), lines, quotes, data["link"], urgent)


def _of_no_signal(type_: str, data: dict[str, Any], service: Service) -> tuple[str, list[str]] | None:
    """None for what tells of a signal."""
    if type_ == AlertType.URGENT:
        about = URGENCIES.get(data["urgent"].get("kind", ""), _("somebody may need help now"))
        came = labels.BY_CHANNEL.get(data["urgent"]["channel"], "")
        return _("Urgent: %(about)s", about=about), [_("One message, %(channel)s, that cannot wait.", channel=came)]
    if type_ == AlertType.SILENT:
        came = labels.BY_CHANNEL.get(data["silence"]["channel"], "")
        said = _("Silent: nothing comes %(channel)s", channel=came)
        return said, [sentences.silence(data["silence"], service.properties.time_zone)]
    if type_ == AlertType.SUBSCRIPTION_ENDED:
        return _("This subscription is switched off: %(name)s", name=data["subscription"]), [_(data["why"])]
    return None


def _heading_and_lines(type_: str, data: dict[str, Any], service: Service, now: dt.datetime) -> tuple[str, list[str]]:
    if told := _of_no_signal(type_, data, service):
        return told
    signal = msgspec.convert(
        {"tier": SignalTier.SIGNAL, "evidence": {}, **data["signal"], "feedback_ids": []}, SignalView, strict=False
    )
    lines = [*sentences.describe_signal(signal, now, service.properties.time_zone)]
    if found := data["signal"].get("contrasts"):
        lines.append(contrasts.in_words(msgspec.convert(found, list[Contrast])))
    lines.append(_("Channels: %(channels)s.", channels=formats.channel_counts(signal.by_channel)))
    count, reports = data["signal"]["reports"], sentences.reports(data["signal"]["reports"])
    title = titles.of_titles(data["issue"]["title"], data["issue"]["titles"]).text if data["issue"] else ""
    if type_ == AlertType.ENDED:
        was = _("It was %(reports)s.", reports=reports)
        return _("Over: %(title)s", title=title), [sentences.end(data["ended"]), was, *lines]
    if type_ == AlertType.UPDATE:
        heading = _("Now %(reports)s: %(title)s", reports=reports, title=title)
        return heading, [sentences.growth(data["update"]["was"]), *lines]
    if count > signal.observed:
        lines.append(_("By now it is %(reports)s.", reports=reports))
    if "theme" in data:
        services = len(data["theme"]["services"])
        return _("In %(count)s services: %(title)s", count=services, title=data["theme"]["title"]), lines
    label = labels.ALERT_KINDS["good_news" if type_ == AlertType.GOOD_NEWS else signal.kind]
    return f"{label}: {title}", lines


def subject(texts: Sequence[AlertText]) -> str:
    """Writes the subject of a message with these alerts."""
    first = texts[0].heading
    first = first if len(first) <= MAX_HEADING_LENGTH else f"{first[: MAX_HEADING_LENGTH - 1]}…"
    if len(texts) > 1:
        first = _("%(first)s and %(count)s more", first=first, count=len(texts) - 1)
    return f"[{texts[0].service}] {first}"


def plain(texts: Sequence[AlertText], footer: Footer | None = None) -> str:
    """Writes a message with these alerts as plain text."""
    last = [f"{footer.why} {footer.says}: {footer.address}"] if footer else []
    return "\n\n\n".join(["\n\n".join(_plain(text) for text in texts), *last])


def _plain(text: AlertText) -> str:
    quotes = [f"“{words}”\n({channel})" for words, channel in text.quotes]
    return "\n\n".join([f"{text.heading}\n{text.service}", "\n".join(text.lines), *quotes, text.link])


def html(texts: Sequence[AlertText], footer: Footer | None) -> str:
    """Writes a message with these alerts as HTML."""
    return _templates.get_template("mail.html").render(texts=texts, footer=footer, title=subject(texts))
