"""Who has which number, keyword or address."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Service, ServiceAddress
from feedback.record.states import AddressKind


class ServiceDirectory:
    """Whose what comes is, at this moment; a keyword decides before a number, since a number may be shared."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(ServiceAddress.kind, ServiceAddress.value, ServiceAddress.keyword, Service.slug)
            .join(Service, Service.id == ServiceAddress.service_id)
            .order_by(ServiceAddress.id)
        )
        self._slugs: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for kind, value, keyword, slug in rows:
            self._slugs[kind, value][keyword] = slug

    def service_for(self, number: str, text: str) -> str | None:
        """`number`: digits alone, or the address of a mail."""
        word = (text.split() or [""])[0].strip(".,:;!").casefold()
        kind = AddressKind.MAIL if "@" in number else AddressKind.NUMBER
        having = self._slugs.get((kind, number), {}) if number else {}
        if having:
            return having.get(word) or having.get("") or next(iter(having.values()))
        return self._by_keyword(word) if word else None

    def _by_keyword(self, word: str) -> str | None:
        """At a number that nobody has: who has no number, else the only service that has the keyword at one."""
        anywhere = self._slugs.get((AddressKind.NUMBER, ""), {}).get(word)
        having = {slugs[word] for slugs in self._slugs.values() if word in slugs}
        return anywhere or (having.pop() if len(having) == 1 else None)
