"""Who serves the made-up town, and what goes wrong there."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.demo.voices import DemoChannel
from feedback.record.models import OrganisationFacts

CALLER = "demo"


@dataclass(frozen=True, slots=True)
class DemoService:
    """A service of the town.

    `welsh_name` is what it is called in Welsh, `phrases` its file of phrasings; `pieces` come in on an ordinary
    Wednesday; `attribute` is what its channels tell of each (`places` are its values); `pages` are where its citizens
    write from; `owner` answers for it, at the mail address `owner_email`.
    """

    slug: str
    name: str
    welsh_name: str
    department: str
    nation: str
    phrases: str
    pieces: int
    attribute: str
    places: tuple[str, ...]
    pages: tuple[str, ...]
    owner: str
    owner_email: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that starts to go wrong: `daily` are the reports of each of the last 24 hours, the oldest first."""

    service: str
    topic: str
    channels: Mapping[DemoChannel, float]
    daily: tuple[int, ...]


_COUNCIL = "Aberwen Council"
ORGANISATION = OrganisationFacts(_COUNCIL, names={"cy": "Cyngor Aberwen"})
_WARDS = ("Harbour", "Castle", "Pont Eirin", "Cwm Helyg", "Llandderw", "Station")
_COUNCIL_SITE = "https://www.aberwen.example"
_LICENCE_SITE = "https://renew.licences.example"

SERVICES = (
    DemoService(
        "blue-badge",
        "Blue Badge",
        "Bathodyn Glas",
        _COUNCIL,
        "wales",
        "blue-badge",
        31,
        "ward",
        _WARDS,
        (f"{_COUNCIL_SITE}/blue-badge/apply", f"{_COUNCIL_SITE}/blue-badge/renew", f"{_COUNCIL_SITE}/blue-badge"),
        "Sioned Pugh",
        "sioned.pugh@aberwen.example",
    ),
    DemoService(
        "bins-and-recycling",
        "Bins and recycling",
        "Biniau ac ailgylchu",
        _COUNCIL,
        "wales",
        "bins-and-recycling",
        35,
        "ward",
        _WARDS,
        (f"{_COUNCIL_SITE}/bins/report", f"{_COUNCIL_SITE}/bins/calendar", f"{_COUNCIL_SITE}/recycling-centre"),
        "Idris Vaughan",
        "idris.vaughan@aberwen.example",
    ),
    DemoService(
        "council-tax",
        "Council tax",
        "Treth y cyngor",
        _COUNCIL,
        "wales",
        "council-tax",
        33,
        "ward",
        _WARDS,
        (f"{_COUNCIL_SITE}/council-tax", f"{_COUNCIL_SITE}/my-account", f"{_COUNCIL_SITE}/council-tax/moving"),
        "Carys Beynon",
        "carys.beynon@aberwen.example",
    ),
    DemoService(
        "licence-renewal",
        "Renew a driving licence",
        "Adnewyddu trwydded yrru",
        "Department for Licences",
        "england",
        "licence-renewal",
        32,
        "office",
        ("Northgate", "Westbrook", "Canal Street"),
        (f"{_LICENCE_SITE}/start", f"{_LICENCE_SITE}/identity", f"{_LICENCE_SITE}/pay", f"{_LICENCE_SITE}/help"),
        "Harriet Osei",
        "harriet.osei@licences.example",
    ),
)

PROBLEMS = (
    Problem("blue-badge", "photo-upload", {"web": 0.7, "sms": 0.3}, (5, 8, 12)),
    Problem("licence-renewal", "letter-barcode", {"call": 1.0}, (2, 3, 5, 7)),
)

URGENT = (
    Problem("blue-badge", "cannot-wait", {"web": 1.0}, (1,)),
    Problem("council-tax", "cannot-wait", {"web": 1.0}, (1,)),
    Problem("bins-and-recycling", "cannot-wait", {"web": 1.0}, (1,)),
)
"""What one citizen says once, and that cannot wait: by name, in riddles, in Welsh."""
