"""Encryption with age, so that the age program opens a backup without this site.

Each archive has an X25519 identity of its own that its members are encrypted for; `key.age` is that identity, encrypted
by the passphrase. So the slow step that a passphrase needs (scrypt, a second or more) is done once an archive, and by
hand it is `age -d key.age > key.txt` and `age -d -i key.txt database.dump.age`.
"""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import pyrage

from .errors import ArchiveError, damaged
from .streams import PIECE_BYTES, Readable

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

KEY: Final = "key.age"
SUFFIX: Final = ".age"
LARGEST_KEY_BYTES: Final = 65_536
_TOO_MUCH = "Excessive work"
_TRIES = 20
_PAUSE_S = 0.25
_WRONG = "Decryption failed"  # age's word for a passphrase that does not open it, told from a file that it cannot read


class Seal:
    """The key of one archive."""

    def __init__(self, identity: "pyrage.x25519.Identity") -> None:
        self._identity = identity

    @classmethod
    def made(cls) -> Self:
        """A new one, from the system's random numbers."""
        return cls(pyrage.x25519.Identity.generate())

    @classmethod
    def unlocked(cls, key: bytes, passphrase: str) -> Self:
        """The one that is in a `key.age`. Takes a second or more.

        Raises ArchiveError: passphrase_needed, passphrase_wrong, too_busy, damaged.
        """
        if not passphrase:
            raise ArchiveError("passphrase_needed", "The backup is encrypted. Give the passphrase it was made with.")
        try:
            lines = _unlocked(key, passphrase).decode().split()
            return cls(pyrage.x25519.Identity.from_str(lines[-1]))
        except (pyrage.DecryptError, UnicodeEncodeError) as error:
            if str(error).startswith(_TOO_MUCH):
                message = "This machine is too busy, or too slow, to open the backup's key. Try again when it is idle."
                raise ArchiveError("too_busy", message) from error
            if isinstance(error, pyrage.DecryptError) and str(error) != _WRONG:
                raise damaged(f"{KEY} in the backup cannot be read ({str(error).splitlines()[0]}).") from error
            message = "The passphrase is not the one that the backup was made with. Give that one."
            raise ArchiveError("passphrase_wrong", message) from error
        except (pyrage.IdentityError, ValueError, IndexError) as error:
            raise damaged(f"{KEY} in the backup holds no key.") from error

    def locked(self, passphrase: str) -> bytes:
        """The `key.age`. Takes a second or more."""
        return bytes(pyrage.passphrase.encrypt(f"{self._identity}\n".encode(), passphrase))

    def encrypt(self, source: Readable, target: "SupportsWrite[bytes]") -> None:
        """Streams; what source or target raise is raised as itself."""
        with _Callbacks(source, target) as callbacks:
            pyrage.encrypt_io(callbacks, callbacks, [self._identity.to_public()])

    def decrypt(self, name: str, source: Readable, target: "SupportsWrite[bytes]") -> None:
        """Streams; what source or target raise is raised as itself. Raises ArchiveError, damaged."""
        with _Callbacks(source, target) as callbacks:
            try:
                pyrage.decrypt_io(callbacks, callbacks, [self._identity])
            except (pyrage.DecryptError, OSError) as error:
                raise damaged(f"{name} in the backup cannot be decrypted ({error}).") from error


def _unlocked(key: bytes, passphrase: str) -> bytes:
    """Age measures by a few milliseconds how fast the machine is, and refuses what seems to take it too long.

    Where others use the machine that comes out wrong, so it is asked again.
    """
    for _ in range(_TRIES - 1):
        try:
            return bytes(pyrage.passphrase.decrypt(key, passphrase))
        except pyrage.DecryptError as error:
            if not str(error).startswith(_TOO_MUCH):
                raise
        time.sleep(_PAUSE_S)
    return bytes(pyrage.passphrase.decrypt(key, passphrase))


class _Callbacks:
    """What age reads from and writes to, 8 KB at a time: in between the bytes go by the megabyte.

    age makes errors of its own of what these methods raise, and loses some (that of a last write): so the first one is
    kept, and raised when age has returned.
    """

    def __init__(self, source: Readable, target: "SupportsWrite[bytes]") -> None:
        self._source = source
        self._target = target
        self._unread = memoryview(b"")
        self._unwritten = bytearray()
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._error is not None:
            raise self._error
        if error is None and self._unwritten:
            self._target.write(bytes(self._unwritten))

    def read(self, size: int) -> bytes:
        try:
            if not self._unread and self._error is None:
                self._unread = memoryview(self._source.read(PIECE_BYTES))
        except BaseException as error:
            self._error = error
            raise
        taken, self._unread = self._unread[:size], self._unread[size:]
        return bytes(taken)

    def write(self, data: bytes) -> int:
        self._unwritten += data
        if len(self._unwritten) >= PIECE_BYTES:
            try:
                self._target.write(bytes(self._unwritten))
            except BaseException as error:
                self._error = self._error or error
                raise
            self._unwritten.clear()
        return len(data)
