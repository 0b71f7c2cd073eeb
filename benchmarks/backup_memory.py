"""The most memory that `manage.py backup` needs for 5 GB of photos, in MB.

On SQLite with local files, without a passphrase: the peak of the process and its children together. Beside it that of
verify_backup, restore and restore_drill, of a site with a tenth of the photos, and of a backup with a passphrase.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from backup_sites import BackupSite, megabytes, new_site, remove_photos, temporary_folder, wipe_database
from common import finish

PHOTOS, PHOTO_BYTES = 20_000, 250_000
POSES_A_PHOTO = 1
MOST_MB = 300
# Photos, the backup, and the drill's copy of the photos; a second backup while the first one is still there.
COPIES, ROOM_BYTES = 4, 1 << 30


def main() -> None:
    with temporary_folder() as folder, new_site("sqlite", folder / "site", "") as site:
        photos = _photos_that_fit(folder, int(sys.argv[1]) if len(sys.argv) > 1 else PHOTOS)
        few = photos // 10
        site.fill(photos=few, poses=few * POSES_A_PHOTO, photo_bytes=PHOTO_BYTES)
        small = _peaks(site, few)
        site.fill(photos=photos - few, poses=(photos - few) * POSES_A_PHOTO, photo_bytes=PHOTO_BYTES, start=few)
        large = _peaks(site, photos)
    for name, peak in large.items():
        print(f"{name}: {peak:.0f} MB, {peak / small[name]:.2f} times that for a tenth of the photos")
    finish("backup_memory", large["backup"], at_most=MOST_MB)


def _peaks(site: BackupSite, photos: int) -> dict[str, float]:
    """Of each command, in MB; the site is as it was afterwards."""
    peaks = {"backup": _peak(site, "backup", "--no-email")}
    made = site.last_backup()
    print(f"{photos} photos, {megabytes(made.stat().st_size)}", flush=True)
    peaks["verify_backup"] = _peak(site, "verify_backup", str(made))
    peaks["restore_drill"] = _peak(site, "restore_drill")
    wipe_database(site)
    remove_photos(site)
    peaks["restore"] = _peak(site, "restore", str(made), "--into-empty", "--no-input")
    made.unlink()
    peaks["backup with a passphrase"] = _peak(
        site.with_settings(BACKUP_PASSPHRASE="a passphrase of the benchmark"), "backup", "--manual", "--no-email"
    )
    site.last_backup().unlink()
    return peaks


def _peak(site: BackupSite, *arguments: str) -> float:
    """The larger of the process's own high-water mark and of all that it and its children had at one moment, in MB."""
    started = time.perf_counter()
    with (site.data / "output.txt").open("w+") as output:
        process = subprocess.Popen(site.command(*arguments), env=site.environment, stdout=output, stderr=output)
        most = own = 0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            family = _family(process.pid)
            most = max(most, sum(_kilobytes(member, "VmRSS") for member in family))
            own = max(own, _kilobytes(process.pid, "VmHWM"))
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        if process.returncode:
            raise RuntimeError(f"{arguments} ended with {process.returncode}: {output.read()[-2000:]}")
    peak = max(most, own, usage.ru_maxrss) * 1024 / 1e6
    print(f"  {arguments[0]}: {peak:.0f} MB, {time.perf_counter() - started:.1f} s", flush=True)
    return peak


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in _family(int(child)))]


def _kilobytes(pid: int, name: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(name)), 0)


def _photos_that_fit(folder: Path, photos: int) -> int:
    free = shutil.disk_usage(folder).free - ROOM_BYTES
    fitting = min(photos, int(free / (COPIES * 1.06 * PHOTO_BYTES)))
    if fitting < photos:
        print(f"only {megabytes(free)} are free: {fitting} photos and not {photos}")
    return fitting


if __name__ == "__main__":
    main()
