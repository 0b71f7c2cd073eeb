"""Whether bytes are UTF-8 text that may be a CSV, before anything reads them as one."""

import re

from .problems import Problem

_PARTLY = 4096
# Text in UTF-16 is zeros at every other byte as far as it is ASCII; a URL always is.
_ZEROS = 0.3
_FEW = 4
_SPREADSHEETS = {
    b"PK\x03\x04": "an Excel or LibreOffice workbook (or another ZIP file)",
    b"PK\x05\x06": "an empty ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
}
_OTHERS = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"RIFF": "a WebP picture or another RIFF file",
    b"\x1f\x8b": "a gzip file",
    b"7z\xbc\xaf": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"{\\rtf": "an RTF document",
}
_MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|table|!--|svg)", re.IGNORECASE)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]]")
_SAVE_AS = "Save it as “CSV UTF-8 (comma delimited)” and upload that file."


def problem(content: bytes) -> Problem | None:
    """The one thing that keeps the bytes from being read as text; None where nothing does."""
    return _other_file(content) or _encoding(content)


def empty() -> Problem:
    """There is nothing in the file, or nothing but blanks and commas."""
    return Problem("csv_empty", "The file is empty.")


def _other_file(content: bytes) -> Problem | None:
    start = content[:_PARTLY].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and not content.strip(b"\xef\xbb\xbf \t\r\n"):
        return empty()
    for magic, name in _SPREADSHEETS.items():
        if content.startswith(magic):
            message = f"This file is {name}, not a CSV; renaming it is not enough. {_SAVE_AS}"
            return Problem("csv_is_spreadsheet", message)
    others = [name for magic, name in _OTHERS.items() if content.startswith(magic)]
    others += ["a web page or XML"] if _MARKUP.match(start) else []
    others += ["JSON"] if _JSON.match(start) else []
    if others:
        return Problem("csv_not_csv", f"This file is {others[0]}, not a CSV.")
    return None


def _encoding(content: bytes) -> Problem | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_half_zeros(content[:_PARTLY]):
        return Problem("csv_utf16", f"This file is in UTF-16 (“Unicode text”), not UTF-8. {_SAVE_AS}")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        row = _line(content, error.start)
        byte = f"0x{content[error.start]:02X}"
        return Problem("csv_encoding", f"Row {row} holds a byte ({byte}) that is not UTF-8. {_SAVE_AS}", row)
    return None


def _is_half_zeros(start: bytes) -> bool:
    return any(half.count(0) > max(_ZEROS * len(half), _FEW) for half in (start[::2], start[1::2]))


def _line(content: bytes, place: int) -> int:
    breaks = {end: content.count(end, 0, place) for end in (b"\n", b"\r", b"\r\n")}
    return 1 + breaks[b"\n"] + breaks[b"\r"] - breaks[b"\r\n"]
