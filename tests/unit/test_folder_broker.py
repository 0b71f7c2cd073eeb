"""Messages as files."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from core.work import folder_broker


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    folder_broker.register()
    options = folder_broker.options(tmp_path)
    with Connection(f"{folder_broker.SCHEME}://localhost", transport_options=options) as connection:
        yield connection


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_messages_come_in_order_and_leave_no_file(connection, tmp_path):
    with connection.SimpleQueue("work") as queue:
        for number in range(5):
            queue.put({"number": number})
        assert len(files(tmp_path)) == 5
        received = []
        for _ in range(5):
            message = queue.get(timeout=5)
            received.append(message.payload["number"])
            message.ack()
        assert received == list(range(5))
        with pytest.raises(Empty):
            queue.get(block=False)
    assert files(tmp_path) == []


def test_queues_are_apart(connection):
    with connection.SimpleQueue("work") as work, connection.SimpleQueue("upkeep") as upkeep:
        work.put("one")
        with pytest.raises(Empty):
            upkeep.get(block=False)
        assert work.get(timeout=5).payload == "one"


def test_what_comes_later_is_found_too(connection):
    with connection.SimpleQueue("work") as queue:
        for text in ("first", "second"):
            queue.put(text)
            assert queue.get(timeout=5).payload == text


def test_of_many_readers_one_has_each_message(connection, tmp_path):
    channels = [connection.channel() for _ in range(4)]
    for number in range(60):
        channels[0]._put("work", {"number": number})

    def take_all(channel) -> list[int]:
        taken = []
        try:
            while True:
                taken.append(channel._get("work")["number"])
        except Empty:
            return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [number for part in pool.map(take_all, channels) for number in part]
    assert sorted(taken) == list(range(60))
    assert files(tmp_path) == []


def test_a_folder_that_is_removed_is_made_again(connection, tmp_path):
    channel = connection.channel()
    tmp_path.rmdir()
    assert channel._size("work") == 0
    channel._put("work", {"number": 1})
    assert channel._get("work") == {"number": 1}


def test_a_folder_that_cannot_be_written_to_is_a_channel_error(connection, tmp_path):
    channel = connection.channel()
    tmp_path.rmdir()
    tmp_path.write_text("a file in its place")
    with pytest.raises(connection.channel_errors):
        channel._put("work", {})


def test_a_queue_can_be_emptied(connection, tmp_path):
    channel = connection.channel()
    for queue in ("work", "work", "upkeep"):
        channel._put(queue, {})
    assert channel._purge("work") == 2
    assert len(files(tmp_path)) == 1


def test_a_message_cut_by_a_power_failure_is_dropped_and_the_next_one_read(connection, tmp_path, caplog):
    (tmp_path / "0.work.msg").touch()
    (tmp_path / "00.work.msg").write_text('{"number": 1')
    channel = connection.channel()
    channel._put("work", {"number": 2})
    assert channel._get("work") == {"number": 2}
    assert caplog.text.count("unreadable message") == 2
    assert files(tmp_path) == []
