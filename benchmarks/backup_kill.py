"""What `kill -9` of `manage.py backup` leaves behind that it should not; there may be nothing.

20 random moments of its run, 10 on SQLite and 10 on PostgreSQL, and on each the moment at which the file gets its name.
Afterwards every file with a backup's name must verify, the next backup must succeed at once and clear away what was
left, and the killed one's row must say that it was interrupted, or that it is complete where its file was there.
"""

import contextlib
import os
import random
import signal
import subprocess
import time

from backup_sites import ENGINES, BackupSite, new_site, postgresql, temporary_folder
from common import finish

PHOTOS, POSES, PHOTO_BYTES = 400, 6_000, 250_000
KILLS = 10
SEED = 6
PATIENCE_S = 120

_ROWS = """
import json
from backups.models import Backup
rows = Backup.objects.order_by("created_at").values_list("pk", "name", "status", "error_code", "removed_at")
print(json.dumps([[str(pk), name, status, code, bool(removed)] for pk, name, status, code, removed in rows]))
"""
Row = list[str]


def main() -> None:
    violations = 0
    with temporary_folder() as folder, postgresql(folder / "server") as server_url:
        for engine in ENGINES:
            with new_site(engine, folder / engine, server_url) as site:
                site.fill(photos=PHOTOS, poses=POSES, photo_bytes=PHOTO_BYTES)
                violations += _violations(site)
    finish("backup_kill", violations, at_most=0)


def _violations(site: BackupSite) -> int:
    site.backup()  # the first one compiles and caches
    started = time.perf_counter()
    site.backup()
    length = time.perf_counter() - started
    chance = random.Random(f"{SEED} {site.engine}")
    shares: list[float | None] = [(number + chance.random()) / KILLS for number in range(KILLS)]
    print(f"{site.engine}: a backup takes {length:.1f} s, seed {SEED}", flush=True)
    count = 0
    for share in (*shares, None):
        found, length = _after_a_kill(site, share, length)
        count += len(found)
        for line in found:
            print(f"  violation: {line}", flush=True)
    return count


def _after_a_kill(site: BackupSite, share: float | None, length: float) -> tuple[list[str], float]:
    """What is wrong after a kill at that share of a backup's length, or (None) when the file has got its name.

    And the length, in seconds, of the backup after it.
    """
    moment = None if share is None else share * length
    known = {row[0] for row in _rows(site)}
    there = _named(site)
    has_ended = _kill_a_backup(site, moment, there)
    left = sorted(path.name for path in site.backups.glob(".*") if path.name != ".lock")
    new = _named(site) - there
    wrong = [
        f"{name} does not verify"
        for name in _named(site)
        if site.run("verify_backup", str(site.backups / name)).returncode
    ]
    killed = [row for row in _rows(site) if row[0] not in known]
    started = time.perf_counter()
    following = site.run("backup", "--no-email")
    length = time.perf_counter() - started
    if following.returncode:
        wrong.append(f"the next backup ended with {following.returncode}: {following.stderr.strip()[-300:]}")
    wrong += [f"{path.name} is left" for path in site.backups.glob(".*") if path.name != ".lock"]
    rows = {row[0]: row for row in _rows(site)}
    for row in killed:
        wrong += _wrong_with(rows[row[0]], is_there=row[1] in new, is_whole=has_ended)
    recorded = {row[1] for row in rows.values() if row[2] == "completed" and not row[4]}
    wrong += [f"{name} has no row that says it is complete" for name in _named(site) - recorded]
    last = list(rows.values())[-1]
    if last[2] != "completed" or last[0] in {row[0] for row in killed}:
        wrong.append(f"the next backup's row is {last}")
    when = "as the file got its name" if moment is None else f"after {moment:.2f} s of {length:.2f}"
    state = ", ".join(f"{row[2]}, then {rows[row[0]][2]} {rows[row[0]][3]}".strip() for row in killed) or "no row yet"
    print(
        f"  killed {when}{' (it had ended)' if has_ended else ''}: {len(left)} unfinished files, {len(new)} finished;"
        f" {state}",
        flush=True,
    )
    return wrong, length


def _wrong_with(row: Row, *, is_there: bool, is_whole: bool) -> list[str]:
    _, name, status, code, is_removed = row
    if is_whole or is_there:
        return [] if status == "completed" else [f"{name} was there, and its row says {status} {code}"]
    if (status, code) == ("failed", "interrupted"):
        return []
    return [f"the killed backup's row says {status} {code}{' removed' if is_removed else ''}"]


def _kill_a_backup(site: BackupSite, moment: float | None, there: set[str]) -> bool:
    """Kills it with all that it has started; whether it had ended by itself before."""
    with (site.data / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            site.command("backup", "--no-email"),
            env=site.environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        if moment is None:
            deadline = time.monotonic() + PATIENCE_S
            while not _named(site) - there and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.0005)
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moment)
        has_ended = process.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return has_ended


def _rows(site: BackupSite) -> list[Row]:
    rows: list[Row] = site.shell(_ROWS)
    return rows


def _named(site: BackupSite) -> set[str]:
    return {path.name for path in site.backups.glob("[0-9]*-backup.zip")}


if __name__ == "__main__":
    main()
