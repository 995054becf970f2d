"""Titles for issues that the words of one statement name so far: those that people made and gave none."""

import uuid
from collections.abc import Mapping, Sequence

import numpy as np

from insights.statement_arrays import StatementArrays
from nlp.embed.vectors import Encode, by_group, centroids, inwards
from nlp.group import title_languages
from nlp.group.title_languages import Names


def names(
    statements: StatementArrays, nameless: Sequence[uuid.UUID], known: Sequence[str], encode: Encode
) -> Mapping[uuid.UUID, Names]:
    """Find a title for each of the nameless that holds any of the statements, unlike those that are `known`."""
    held = set(statements.issues)
    place = {issue: number for number, issue in enumerate(it for it in nameless if it in held)}
    if not place:
        return {}
    labels = np.array([place.get(issue, -1) if issue else -1 for issue in statements.issues], np.int32)
    middles = centroids(statements.vectors, labels)
    members = by_group(labels)
    groups = [inwards(statements.vectors, rows, middle) for rows, middle in zip(members, middles, strict=True)]
    found = title_languages.name(
        statements.texts,
        groups,
        statements.languages,
        known=known,
        vectors=statements.vectors,
        centroids=middles,
        encode=encode,
    )
    return dict(zip(place, found, strict=True))
