"""Runs every figure, or the one that is named, and sums up; exits 0 only if every goal holds."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
HELPERS = {"backup_sites", "common", "depth_scans", "image_server", "run_all"}


def main() -> None:
    names = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in HELPERS)
    lines, failed = [], False
    for name in names:
        print(f"== {name}", flush=True)
        run = subprocess.run([sys.executable, HERE / f"{name}.py"], check=False, capture_output=True, text=True)
        print(run.stdout, end="", flush=True)
        if run.returncode and not run.stdout.rstrip().endswith("short"):
            print(run.stderr[-2000:])
        failed |= run.returncode != 0
        lines.append(run.stdout.strip().splitlines()[-1] if run.stdout.strip() else f"{name} did not run")
    print("== figures", *lines, sep="\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
