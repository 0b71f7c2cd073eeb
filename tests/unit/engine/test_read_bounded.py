import io

import pytest

from poses.engine.decode import MAX_BYTES, read_bounded
from poses.engine.errors import ImageRefused


class CountingStream:
    """Zeros without end; `given` counts the bytes handed out."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0, "an upload is never read in one go"
        self.given += size
        return bytes(size)


def test_a_stream_without_end_is_refused_without_reading_on():
    stream = CountingStream()
    with pytest.raises(ImageRefused) as caught:
        read_bounded(stream)
    assert caught.value.code == "file_too_large"
    assert "25 MB" in caught.value.message
    assert MAX_BYTES < stream.given <= MAX_BYTES + 1024 * 1024


def test_a_file_of_exactly_the_limit_is_read():
    assert len(read_bounded(io.BytesIO(bytes(1000)), max_bytes=1000)) == 1000


def test_a_file_one_byte_over_the_limit_is_refused():
    with pytest.raises(ImageRefused) as caught:
        read_bounded(io.BytesIO(bytes(1001)), max_bytes=1000)
    assert caught.value.code == "file_too_large"


def test_an_empty_stream_is_refused():
    with pytest.raises(ImageRefused) as caught:
        read_bounded(io.BytesIO())
    assert caught.value.code == "empty_file"


def test_a_stream_that_gives_little_at_a_time_is_read_whole():
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(7, size or 7))

    assert read_bounded(Trickle(b"x" * 100)) == b"x" * 100
