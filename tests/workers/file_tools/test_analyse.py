"""With a cleaner and an embedder that are quick and made up: what is tested is the way of a file, not the models."""

import csv
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from feedback.record.errors import Malformed
from feedback.record.limits import UNSEEN
from nlp.clean.cleaner import Cleaned, CleanStatement
from nlp.embed.checkpoint import UnusableModel
from nlp.group import topics
from workers.file_tools import analyse as subject
from workers.file_tools import parallel_clean, report

WORDS = ("badge", "bin", "parking", "school", "library", "pothole")


class FakeCleaner:
    def clean(self, texts: Sequence[str]) -> list[Cleaned]:
        return [self._one(text.replace("Ann Example", "[NAME]")) for text in texts]

    def _one(self, text: str) -> Cleaned:
        said = [part.strip() for part in text.split(".") if part.strip()]
        statements = tuple(
            CleanStatement(
                part, 0, len(part), "en", "praise" if "lovely" in part else "problem", part == "nothing", 0.5
            )
            for part in said
        )
        return Cleaned(text, (), "en", statements, (), None)


class FakeEmbedder:
    dimensions = 32

    def __init__(self, folder: Path | None = None, other: Path | None = None) -> None:
        if folder:
            raise UnusableModel(f"{folder} holds no model")

    def embedded_by(self, language: str) -> str:
        return "fake"

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            rows[row] = np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimensions) * 0.05
            rows[row, [place for place, word in enumerate(WORDS) if word in text]] += 1
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel_clean, "Cleaner", FakeCleaner)
    monkeypatch.setattr(subject, "MultilingualEmbedder", FakeEmbedder)


