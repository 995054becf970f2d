"""What staff do meanwhile: they decide about issues, and erase what somebody wants erased."""

import random
from contextlib import suppress

import httpx

from tests.faults.citizens import URGENT, Ledger
from tests.whole.system import Running

KILLED_WITHIN_SECONDS = 1.0
ERASED = 3


def decide(running: Running, _: Ledger, draw: random.Random) -> str:
    """An issue is resolved, or two are merged; who gets no answer leaves it at that."""
    with suppress(httpx.HTTPError):
        found = running.http.get("/v1/services/blue-badge/issues")
        issues = [issue["id"] for issue in found.json()["items"]] if found.is_success else []
        if len(issues) > 1:
            one, other = draw.sample(issues, 2)
            if draw.random() < 0.5:
                wanted = {"status": "resolved", "reason": "Repaired"}
                answer = running.http.patch(f"/v1/issues/{one}", json=wanted)
            else:
                answer = running.http.post(f"/v1/issues/{one}/merge", json={"into": other, "reason": "The same"})
            assert answer.is_success or answer.status_code in (404, 409, 503), answer.text
            return f"an issue was decided about: {answer.status_code}"
    return "no issue was decided about"


def erase(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """A few pieces, each by a command that is killed at any point and given again until it goes through."""
    may = [it for it in ledger.pieces[: ledger.settled] if it.id and it.said != URGENT and not it.taken_back]
    chosen = draw.sample(may, k=min(ERASED, len(may) // 2))
    for piece in chosen:
        running.commands.run_through(
            "feedback", "erase", "--id", piece.id or "", killed_after=KILLED_WITHIN_SECONDS * draw.random()
        )
        piece.taken_back = True
    return f"erased {len(chosen)} pieces, killed at first"
