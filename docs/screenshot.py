"""Makes docs/viewer.png: the site on a data folder of its own, the sample photo, the viewer in headless Chromium.

Run it with `.venv/bin/python docs/screenshot.py` after `make test` has set everything up.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "viewer.png"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main() -> None:
    """Serves, logs in with the first administrator's password, and looks."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "POSE_MODELS_DIR": str(ROOT / "var" / "models"),
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, ROOT / "manage.py", "serve", "--port", str(port)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen(command, env=environment, text=True, **pipes)
        try:
            take(port, first_password(server))
        finally:
            server.terminate()
            server.wait()
    print(TARGET)


def first_password(server: "subprocess.Popen[str]") -> str:
    """The password that the very first run prints."""
    for line in server.stdout or ():
        if found := re.search(r"password[^:]*:\s*(\S+)", line, re.IGNORECASE):
            return found.group(1)
    raise RuntimeError("the site printed no password")


def take(port: int, password: str) -> None:
    """Uploads the sample and takes the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for _ in range(100):
            try:
                page.goto(f"http://127.0.0.1:{port}/accounts/login/")
                break
            except Exception:  # not listening yet
                page.wait_for_timeout(200)
        page.get_by_label("E-mail").fill("admin@localhost")
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name=re.compile("sample", re.IGNORECASE)).click()
        page.wait_for_url("**/photos/*/")
        page.get_by_role("row", name=re.compile("Left shoulder")).click()
        page.wait_for_timeout(500)
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
