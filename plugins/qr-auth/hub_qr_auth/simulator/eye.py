"""A phone's eye: finds QR codes in a picture. The only place that knows zxing-cpp."""

import struct
import zlib

import zxingcpp

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 8_000_000  # pixels; a small file can unpack to a huge picture
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def read_codes(png: bytes) -> list[str]:
    """Return the texts of all QR codes in a PNG. Raises ValueError when it is none that can be read."""
    width, height, grey = _pixels(png)
    picture = memoryview(grey).cast("B", (height, width))
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return [code.text for code in found]


def _pixels(png: bytes) -> tuple[int, int, bytes]:
    """Return width, height, and one byte of brightness per pixel."""
    if not png.startswith(_SIGNATURE):
        raise ValueError("this is no PNG")
    chunks = list(_chunks(png))
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if width * height > _LARGEST or interlaced or depth not in (1, 8) or colour not in _CHANNELS or (depth == 1 and colour):
        raise ValueError("this PNG is too large, or of a kind that is not read")
    channels = _CHANNELS[colour]
    row = (width * depth * channels + 7) // 8
    unpack = zlib.decompressobj()
    raw = unpack.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"), (row + 1) * height)
    if len(raw) < (row + 1) * height:
        raise ValueError("this PNG is not whole")
    lines = _unfiltered(raw, row, height, max(channels * depth // 8, 1))
    if depth == 1:
        return width, height, b"".join(_bits(line, width) for line in lines)
    # Green alone is bright enough to tell black from white.
    return width, height, b"".join(bytes(line[min(1, channels - 1) if channels > 2 else 0 :: channels]) for line in lines)


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks, place = [], len(_SIGNATURE)
    while place + 12 <= len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        chunks.append((kind, png[place + 8 : place + 8 + size]))
        place += 12 + size
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise ValueError("this PNG is not whole")
    return chunks


def _unfiltered(raw: bytes, row: int, height: int, step: int) -> list[bytearray]:
    """Undo what PNG does to each line (ISO/IEC 15948, 9.2)."""
    lines, above = [], bytearray(row)
    for start in range(0, (row + 1) * height, row + 1):
        line = bytearray(raw[start + 1 : start + 1 + row])
        _undo(raw[start], line, above, step)
        lines.append(line)
        above = line
    return lines


def _undo(kind: int, line: bytearray, above: bytearray, step: int) -> None:
    if kind == 0:
        return
    for place, value in enumerate(line):
        left = line[place - step] if place >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[place]
        elif kind == 3:
            guess = (left + above[place]) // 2
        else:
            guess = _paeth(left, above[place], above[place - step] if place >= step else 0)
        line[place] = (value + guess) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    by_left, by_above, by_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    if by_left <= by_above and by_left <= by_corner:
        return left
    return above if by_above <= by_corner else corner


def _bits(line: bytearray, width: int) -> bytes:
    bits = f"{int.from_bytes(line):0{len(line) * 8}b}"[:width]
    return bits.encode().translate(_BRIGHTNESS)


_BRIGHTNESS = bytes(255 if value == ord("1") else 0 for value in range(256))
