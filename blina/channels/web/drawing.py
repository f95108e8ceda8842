"""A drawing as the page can build it element by element: no text of the server is read as HTML there."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree


def drawing(svg: str) -> list[Any]:
    """The SVG as nested lists: name, attributes, and children, which are lists or text.

    Args:
        svg: made by this program.
    """
    return _nested(ElementTree.fromstring(svg))  # noqa: S314 - made by this program


def _nested(element: ElementTree.Element) -> list[Any]:
    children: list[Any] = [element.text] if (element.text or "").strip() else []
    children += [_nested(child) for child in element]
    return [element.tag.rpartition("}")[2], dict(element.attrib), children]
