"""python -m tests.packages WHEEL: installs the wheel with pip in an empty place, and runs the demo from it.

With --uv, that does both.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import click

from tests.packages.test_wheel import HEAVY

PORT = "8790"


@click.command()
@click.argument("wheel", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--uv", help="A uv that runs the demo straight from the wheel, as `uvx` does for a look.")
@click.option("--minutes", default=15, show_default=True, help="That the demo may take to be ready.")
def main(wheel: Path, uv: str | None, minutes: int) -> None:
    """Asks the registry that pip is set up with. Tells seconds and sizes; ends with 1 where something is amiss."""
    with tempfile.TemporaryDirectory() as folder:
        place, began = Path(folder), time.monotonic()
        if uv:
            command = [uv, "tool", "run", "--isolated", "--from", str(wheel.resolve()), "feedback", "demo"]
            click.echo(f"by uvx, the demo was ready after {_demo(place, command, 60 * minutes):.0f} s")
            return
        venv.create(place / "venv", with_pip=True)
        pip = [str(place / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", str(wheel)], check=True)
        told = subprocess.run([*pip, "list", "--format=json"], capture_output=True, check=True).stdout
        installed = {it["name"] for it in json.loads(told)}
        size = sum(it.lstat().st_size for it in place.rglob("*") if it.is_file()) / 1e9
        click.echo(f"{len(installed)} packages in {time.monotonic() - began:.0f} s, {size:.1f} GB")
        if heavy := HEAVY & installed:
            raise click.ClickException(f"pip has installed {', '.join(sorted(heavy))}")
        click.echo(
            f"the demo was ready after {_demo(place, [str(place / 'venv/bin/feedback'), 'demo'], 60 * minutes):.0f} s"
        )


def _demo(place: Path, command: list[str], seconds: float) -> float:
    """How long `feedback demo` took in an empty folder until it said where to look; it is ended by Ctrl-C."""
    empty, began = place / "empty", time.monotonic()
    empty.mkdir()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PORT": PORT}
    with (place / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=empty, env=env, stdout=log, stderr=log)
    try:
        while not (empty / ".feedback/demo.json").exists():
            if running.poll() is not None or time.monotonic() - began > seconds:
                raise click.ClickException((place / "log").read_text(errors="replace")[-2_000:])
            time.sleep(0.5)
        return time.monotonic() - began
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(60)


if __name__ == "__main__":
    sys.exit(main())
