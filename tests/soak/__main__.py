"""python -m tests.soak [TARGET ...]: mutations of all that reads bytes of strangers, two targets at once."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import click

from tests.soak.targets import REDACTOR, targets


@click.command()
@click.argument("names", nargs=-1, metavar="[TARGET ...]")
@click.option("--runs", default=10_000_000, show_default=True, help="Mutations of parsers and patterns together.")
@click.option("--redactor-runs", default=100_000, show_default=True, help="Mutations of the whole redactor.")
@click.option("--at-once", default=2, show_default=True, help="How many targets are tried at once.")
@click.option("--folder", default=".soak", type=click.Path(file_okay=False, path_type=Path), help="What broke one.")
def main(names: tuple[str, ...], runs: int, redactor_runs: int, at_once: int, folder: Path) -> None:
    """Try the targets named, or all; ends with 1 where one broke, and says where the text that broke it lies."""
    known = targets()
    if unknown := set(names) - known.keys():
        raise click.BadParameter(f"no target {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    each = runs // (len(known) - 1)
    with ThreadPoolExecutor(at_once) as pool:
        tried = {name: redactor_runs if name == REDACTOR else each for name in names or known}
        whole = list(pool.map(_is_whole, tried, tried.values(), repeat(folder)))
    raise SystemExit(not all(whole))


def _is_whole(name: str, runs: int, folder: Path) -> bool:
    begin = time.monotonic()
    command = [sys.executable, "-m", "tests.soak.fuzz", name, str(runs), str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.monotonic() - begin
    click.echo(f"{name}: {runs:,} mutations in {took:.0f} s, {'none' if ended.returncode == 0 else 'ONE'} broke it")
    if ended.returncode:
        click.echo(ended.stdout[-2_000:] + ended.stderr[-1_000:], err=True)
        click.echo(f"The text lies in {folder}.", err=True)
    return ended.returncode == 0


if __name__ == "__main__":
    main()
