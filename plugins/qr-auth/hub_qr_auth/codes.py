"""QR codes as pictures, the only place that knows segno."""

import base64
import io
from html import escape

import segno

_QUIET = 4  # modules of white around it, without which scanners fail
_WIDTH, _HEIGHT = 856, 540  # a card of 85.6 mm × 54 mm (ISO/IEC 7810 ID-1), in tenths of a millimetre
_SIDE = 420


def png(text: str, scale: int = 8) -> bytes:
    """Return a black and white PNG."""
    file = io.BytesIO()
    _code(text).save(file, kind="png", scale=scale, border=_QUIET)
    return file.getvalue()


def png_address(text: str) -> str:
    """Return a PNG as an address that a page can show without another request."""
    return f"data:image/png;base64,{base64.b64encode(png(text)).decode()}"


def svg(text: str) -> str:
    """Return an SVG, dark on light in every theme."""
    side, path = _drawn(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{path}"/></svg>'
    )


def card(text: str, title: str, line: str) -> str:
    """Return a badge to be printed, as SVG of the size of a bank card: the code, and whose it is."""
    side, path = _drawn(text)
    scale = _SIDE / side
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="85.6mm" height="54mm" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<rect x="1" y="1" width="{_WIDTH - 2}" height="{_HEIGHT - 2}" rx="30" fill="#fff" stroke="#c8ccd4" stroke-width="2"/>'
        f'<rect x="40" y="60" width="6" height="{_SIDE}" rx="3" fill="#3156d3"/>'
        f'<g transform="translate({_WIDTH - _SIDE - 30} 60) scale({scale:.4f})" shape-rendering="crispEdges">'
        f'<path d="{path}"/></g>'
        f'<g font-family="Helvetica, Arial, sans-serif" fill="#14171f">{_lines(title)}'
        f'<text x="70" y="470" font-size="26" fill="#5a6272">{escape(line)}</text></g></svg>'
    )


def _lines(title: str) -> str:
    """Break a title into lines of words that fit beside the code."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if len(longer) <= 14 or not lines[-1] else [*lines, word]
    return "".join(
        f'<text x="70" y="{130 + 62 * row}" font-size="40" font-weight="600">{escape(_cut(line))}</text>'
        for row, line in enumerate(lines[:4])
    )


def _cut(line: str) -> str:
    return line if len(line) <= 14 else f"{line[:13]}…"


def _code(text: str) -> segno.QRCode:
    return segno.make(text, micro=False, error="m")


def _drawn(text: str) -> tuple[int, str]:
    """Return the side in modules, and a path that draws each run of dark modules of a row as one rectangle."""
    code = _code(text)
    parts = []
    for row, modules in enumerate(code.matrix_iter(border=_QUIET)):
        line = bytes(modules)
        start = 0
        while (start := line.find(1, start)) >= 0:
            end = line.find(0, start)
            parts.append(f"M{start} {row}h{end - start}v1H{start}z")
            start = end
    return int(code.symbol_size(border=_QUIET)[0]), "".join(parts)
