"""The way of a request through the layers as a picture: SVG, once from left to right and once upright.

Each layer is a stop, in the order in which AWS checks them; its sign and its word tell the verdict, and the stop that
decides is filled. Behind it the line is broken: no request comes further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policysim.evaluation.decision import Verdict
from policysim.reports.markup import Markup, element, group
from policysim.reports.text_blocks import verdict_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policysim.reports.blocks import LayerRow

TONE: Final[dict[Verdict, str]] = {
    Verdict.ALLOW: "allow",
    Verdict.NO_IMPACT: "none",
    Verdict.IMPLICIT_DENY: "deny",
    Verdict.EXPLICIT_DENY: "deny",
    Verdict.UNKNOWN: "open",
}
"""The class of the style sheet for each verdict."""

_SIGNS: Final[dict[str, str]] = {
    "allow": "M-6 0.5 L-1.8 5 L6.5 -4.5",
    "deny": "M-5 -5 L5 5 M5 -5 L-5 5",
    "none": "M-5.5 0 L5.5 0",
    "open": "M-3.4 -3.2 A3.6 3.6 0 1 1 0 1.2 L0 2.6 M0 6.4 L0 6.5",
}
_STEP, _ROW = 116, 58
_RADIUS, _WIDE_RADIUS = 15, 18
_LINE_LENGTH = 14


def layer_picture(rows: Sequence[LayerRow], name: str) -> Markup:
    """Both pictures of one report; ``name`` tells them apart from those of other reports on the page."""
    return group((_level(rows, f"{name}-level"), _upright(rows, f"{name}-upright")))


def _level(rows: Sequence[LayerRow], name: str) -> Markup:
    stops = len(rows) + 2
    width, at = _STEP * stops, 62

    def x(number: int) -> float:
        return _STEP * (number + 0.5)

    lines = [
        element("path", class_=_line_class(rows, number), d=f"M{x(number)} {at} H{x(number + 1)}")
        for number in range(stops - 1)
    ]
    drawn = [_layer_stop(row, x(number), at) for number, row in enumerate(rows, 1)]
    words = [group(_captions(row, x(number), at)) for number, row in enumerate(rows, 1)]
    ends = [_end("caller", x(0), at, x(0), at + 44), _end("resource", x(stops - 1), at, x(stops - 1), at + 44)]
    return _picture("level", name, (width, 152), rows, [*lines, *ends, *drawn, *words])


def _captions(row: LayerRow, x: float, y: float) -> Iterator[Markup]:
    """Name and verdict below a stop; a long name goes over two lines."""
    lines = _wrapped(row.title)
    for number, line in enumerate(lines):
        yield _words(line, x, y + 44 + 17 * number, row, "name")
    yield _words(verdict_word(row.verdict), x, y + 44 + 17 * len(lines), row, "word")
    if row.decides:
        yield _words(_decision_word(row), x, y - 34, row, "word")


def _decision_word(row: LayerRow) -> str:
    return "refuses" if TONE[row.verdict] == "deny" else "undecided"


def _words(words: str, x: float, y: float, row: LayerRow, class_: str) -> Markup:
    decides = " decides" if row.decides else ""
    inner = element("text", words, class_=class_, x=x, y=y, text_anchor="middle", font_size=13)
    return element("g", inner, class_=TONE[row.verdict] + decides)


def _wrapped(title: str) -> list[str]:
    lines = [""]
    for word in title.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE_LENGTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _upright(rows: Sequence[LayerRow], name: str) -> Markup:
    stops = len(rows) + 2

    def y(number: int) -> float:
        return _ROW * (number + 0.5)

    lines = [
        element("path", class_=_line_class(rows, number), d=f"M30 {y(number)} V{y(number + 1)}")
        for number in range(stops - 1)
    ]
    drawn = [
        element("g", _layer_stop(row, 30, y(number)), _beside(row, y(number))) for number, row in enumerate(rows, 1)
    ]
    ends = [_end("caller", 30, y(0), 64, y(0) + 5), _end("resource", 30, y(stops - 1), 64, y(stops - 1) + 5)]
    return _picture("upright", name, (340, _ROW * stops), rows, [*lines, *ends, *drawn])


def _beside(row: LayerRow, y: float) -> Markup:
    told = verdict_word(row.verdict)
    if row.decides:
        told += f": {_decision_word(row)}"
    decides = " decides" if row.decides else ""
    title = element("text", row.title, class_="name", x=64, y=y - 3, font_size=15)
    word = element("text", told, class_="word", x=64, y=y + 16, font_size=14)
    return element("g", title, word, class_=TONE[row.verdict] + decides)


def _line_class(rows: Sequence[LayerRow], number: int) -> str:
    """Whole up to the first stop that decides, broken behind it; ``number`` 0 leads from the caller to the first."""
    first = next((position for position, row in enumerate(rows, 1) if row.decides), len(rows) + 1)
    return "line" if number < first else "line after"


def _layer_stop(row: LayerRow, x: float, y: float) -> Markup:
    tone, decides = TONE[row.verdict], row.decides
    radius = _WIDE_RADIUS if decides else _RADIUS
    return element(
        "g",
        element("circle", class_="halo", r=radius + 5) if decides else None,
        element("circle", class_="dot", r=radius),
        element("path", class_="sign", d=_SIGNS[tone]),
        class_=tone + (" decides" if decides else ""),
        transform=f"translate({x} {y})",
    )


def _end(word: str, x: float, y: float, text_x: float, text_y: float) -> Markup:
    anchor = "middle" if text_x == x else "start"
    size = 13 if text_x == x else 15
    dot = element("circle", class_="dot", r=7, cx=x, cy=y)
    return element(
        "g", dot, element("text", word, x=text_x, y=text_y, text_anchor=anchor, font_size=size), class_="end"
    )


def _picture(
    kind: str, name: str, size: tuple[float, float], rows: Sequence[LayerRow], drawn: Sequence[Markup]
) -> Markup:
    told = "; ".join(
        f"{row.title}: {verdict_word(row.verdict)}{', which decides' if row.decides else ''}" for row in rows
    )
    title = element(
        "title", "The way of the request through the layers, in the order in which AWS checks them", id=f"{name}-title"
    )
    desc = element("desc", told, id=f"{name}-desc")
    return element(
        "svg",
        title,
        desc,
        *drawn,
        class_=kind,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {size[0]} {size[1]}",
    )
