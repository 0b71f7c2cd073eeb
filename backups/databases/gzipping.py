"""A file, gzipped while it is read, and gunzipped while it is written; isal does it in a third of zlib's time."""

from typing import BinaryIO

from isal import isal_zlib

from .base import Tick, Writable
from .errors import DumpDamaged

_PIECE_BYTES = 1 << 20
_GZIP = 31  # as zlib counts: a window of 15 bits, and a gzip header and trailer


class Gzipped:
    """The file's bytes as a gzip stream."""

    def __init__(self, file: BinaryIO, *, tick: Tick) -> None:
        self._file = file
        self._tick = tick
        self._compressor = isal_zlib.compressobj(level=1, wbits=_GZIP)
        self._ready = bytearray()
        self._is_over = False

    def read(self, size: int, /) -> bytes:
        """Up to so many bytes; none at the end."""
        while len(self._ready) < size and not self._is_over:
            self._tick()
            if piece := self._file.read(_PIECE_BYTES):
                self._ready += self._compressor.compress(piece)
            else:
                self._ready += self._compressor.flush()
                self._is_over = True
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        return piece


class Gunzipping:
    """Writes the bytes that were gzipped into the file. Raises DumpDamaged and keeps it in `trouble`."""

    def __init__(self, file: Writable, *, tick: Tick) -> None:
        self._file = file
        self._tick = tick
        self._decompressor = isal_zlib.decompressobj(wbits=_GZIP)
        self.trouble: DumpDamaged | None = None

    def write(self, data: bytes, /) -> int:
        """Takes all of it, in pieces of bounded size whatever they unpack to."""
        rest = bytes(data)
        is_full = False  # the decompressor may hold more than it was allowed to give
        while rest or is_full:
            self._tick()
            if self._decompressor.eof:
                raise self._damaged("there are bytes after its end")
            try:
                piece = self._decompressor.decompress(rest, _PIECE_BYTES)
            except isal_zlib.error as error:  # type: ignore[misc]  # its stub calls it an exception, not a class
                raise self._damaged(str(error)) from error
            self._file.write(piece)
            is_full = len(piece) == _PIECE_BYTES and not self._decompressor.eof
            rest = self._decompressor.unconsumed_tail or self._decompressor.unused_data
        return len(data)

    def finish(self) -> None:
        """Raises DumpDamaged unless the stream's end was written."""
        if not self._decompressor.eof:
            raise self._damaged("it is cut short")

    def _damaged(self, reason: str) -> DumpDamaged:
        self.trouble = DumpDamaged(
            "dump_damaged", f"The database in the backup cannot be unpacked: {reason}. Use another backup."
        )
        return self.trouble
