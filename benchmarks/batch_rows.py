"""Ten thousand rows, a hundred distinct images and eight kinds of poison, through the whole site.

The request that brings them must answer within two seconds, every row must end as it should, and neither the web
process nor a worker may need more memory for them than for a thousand rows: the figure is that ratio, the larger of the
two, and it is short whatever it is where anything else fails.
"""

import collections
import csv
import http.client
import io
import json
import os
import pathlib
import sys
import time

from common import Site, finish, running_site
from image_server import ImageServer, serving

ROWS, FEW_ROWS = 10_000, 1_000
DISTINCT = 100
POISON_SHARE = 0.01
ANSWER_S = 2.0
PATIENCE_S = 1500
# The codes of each kind; a host that does not answer may be left alone meanwhile.
CODES = {
    "404": {"http_status_404"},
    "text": {"not_an_image"},
    "truncated": {"corrupt_image"},
    "header": {"bad_response"},
    "inside": {"address_blocked"},
    "private": {"address_blocked"},
    "drip": {"timeout_total"},
    "silent": {"timeout_total"},
}


def url_of(server: ImageServer, kind: str, number: int) -> str:
    """Every URL differs; a slow one's host has so few of them that it is not left alone."""
    if kind == "inside":
        return f"http://10.1.2.{number % 250}/picture-{number}.jpg"
    slow = kind in ("drip", "silent")
    return server.url(
        f"{kind}/{number}.jpg", host=f"127.0.{1 + number // 4 % 250}.{1 + (kind == 'drip')}" if slow else "127.0.0.1"
    )


def table(server: ImageServer, count: int, first: int) -> tuple[bytes, list[str]]:
    """A CSV, and of which kind each row is: of each poison one in a hundred."""
    every = round(1 / POISON_SHARE)
    kinds = [list(CODES)[number % every] if number % every < len(CODES) else "own" for number in range(count)]
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(["S. No.", "Product Name", "Input Image Urls"])
    # Counted by kind, so that slow ones are spread over hosts.
    counts: collections.Counter[str] = collections.Counter()
    for number, kind in enumerate(kinds):
        which = first + (number if kind == "own" else counts[kind])
        counts[kind] += 1
        writer.writerow([number + 1, f"Product {number}", url_of(server, kind, which)])
    return target.getvalue().encode(), kinds


def posted(site: Site, content: bytes) -> tuple[str, float]:
    """The batch's id, and the seconds until the answer."""
    boundary = "benchmark-boundary"
    fields = {"people": "1", "quality": "50"}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    disposition = 'Content-Disposition: form-data; name="file"; filename="rows.csv"'
    head = "".join(parts) + f"--{boundary}\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n"
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    connection = site.connection()
    headers = {**site.headers(), "Content-Type": f"multipart/form-data; boundary={boundary}"}
    started = time.perf_counter()
    connection.request("POST", "/api/batches/", body, headers)
    response = connection.getresponse()
    answer = response.read()
    seconds = time.perf_counter() - started
    if response.status != http.client.CREATED:
        raise RuntimeError(f"{response.status}: {answer[:500]!r}")
    return str(json.loads(answer)["id"]), seconds


class Memory:
    """The most that each process of the site has needed, by what it is; read from /proc while it runs."""

    def __init__(self) -> None:
        self.most: collections.Counter[str] = collections.Counter()

    def look(self) -> None:
        """Takes note of what every process has needed since the last `forget`."""
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (process / "environ").read_bytes()
                status = (process / "status").read_text()
            except OSError:
                continue
            if b"POSESITE_BENCH=rows" not in environment:
                continue
            name = "web" if "uvicorn" in command else "worker" if "celery" in command and "worker" in command else ""
            peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
            if name:
                self.most[name] = max(self.most[name], peak)


def run(site: Site, server: ImageServer, count: int, first: int) -> tuple[float, Memory, bool]:
    """Seconds of the request, memory meanwhile, and whether every row ended as it should."""
    content, kinds = table(server, count, first)
    identifier, seconds = posted(site, content)
    print(f"{count} rows, {len(content) >> 10} KB: answered after {seconds:.2f} s")
    memory, started = Memory(), time.perf_counter()
    connection = site.connection()
    while True:
        memory.look()
        state = json.loads(site.get(connection, f"/api/batches/{identifier}/"))
        if state["status"] in ("completed", "failed"):
            break
        if time.perf_counter() - started > PATIENCE_S:
            print(f"not done after {PATIENCE_S} s: {state}")
            return seconds, memory, False
        time.sleep(1)
    memory.look()
    took = time.perf_counter() - started
    print(f"  done after {took:.0f} s, {count / took:.1f} rows/s; memory {dict(memory.most)} kB")
    output = site.get(connection, f"/api/batches/{identifier}/output.csv/").decode("utf-8-sig")
    return seconds, memory, is_right(list(csv.DictReader(io.StringIO(output, newline=""))), kinds)


def is_right(rows: list[dict[str, str]], kinds: list[str]) -> bool:
    """Every row there, good ones with image, people and photo, bad ones with a code of their kind."""
    wrong: collections.Counter[str] = collections.Counter()
    for row, kind in zip(rows, kinds, strict=len(rows) == len(kinds)):
        code = row["Error"].split(": ")[1] if row["Error"] else ""
        if kind == "own":
            is_good = (
                row["Status"] == "done" and row["People Found"] == "1" and row["Photo Ids"] and row["Output Image Urls"]
            )
        else:
            is_good = row["Status"] == "failed" and code in CODES[kind]
        if not is_good:
            wrong[f"{kind}: {row['Status']} {code}"] += 1
    print(f"  {len(rows)} of {len(kinds)} rows, {sum(wrong.values())} of them wrong {dict(wrong)}")
    return len(rows) == len(kinds) and not wrong


def main() -> None:
    with serving(distinct=DISTINCT) as server:
        os.environ.update(
            OUTBOUND_ALLOWED_NETWORKS="127.0.0.0/8", OUTBOUND_ALLOWED_PORTS=str(server.port), POSESITE_BENCH="rows"
        )
        with running_site() as site:
            few_s, few, are_few_right = run(site, server, FEW_ROWS, 0)
            many_s, many, are_many_right = run(site, server, ROWS, 1_000_000)
    ratios = {name: many.most[name] / few.most[name] for name in ("web", "worker")}
    print(f"memory of {ROWS} rows over that of {FEW_ROWS}: {', '.join(f'{k} {v:.2f}' for k, v in ratios.items())}")
    if max(few_s, many_s) > ANSWER_S or not (are_few_right and are_many_right):
        print(f"batch_rows {max(ratios.values()):.3f} goal <= 1.2 short")
        sys.exit(1)
    finish("batch_rows", max(ratios.values()), at_most=1.2)


if __name__ == "__main__":
    main()
