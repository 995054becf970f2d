"""Children stay alive while the block lasts, and none outlives it."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from feedback.process.supervisor import PAUSES, Child, Supervisor, sigterm_is_ctrl_c
from tests.feedback.process.processes import ROOT, eventually, lives


def script(text: str, *, name: str = "child", log: Path | None = None) -> Child:
    return Child(name, (sys.executable, "-I", "-S", "-c", textwrap.dedent(text)), log=log)


def numbers(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def sleeper(log: Path, also: str = "") -> Child:
    """Tells its process number in `log`, then waits for its end."""
    return script(
        f"import os, signal, subprocess, time\nprint(os.getpid(), flush=True)\n{also}\ntime.sleep(600)", log=log
    )


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        supervisor.start(sleeper(log))
        for times in (1, 2, 3):
            eventually(lambda: len(numbers(log)) == times)  # noqa: B023
            os.kill(numbers(log)[-1], signal.SIGKILL)
        eventually(lambda: len(numbers(log)) == 4)
    assert len(set(numbers(log))) == 4


def test_all_children_start_anew_when_they_are_asked_to(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with Supervisor() as supervisor:
        supervisor.start(sleeper(one))
        supervisor.start(sleeper(other))
        eventually(lambda: numbers(one) and numbers(other))
        supervisor.restart()
        eventually(lambda: len(numbers(one)) == 2 and len(numbers(other)) == 2)


def test_one_that_keeps_dying_is_started_ever_more_slowly_yet_within_two_seconds() -> None:
    assert PAUSES[0] == 0
    assert list(PAUSES) == sorted(PAUSES)
    assert PAUSES[-1] < 2


def test_one_that_may_die_so_often_is_given_up_then() -> None:
    with Supervisor() as supervisor:
        supervisor.start(Child("child", ("false",), tries=2))
        eventually(supervisor.has_given_up)


def test_what_happens_is_told(tmp_path: Path) -> None:
    heard: list[str] = []
    with Supervisor(tell=lambda event, **_: heard.append(event)) as supervisor:
        supervisor.start(sleeper(tmp_path / "log"))
        eventually(lambda: numbers(tmp_path / "log"))
        os.kill(numbers(tmp_path / "log")[0], signal.SIGKILL)
        eventually(lambda: len(numbers(tmp_path / "log")) == 2)
    assert heard == ["child_started", "child_died", "child_started", "child_ended"]


def test_the_end_of_the_block_ends_every_child_and_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    grandchild = "print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    with Supervisor() as supervisor:
        supervisor.start(sleeper(log, grandchild))
        supervisor.start(sleeper(log))
        eventually(lambda: len(numbers(log)) == 3)
    eventually(lambda: not any(lives(pid) for pid in numbers(log)))


def test_a_child_that_leaves_something_behind_has_it_swept_up_before_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        supervisor.start(sleeper(log, "print(subprocess.Popen(['sleep', '600']).pid, flush=True)"))
        eventually(lambda: len(numbers(log)) == 2)
        os.kill(numbers(log)[0], signal.SIGKILL)
        eventually(lambda: len(numbers(log)) == 4)
        eventually(lambda: not lives(numbers(log)[1]))


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor(grace=0.1) as supervisor:
        supervisor.start(
            script(
                """
                import os, signal, time
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                print(os.getpid(), flush=True)
                time.sleep(600)
                """,
                log=log,
            )
        )
        eventually(lambda: numbers(log))
    assert not lives(numbers(log)[0])


def test_children_are_asked_to_end_before_they_are_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        supervisor.start(
            script(
                """
                import signal, sys, time
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(2, flush=True)))
                print(1, flush=True)
                time.sleep(600)
                """,
                log=log,
            )
        )
        eventually(lambda: numbers(log) == [1])
    assert numbers(log) == [1, 2]


def test_a_command_that_is_not_there_is_named_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        supervisor.start(Child("child", ("/nowhere/at-all",), log=log))
        eventually(lambda: log.exists() and log.read_text().count("No such file") > 1)
    assert "/nowhere/at-all: No such file or directory" in log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may run a child as another")
def test_a_child_runs_as_whom_it_is_told_even_in_a_folder_that_this_one_cannot_walk_to(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    here = closed / "here"
    here.mkdir()
    log = tmp_path / "log"
    with Supervisor() as supervisor:
        command = ("sh", "-c", "id -u; id -g; id -G; exec sleep 600")
        supervisor.start(Child("child", command, cwd=here, uid=61100, gid=61101, log=log))
        eventually(lambda: numbers(log) == [61100, 61101, 61101])


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells children of their parent's death")
def test_no_child_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
            import time
            from pathlib import Path
            from feedback.process.supervisor import Child, Supervisor
            with Supervisor() as supervisor:
                supervisor.start(Child("child", ("sh", "-c", "echo $$; exec sleep 600"), log=Path({str(log)!r})))
                time.sleep(600)
            """),
        ],
        cwd=ROOT,
    )
    eventually(lambda: numbers(log))
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not lives(numbers(log)[0]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_sigterm_leaves_the_block_as_ctrl_c_does(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), sigterm_is_ctrl_c():
        signal.raise_signal(number)
        time.sleep(60)
    assert signal.getsignal(number) == before


def test_a_second_sigterm_does_not_cut_the_way_out_short() -> None:
    way_out: list[str] = []
    with pytest.raises(KeyboardInterrupt), sigterm_is_ctrl_c():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            way_out.append("walked to its end")
    assert way_out
