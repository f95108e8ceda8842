"""YAML that knows its lines: safe, without duplicate keys and without aliases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from blina.knowledge.problems import Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

_TEXT = "tag:yaml.org,2002:str"
_VALUES = {f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float")}
_MOST_LEVELS = 30  # far deeper than any file here; a deeper one is no honest mistake

Place = Sequence[str | int]


class YamlFile:
    """A file's data, and the line of any place in it.

    Args:
        path: the file.
        name: how problems call it.
        is_common: whether it belongs to every drug, so that it may hold what only another one needs.

    After construction, ``data`` is None when ``problems`` holds anything. ``below`` may be set to the common
    file that this one stands over: what is wrong with a place that is only there is said of that file.
    """

    below: YamlFile | None = None

    def __init__(self, path: Path, name: str, *, is_common: bool = False) -> None:
        self.name = name
        self.is_common = is_common
        self.problems: list[Problem] = []
        self.data: Any = None
        self._root: yaml.Node | None = None
        self._read(path)
        if self.problems:
            self.data = None

    def line(self, path: Place) -> int:
        """Line of the place, or of the nearest place around it that exists; from 1."""
        node = self._root
        line = 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line

    def has(self, path: Place) -> bool:
        """Whether there is such a place."""
        node = self._root
        for step in path:
            found = _child(node, step)
            if found is None:
                return False
            _, node = found
        return True

    def problem(self, path: Place, message: str) -> Problem:
        """A problem at a place of this file."""
        if self.below is not None and self.below.has(path) and not self.has(path):
            return self.below.problem(path, message)
        return Problem(self.name, self.line(path), field_name(path), message)

    def _read(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            return self._add(None, f"cannot be read: {error.strerror or error}")
        except UnicodeDecodeError as error:
            return self._add(error.object[: error.start].count(b"\n") + 1, "is not UTF-8 text")
        try:
            loader = _Loader(text)
            try:
                self._root = loader.get_single_node()
                if self._root is None:
                    return self._add(1, "is empty")
                self.data = self._plain(loader, self._root, (), set())
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._add(mark.line + 1 if mark else None, f"is not YAML: {error.problem or error.context}")
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else None
            self._add(line, f"is not YAML: {error.reason}")
        except yaml.YAMLError as error:
            self._add(None, f"is not YAML: {error}")
        except RecursionError:
            self._add(None, "is nested too deeply")

    def _plain(self, loader: Any, node: yaml.Node, path: tuple[str | int, ...], seen: set[int]) -> Any:
        """The node's data as plain Python values."""
        if isinstance(node, yaml.ScalarNode):
            if node.tag == _TEXT:
                return node.value
            try:
                if node.tag in _VALUES:
                    return loader.construct_object(node)
            except (ValueError, LookupError):  # "!!int" on something else, or on nothing
                pass
            return self._add_at(node, path, f"'{node.value}' cannot be read as a value; put it in quotes")
        if id(node) in seen:
            return self._add_at(node, path, "repeats another place (an alias); write it out")
        seen.add(id(node))
        if len(path) > _MOST_LEVELS:
            return self._add_at(node, path, "is nested too deeply")
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(loader, item, (*path, at), seen) for at, item in enumerate(node.value)]
        return self._mapping(loader, node, path, seen)

    def _mapping(
        self, loader: Any, node: yaml.Node, path: tuple[str | int, ...], seen: set[int]
    ) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                name = f"'{key.value}' " if isinstance(key, yaml.ScalarNode) else ""
                self._add_at(key, path, f"the key {name}is no text; put it in quotes")
            elif key.value in plain:
                self._add_at(key, (*path, key.value), "this key is already there")
            else:
                plain[key.value] = self._plain(loader, value, (*path, key.value), seen)
        return plain

    def _add(self, line: int | None, message: str) -> None:
        self.problems.append(Problem(self.name, line, "", message))

    def _add_at(self, node: yaml.Node, path: Place, message: str) -> None:
        self.problems.append(Problem(self.name, node.start_mark.line + 1, field_name(path), message))


def field_name(path: Place) -> str:
    """A place as people write it: ``symptoms[3].urgency``."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return re.sub(r"^\.", "", "".join(parts))


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node to point at and the node to go on from."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