def table(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def result(folder: Path) -> list[dict[str, str]]:
    with (folder / "feedback.csv").open(newline="", encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def many_rows() -> list[str]:
    return [f"{number},the {WORDS[number % 3]} came late on day {number}" for number in range(90)]


def test_rows_keep_their_order_and_columns_and_learn_their_issue(tmp_path: Path) -> None:
    subject.analyse(table(tmp_path / "in.csv", "id,text", many_rows()), tmp_path / "out")
    rows = result(tmp_path / "out")
    assert [row["id"] for row in rows] == [str(number) for number in range(90)]
    assert list(rows[0]) == ["id", "text", "issue_id", "issue_title", "issue_tone", "redacted_text"]
    for word in range(3):
        assert len({row["issue_id"] for row in rows[word::3]}) == 1
    assert len({row["issue_id"] for row in rows}) == 3


def test_groups_are_issues_or_the_broad_themes_that_these_are_parts_of(tmp_path: Path) -> None:
    rows = [f"the {WORDS[number % 6]} came late on day {number}" for number in range(120)]
    source = table(tmp_path / "in.csv", "text", rows)
    fine, broad = (subject.analyse(source, tmp_path / it, breadth=it).rows for it in ("issue", "theme"))
    assert len(set(fine)) == 6 and 2 <= len(set(broad)) < 6
    assert len(set(zip(fine.tolist(), broad.tolist(), strict=True))) == 6, "each issue is in one theme"


def test_in_detail_an_issue_is_parted_that_no_statement_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = np.zeros(120, np.int32)
    monkeypatch.setattr(topics, "group", lambda vectors, texts, **how: everything)
    rows = [f"the {WORDS[number % 6]} came late on day {number}" for number in range(120)]
    source = table(tmp_path / "in.csv", "text", rows)
    issue, detail = (subject.analyse(source, tmp_path / it, breadth=it).rows for it in ("issue", "detail"))
    assert len(set(issue)) == 1 and len(set(detail)) > 2
    assert all(len(set(detail[word::6].tolist())) == 1 for word in range(6)), "what says the same stays together"


def test_no_cell_is_a_formula_and_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    rows = [*many_rows(), "90,＝HYPERLINK(A1) the bin", '91,"  =1+1 the bin"', "-2+3,@the badge"]
    subject.analyse(table(tmp_path / "in.csv", "id,text", rows), tmp_path / "out")
    for row in result(tmp_path / "out"):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝")) for cell in row.values())
    assert result(tmp_path / "out")[90]["text"] == "'＝HYPERLINK(A1) the bin"
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_what_nobody_sees_is_in_no_title_and_no_redacted_text(tmp_path: Path) -> None:
    hidden = "\x00\x1b[31m\u202e\x85"
    rows = [f"my {word}{hidden} is late" for word in WORDS for _ in range(8)]
    subject.analyse(table(tmp_path / "in.csv", "text", rows), tmp_path / "out")
    found = result(tmp_path / "out")
    assert {row["redacted_text"] for row in found} == {f"my {word}  [31m   is late" for word in WORDS}
    assert not any(UNSEEN.search(row["issue_title"]) for row in found)


def test_the_report_is_redacted_and_asks_nobody(tmp_path: Path) -> None:
    rows = [f"{row} and Ann Example knew" for row in many_rows()]
    subject.analyse(table(tmp_path / "in.csv", "id,text", rows), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Ann Example" not in page and "[NAME]" in page
    assert 'src="http' not in page and "<link" not in page


def test_what_citizens_wrote_is_never_run(tmp_path: Path) -> None:
    rows = [f"{row} </script><script>alert(1)</script><img src=x>" for row in many_rows()]
    subject.analyse(table(tmp_path / "in.csv", "id,text", rows), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page and "<img src=x>" not in page


def test_a_sentence_stands_under_each_title_and_says_where_few_say_what_the_title_says(tmp_path: Path) -> None:
    found = subject.analyse(table(tmp_path / "in.csv", "text", many_rows()), tmp_path / "out")
    sure, unsure = (
        replace(found, found=replace(found.found, topics=tuple(replace(it, sure=told) for it in found.found.topics)))
        for told in (True, False)
    )
    doubt = "Few say just this; for instance: "
    assert doubt not in report.render(sure)
    assert report.render(unsure).count(doubt) == sum(topic.tone == "issue" for topic in found.found.topics) > 0


def test_every_chart_has_a_table_and_plotly_is_there_once(tmp_path: Path) -> None:
    subject.analyse(table(tmp_path / "in.csv", "id,text", many_rows()), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.count('<figure role="img"') == page.count("<table>") == 3
    assert page.count("plotly.js v") == 1


@pytest.mark.parametrize("rows", [[], ["1,", "2,"], ["1,the bin", "2,the badge", "3,nothing", "4,the bin", "5,!!!"]])
def test_small_and_empty_files_are_analysed_too(tmp_path: Path, rows: list[str]) -> None:
    subject.analyse(table(tmp_path / "in.csv", "id,text", rows), tmp_path / "out")
    assert len(result(tmp_path / "out")) == len(rows)
    assert (tmp_path / "out" / "report.html").exists()


def test_an_unknown_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"'words'.*'id', 'text'"):
        subject.analyse(table(tmp_path / "in.csv", "id,text", many_rows()), tmp_path / "out", text_column="words")


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(Malformed):
        subject.analyse(tmp_path / "in.csv", tmp_path / "out")


def test_statements_go_into_the_analysts_frame_and_the_rest_is_grouped(tmp_path: Path) -> None:
    frame = table(tmp_path / "frame.csv", "theme,example", ["Blue badges,my badge is late"])
    subject.analyse(table(tmp_path / "in.csv", "id,text", many_rows()), tmp_path / "out", frame=frame)
    rows = result(tmp_path / "out")
    assert {row["issue_title"] for row in rows[::3]} == {"Blue badges"}
    assert "Blue badges" not in {row["issue_title"] for row in rows if int(row["id"]) % 3}
    assert len({row["issue_id"] for row in rows}) == 3


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    subject.analyse(
        table(tmp_path / "in.csv", "id,text", many_rows()),
        tmp_path / "out",
        progress=lambda step, done, total: told.append((step, done, total)),
    )
    assert [step for step, done, total in told if done == total] == ["clean", "embed", "group"]


def test_another_embedding_model_is_named_where_it_cannot_be_used(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", "id,text", many_rows())
    with pytest.raises(Malformed, match="no-model holds no model"):
        subject.analyse(source, tmp_path / "out", model=tmp_path / "no-model")


def test_praise_is_grouped_and_told_apart(tmp_path: Path) -> None:
    rows = [f"{number},lovely {WORDS[number % 2]} men on day {number}" for number in range(60)]
    analysis = subject.analyse(table(tmp_path / "in.csv", "id,text", [*many_rows(), *rows]), tmp_path / "out")
    assert [row["issue_tone"] for row in result(tmp_path / "out")] == ["issue"] * 90 + ["praise"] * 60
    titles = [topic.title for topic in analysis.found.topics if topic.tone == "praise"]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    apart, listed = page.rindex("Praise and thanks"), page.rindex("in people's words")
    assert titles and all(page.rindex(title) > apart > listed for title in titles)


def test_praise_that_no_word_tells_is_with_the_praise() -> None:
    said = [CleanStatement("", 0, 0, "en", "praise", False, 0.1)] * 60
    said += [CleanStatement("", 0, 0, "en", "problem", False, 0.65)] * 60
    said += [CleanStatement("", 0, 0, "en", "problem", False, 0.3)] * 2
    vectors = np.repeat(np.array([[0.6, 0.8], [0.8, -0.6]], np.float32), [60, 60], axis=0)
    found = subject._strata(said, np.vstack([vectors, vectors[[0, -1]]]), lambda language: "fake")
    assert [stratum.praise for stratum in found[-2:]] == [True, False]


@pytest.mark.parametrize(("number", "languages"), [(2_000, {"en"}), (200, {"en", "fr"})])
def test_a_language_told_of_hardly_any_is_english_misread(number: int, languages: set[str]) -> None:
    said = [CleanStatement("late", 0, 4, "en", "problem", False, 0.5)] * number
    said += [CleanStatement("non - judgmental", 0, 16, "fr", "problem", False, 0.5)] * 6
    assert {
        stratum.language
        for stratum in subject._strata(said, np.zeros((len(said), 2), np.float32), lambda language: "fake")
    } == languages
