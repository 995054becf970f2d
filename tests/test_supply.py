"""What it is made of comes by exact versions and hashes, and what runs it in containers limits and watches it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_house import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXACT = re.compile(r":\d+\.\d+\.\d+(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$")
"""The tag of an image that names one release."""
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_every_image_has_the_tag_of_one_release() -> None:
    bought = {name: service["image"] for name, service in SERVICES.items() if "build" not in service}
    based = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(bought) >= 2 and len(based) == 1
    assert [image for image in [*bought.values(), *based] if not EXACT.search(image)] == []


def test_the_page_that_tells_how_to_pin_images_names_the_ones_that_are_used() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    [services] = re.findall(r"--lock-image-digests --output \S+ (.+)", page)
    assert set(services.split()) == {name for name, service in SERVICES.items() if "build" not in service}
    [image] = re.findall(r"^    python=(\S+)$", page, re.MULTILINE)
    assert f"ARG PYTHON_IMAGE={image}\n" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert all(image in service["build"]["args"]["PYTHON_IMAGE"] for service in SERVICES.values() if "build" in service)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_limited_in_memory_and_rights_and_its_health_is_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["healthcheck"].get("test") or service["restart"] == "no"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_file_has_one_version_and_hashes_and_no_host(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    bare = [it.split("\n")[0] for it in packages if not (re.match(r"[\w.-]+==\S+", it) and "--hash=sha256:" in it)]
    assert len(LOCKS) == 5 and bare == []
    assert "://" not in text and "index-url" not in text
