"""Words and lines of a drawing, as SVG text in one ink."""

from __future__ import annotations

from xml.sax.saxutils import escape


def text(x: float | str, y: float, words: str, anchor: str) -> str:
    """Words; ``anchor`` is where of them the point is: start, middle or end."""
    return f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}">{safe(words)}</text>'


def line(x: float | str, y: float, until: float | str, down: float, width: str, dashes: str = "") -> str:
    """A line from one point to another."""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x}" y1="{y:.1f}" x2="{until}" y2="{down:.1f}" stroke="currentColor"'
        f' stroke-width="{width}"{dashed}/>'
    )


def safe(words: str) -> str:
    """The words as XML can hold them."""
    return escape("".join(one for one in words if one.isprintable()))
