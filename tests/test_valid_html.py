"""Every page, in English and in Welsh: the Nu Html Checker finds no error."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from tests.npm import install
from tests.test_every_page import page_paths

CHECKER = Path(__file__).parent / "html_checker"
JAR = "node_modules/vnu-jar/build/dist/vnu.jar"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Skips where there is no Java, or where it cannot be had."""
    if not shutil.which("java"):
        pytest.skip("no Java here")
    place = tmp_path_factory.mktemp("checker")
    install(CHECKER, place)
    return ("java", "-jar", str(place / JAR), "--skip-non-html", "--errors-only")


def test_every_page_is_valid_html(
    checker: tuple[str, ...], app: Litestar, client: TestClient[Litestar], record: Record, tmp_path: Path
) -> None:
    with record.transaction() as session:
        link = access.create(session, "link", Role.admin, None)
    client.get(f"/sign-in/{link}")
    paths = page_paths(app, record)
    for language in ("en", "cy"):
        for path in paths:
            answer = client.get(path, headers={"Accept-Language": language}, follow_redirects=False)
            if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
                name = re.sub(r"\W+", "_", f"{language}{path}")[:200]
                (tmp_path / f"{name}.html").write_text(answer.text, encoding="utf-8")
    assert len(list(tmp_path.iterdir())) > 60
    checked = subprocess.run((*checker, str(tmp_path)), capture_output=True, text=True, timeout=300, check=False)
    wrong = [line.rpartition("/")[2] for line in checked.stderr.splitlines() if line.startswith('"')]
    assert wrong == []
    assert checked.returncode == 0, checked.stderr
