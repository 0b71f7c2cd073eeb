"""Bytes flipped in a backup, and ends cut off, that `verify_backup` does not find; there may be none.

200 flips of one bit of a random byte and 50 truncations, on SQLite and on PostgreSQL, with a passphrase and without.
All are looked at by what the command calls, in one process, and five of each by the command itself, which must end
with exit code 1.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from backup_sites import ENGINES, BackupSite, new_site, postgresql, temporary_folder
from common import ROOT, finish

PHOTOS, POSES, PHOTO_BYTES = 30, 200, 20_000
FLIPS, TRUNCATIONS = 200, 50
BY_COMMAND = 5
SEED = 6
PASSPHRASE = "a passphrase of the benchmark"


def main() -> None:
    missed = 0
    with temporary_folder() as folder, postgresql(folder / "server") as server_url:
        for engine in ENGINES:
            with new_site(engine, folder / engine, server_url) as plain:
                plain.fill(photos=PHOTOS, poses=POSES, photo_bytes=PHOTO_BYTES)
                for site in (plain, plain.with_settings(BACKUP_PASSPHRASE=PASSPHRASE)):
                    missed += _missed(site, folder / "damaged-backup.zip")
    finish("backup_damage", missed, at_most=0)


def _missed(site: BackupSite, damaged: Path) -> int:
    """How much damage is not found, of a new backup."""
    made = site.backup()
    site.manage("verify_backup", str(made))
    size = made.stat().st_size
    chance = random.Random(SEED)
    damages = [("flip", place, 1 << chance.randrange(8)) for place in chance.sample(range(size), FLIPS)]
    damages += [("truncation", place, 0) for place in chance.sample(range(size), TRUNCATIONS)]
    started = time.perf_counter()
    command = [sys.executable, __file__, "look", str(made), str(damaged), json.dumps(damages)]
    done = subprocess.run(command, env=site.environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    outcomes: list[str] = json.loads(done.stdout.splitlines()[-1])
    if len(outcomes) != FLIPS + TRUNCATIONS:
        raise RuntimeError("not every damage was looked at")
    lines = [f"{damage} was not found" for damage, code in zip(damages, outcomes, strict=True) if not code]
    for damage in (*damages[:BY_COMMAND], *damages[-BY_COMMAND:]):
        damaged.write_bytes(_with_damage(made.read_bytes(), *damage))
        ended = site.run("verify_backup", str(damaged))
        if ended.returncode != 1:
            lines.append(f"{damage}: verify_backup ended with {ended.returncode} {ended.stdout}{ended.stderr}")
    codes = ", ".join(f"{outcomes.count(code)} {code}" for code in sorted({*outcomes} - {""}))
    sealed = "with a passphrase" if "BACKUP_PASSPHRASE" in site.environment else "without a passphrase"
    print(
        f"{site.engine} {sealed}: {size} bytes, seed {SEED}, {FLIPS} flips and {TRUNCATIONS} truncations, and"
        f" {2 * BY_COMMAND} by the command: {len(lines)} not found ({codes}), {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    for line in lines:
        print(f"  {line}", flush=True)
    made.unlink()
    return len(lines)


def _with_damage(content: bytes, kind: str, place: int, bit: int) -> bytes:
    if kind == "truncation":
        return content[:place]
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def _look(made: Path, damaged: Path, damages: list[tuple[str, int, int]]) -> list[str]:
    """The code of the error that each damage is met with, in a process of the site; empty where it is not found."""
    import functools

    import django

    django.setup()
    from backups.archive.sealing import Seal
    from backups.services.errors import BackupFailed
    from backups.services.verifying import verify
    from core.errors import DomainError

    # A passphrase takes a second or more by design: once for equal bytes of the key, every time for flipped ones.
    Seal.unlocked = functools.cache(Seal.unlocked)  # type: ignore[method-assign]
    content = made.read_bytes()
    scratch = damaged.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    outcomes = []
    for damage in damages:
        damaged.write_bytes(_with_damage(content, *damage))
        try:
            verify(damaged, scratch=scratch, on_bytes=lambda count: None, tick=lambda: None)
            outcomes.append("")
        except BackupFailed as error:
            outcomes.append(error.code)
        except DomainError as error:
            outcomes.append(f"{type(error).__name__} {error.code}")
    damaged.write_bytes(content)  # and what is whole is found good by the same call
    verify(damaged, scratch=scratch, on_bytes=lambda count: None, tick=lambda: None)
    return outcomes


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        os.chdir(ROOT)
        print(json.dumps(_look(Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4]))))
    else:
        main()
