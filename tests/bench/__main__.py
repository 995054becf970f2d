"""python -m tests.bench [NAME ...] [--json FILE]: runs the benchmarks named, or all."""

import importlib
import json
import os
import pkgutil
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console

from tests import bench
from tests.bench import Report, Skipped


def benchmarks() -> Mapping[str, Callable[[Report], None]]:
    names = sorted(it.name for it in pkgutil.iter_modules(bench.__path__) if not it.name.startswith("_"))
    modules = {name: importlib.import_module(f"tests.bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings here too.")
def main(names: tuple[str, ...], file: Path | None) -> None:
    """Run the benchmarks named, or all of them."""
    known, console = benchmarks(), Console()
    if unknown := set(names) - known.keys():
        raise click.BadParameter(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    found, failed = {}, False
    for name in names or known:
        console.rule(name)
        found[name] = report = Report(console)
        failed |= not _ran(known[name], report)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            json.dumps({"machine": machine(), "benchmarks": {it: told(found[it]) for it in found}}, indent=1)
        )
    raise SystemExit(failed)


def _ran(run: Callable[[Report], None], report: Report) -> bool:
    """Whether nothing went wrong; the benchmarks that follow run in any case."""
    try:
        run(report)
    except Skipped as reason:
        report.remark(f"Skipped: {reason}")
    except Exception as error:
        report.remark(f"Failed: {error!r}")
        report.console.print_exception()
        return False
    return True


def told(report: Report) -> Mapping[str, object]:
    return {"tables": report.tables, "remarks": report.remarks}


def machine() -> Mapping[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor(),
        "processors": os.cpu_count(),
        "memory GB": round(memory / 1e9, 1),
        "load": os.getloadavg(),
    }


def processor() -> str:
    """Its name, where Linux tells it; else what Python calls it."""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return platform.processor()


if __name__ == "__main__":
    main()
