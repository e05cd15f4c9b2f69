"""The broker of files under whoever is killed, or reads, in the middle of a write."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem

from config import celery, celery_settings
from config.processes import file_broker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "broker"


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    filesystem.Transport.global_state.clear()  # a process binds a queue once, and each test has a folder of its own
    options = celery_settings.transport_options(f"filesystem://{folder}", role="worker")
    with Connection(celery_settings.FILES, transport_options=options) as made:
        yield made


def channel_of(connection: Connection) -> file_broker.Channel:
    channel = connection.default_channel
    assert isinstance(channel, file_broker.Channel)
    return channel


def test_every_process_of_the_program_uses_it(connection: Connection) -> None:
    assert celery.app is not None
    assert filesystem.Transport.Channel is file_broker.Channel
    channel_of(connection)


def test_a_torn_message_is_put_aside_and_the_next_one_delivered(connection: Connection, folder: Path) -> None:
    queue = connection.SimpleQueue("money")
    torn = folder / "messages" / "0_torn.money.msg"
    torn.write_bytes(b"")
    queue.put({"refund": 1})
    assert queue.get(timeout=1).payload == {"refund": 1}
    assert [path.name for path in (folder / "processed").iterdir()] == [torn.name]
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_message_has_no_name_before_it_is_whole(
    connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = connection.SimpleQueue("money")

    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(file_broker.os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        queue.put({"refund": 1})
    monkeypatch.undo()
    assert list((folder / "messages").iterdir()) == []
    with pytest.raises(Empty):
        queue.get(block=False)


def test_a_torn_table_of_an_exchange_is_written_anew(connection: Connection, folder: Path) -> None:
    (folder / "control" / "money.exchange").write_bytes(b"")
    queue = connection.SimpleQueue("money")
    queue.put({"refund": 1})
    assert queue.get(timeout=1).payload == {"refund": 1}


def test_whoever_binds_at_once_keeps_the_others_queues(connection: Connection) -> None:
    channel = channel_of(connection)
    start = threading.Barrier(8)

    def bind(number: int) -> None:
        start.wait()
        channel._queue_bind("pidbox", "", "", f"worker-{number}")

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row[2] for row in channel.get_table("pidbox")) == [f"worker-{number}" for number in range(8)]
    channel._delete("worker-3", "pidbox", "", "")
    assert "worker-3" not in [row[2] for row in channel.get_table("pidbox")]


def test_each_message_goes_to_one_reader(connection: Connection) -> None:
    queue = connection.SimpleQueue("money")
    for number in range(200):
        queue.put({"refund": number})
    got: list[str] = []
    channel, start = channel_of(connection), threading.Barrier(4)

    def read() -> None:
        start.wait()
        while True:
            try:
                got.append(channel._get("money")["body"])
            except Empty:
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 200
