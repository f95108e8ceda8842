"""Checking one file's data against its model, with every mistake at its place."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from pydantic import ValidationError

from blina.knowledge.problems import Problem
from blina.knowledge.schema import Record
from blina.knowledge.yaml_file import YamlFile

Model = TypeVar("Model", bound=Record)

_EXPECTED = {
    "type_error.str": "text",
    "type_error.integer": "a whole number",
    "type_error.float": "a number",
    "type_error.tuple": "a list",
    "type_error.list": "a list",
    "type_error.dict": "a group of keys and values",
    "type_error.mapping": "a group of keys and values",
    "type_error.bool": "true or false",
}


def validate(file: YamlFile, model: type[Model]) -> tuple[Model | None, list[Problem]]:
    """The file's content as a model.

    Args:
        file: as read.
        model: what the file may hold.

    Returns:
        The content, or None with what is wrong.
    """
    if file.problems:
        return None, file.problems
    if not isinstance(file.data, dict):
        return None, [file.problem((), "must hold keys and values")]
    try:
        return model.parse_obj(file.data), []
    except ValidationError as error:
        return None, _problems(file, error)


def _problems(file: YamlFile, error: ValidationError) -> list[Problem]:
    by_place: dict[tuple[str | int, ...], str] = {}
    for item in error.errors():
        place = tuple(step for step in item["loc"] if step != "__root__")
        # a value that may have several types has one error for each: one is enough
        by_place.setdefault(place, message(dict(item), _value(file.data, place)))
    return [file.problem(place, message) for place, message in by_place.items()]


def _value(data: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return None
    return data


def message(item: dict[str, Any], value: Any) -> str:
    """A pydantic error in words.

    Args:
        item: one of ``ValidationError.errors()``.
        value: what the file holds at that place.
    """
    kind = item["type"]
    if kind == "value_error.extra":
        return "this key is not known here"
    if kind == "value_error.missing":
        return "is missing"
    if kind == "type_error.none.not_allowed":
        return "is empty"
    allowed = item.get("ctx", {}).get("enum_values") or item.get("ctx", {}).get("permitted")
    if allowed:
        names = ", ".join(str(one.value if isinstance(one, Enum) else one) for one in allowed)
        return f"'{value}' is not one of {names}"
    expected = _EXPECTED.get(kind)
    if expected is None:
        return str(item["msg"])
    if isinstance(value, bool) and expected == "text":
        return "YAML takes this word for true or false; put it in quotes"
    if isinstance(value, (int, float)) and expected == "text":
        return "YAML takes this for a number; put it in quotes"
    return f"must be {expected}"
