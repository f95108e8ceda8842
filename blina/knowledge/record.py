"""What all entries of the knowledge files are built on."""

from __future__ import annotations

from pydantic import BaseModel, StrictFloat, StrictInt, StrictStr, validator

Number = StrictInt | StrictFloat


class Record(BaseModel):
    """Base of all entries: cannot be changed, refuses unknown keys."""

    class Config:
        """Settings of pydantic."""

        extra = "forbid"
        frozen = True
        allow_population_by_field_name = True


class Source(Record):
    """A place in a document: ``section`` is a section id of ``documents.yml`` or its exact reference."""

    document: StrictStr
    section: StrictStr


class Mention(Source):
    """A place in a document that names something, with the document's own words."""

    term: StrictStr


def _not_empty(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    if not sources:
        raise ValueError("at least one source is needed")
    return sources


class Sourced(Record):
    """Base of entries that must say where they come from."""

    sources: tuple[Source, ...]

    _sources_not_empty = validator("sources", allow_reuse=True)(_not_empty)
