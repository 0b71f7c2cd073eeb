"""Frames a second while a point is dragged over a 12-megapixel photo in headless Chromium; no task may take over 50 ms.

Measured in the browser: the times of its animation frames, and the long tasks that it reports itself.
"""

import json
import math
import os
import time
from typing import Any

from common import BENCH_EMAIL, BENCH_PASSWORD, Site, finish, large_photos, running_site
from playwright.sync_api import Page, sync_playwright

SECONDS = 5.0
RADIUS = 90
CLOCK = 60
# Of a clock of 60 frames a second one frame may come late in the time measured.
ONE_FRAME = 1 / SECONDS / CLOCK

MEASURE = """() => {
    const seen = {frames: [], long: []};
    window.measured = seen;
    new PerformanceObserver((list) => seen.long.push(...list.getEntries().map(({duration}) => duration)))
        .observe({type: "longtask"});
    const tick = (now) => {
        seen.frames.push(now);
        if (!seen.isOver) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
}"""


def main() -> None:
    with running_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        log_in(page, site)
        page.goto(f"http://127.0.0.1:{site.port}{edit_path(site)}")
        page.wait_for_selector("[data-keypoint-editor][data-is-ready]")
        page.wait_for_function("document.querySelector('[data-photo]').complete")
        time.sleep(2)  # the photo is being decoded for the loupe
        moves, measured = drag(page)
        browser.close()
    gaps = sorted(b - a for a, b in zip(measured["frames"], measured["frames"][1:], strict=False))
    rate = 1000 * len(gaps) / sum(gaps)
    slowest = f"{gaps[round(0.99 * (len(gaps) - 1))]:.1f} ms at 99 of 100, {gaps[-1]:.1f} ms at most"
    print(f"{moves} moves, {rate:.2f} frames a second; between frames {gaps[len(gaps) // 2]:.1f} ms, {slowest}")
    print(f"{len(measured['long'])} tasks over 50 ms: {[round(one) for one in measured['long']]}")
    figure = CLOCK if rate >= CLOCK * (1 - ONE_FRAME) else round(rate, 1)
    finish("dragging", 0.0 if measured["long"] else figure, at_least=CLOCK)


def log_in(page: Page, site: Site) -> None:
    page.goto(f"http://127.0.0.1:{site.port}/accounts/login/")
    page.get_by_label("E-mail address").fill(BENCH_EMAIL)
    page.get_by_label("Password", exact=True).fill(BENCH_PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"http://127.0.0.1:{site.port}/")


def edit_path(site: Site) -> str:
    """The editor of the one person on a large photo."""
    for jpeg in large_photos():
        poses = json.loads(site.upload(site.connection(), jpeg))["poses"]
        if len(poses) == 1:
            return f"/poses/{poses[0]['id']}/edit/"
    raise RuntimeError("no photo has one person")


def drag(page: Page) -> tuple[int, dict[str, Any]]:
    """Drags the left shoulder in circles; the moves made and what the browser measured meanwhile."""
    box = page.locator('.person:not([data-ghost]) .point[data-index="11"] .core').bounding_box()
    if box is None:
        raise RuntimeError("the point is not drawn")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + RADIUS, y, steps=5)
    page.evaluate(MEASURE)
    moves, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < SECONDS:
        angle = elapsed * 2 * math.pi / 1.7
        page.mouse.move(x + RADIUS * math.cos(angle), y + RADIUS * math.sin(angle))
        moves += 1
    measured: dict[str, Any] = page.evaluate("(measured.isOver = true, measured)")
    is_dragged = page.locator("[data-loupe]").is_visible()
    page.mouse.up()
    if not is_dragged or page.locator("[data-saved]").inner_text().startswith("No"):
        raise RuntimeError("nothing was dragged")
    return moves, measured


if __name__ == "__main__":
    main()
