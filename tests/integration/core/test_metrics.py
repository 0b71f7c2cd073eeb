"""/metrics: what is counted, over all processes, and who may read it."""

import os
import subprocess
import sys
import timeit
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core import metrics
from core.metrics import values
from core.work import kinds
from core.work.item import WorkItem
from poses.models import Photo
from tests.integration.poses.admin_rows import uploaded

ROOT = Path(__file__).resolve().parents[3]

Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture(autouse=True)
def _counts_of_its_own(settings, monkeypatch, tmp_path: Path) -> None:
    """Other test processes share the folder that the settings name."""
    settings.METRICS_DIR = tmp_path / "metrics"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setattr(values, "_made", [])


def samples(client, **headers: str) -> dict[Sample, float]:
    """Every sample at /metrics by its name and labels."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    return parsed(response.content.decode())


def parsed(text: str) -> dict[Sample, float]:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    by_name = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in found}
    assert len(by_name) == len(found)
    return by_name


def value(of: dict[Sample, float], name: str, **labels: str) -> float:
    return of.get((name, tuple(sorted(labels.items()))), 0.0)


def views(of: dict[Sample, float]) -> set[str]:
    return {dict(labels)["view"] for name, labels in of if name == "posesite_requests_total"}


def test_requests_are_counted_by_method_status_and_view(client, db):
    login = {"method": "GET", "status": "2xx", "view": "accounts:login"}
    before = samples(client)
    client.get("/accounts/login/")
    client.get("/accounts/login/?next=/")
    after = samples(client)
    assert value(after, "posesite_requests_total", **login) - value(before, "posesite_requests_total", **login) == 2
    times = [value(now, "posesite_request_seconds_count", view="accounts:login") for now in (before, after)]
    assert times[1] - times[0] == 2
    assert value(after, "posesite_request_seconds_sum", view="accounts:login") > 0
    assert value(after, "posesite_request_seconds_bucket", view="accounts:login", le="+Inf") == times[1]


def test_paths_make_no_labels(client, db, user, fake_detector):
    client.force_login(user)
    photo = uploaded(user, 1)
    client.get(f"/photos/{photo.pk}/")
    client.get("/nowhere/")
    client.get("/api/photos/00000000-0000-4000-8000-000000000000/")
    before = views(samples(client))
    for number in range(5):
        client.get(f"/nowhere/{number}/")
        client.get(f"/photos/00000000-0000-4000-8000-00000000000{number}/")
        client.get(f"/api/photos/{number}/")
        client.generic(f"ODD{number}", "/nowhere/")
    after = samples(client)
    assert before == {"none", "poses:photo", "photo-detail"}
    assert views(after) == before | {"metrics"}
    methods = {dict(labels)["method"] for name, labels in after if name == "posesite_requests_total"}
    assert "other" in methods
    assert not [method for method in methods if method.startswith("ODD")]


def test_what_call_sites_count_is_there(client, db):
    before = samples(client)
    metrics.detection("completed", 0.02)
    metrics.detection("failed", 3)
    metrics.storage_error("save")
    metrics.work("detection", "done")
    after = samples(client)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert grown("posesite_detections_total", outcome="completed") == 1
    assert grown("posesite_detections_total", outcome="failed") == 1
    assert grown("posesite_detection_seconds_count") == 2
    assert grown("posesite_detection_seconds_sum") == pytest.approx(3.02)
    assert grown("posesite_detection_seconds_bucket", le="0.02") == 1
    assert grown("posesite_storage_errors_total", operation="save") == 1
    assert grown("posesite_work_total", kind="detection", outcome="done") == 1


def test_work_is_read_from_the_rows_at_each_scrape(client, user, fake_detector):
    kind = next(kind for kind in kinds.all_kinds() if kind.model is Photo)
    photo = uploaded(user, 1)
    Photo.objects.filter(pk=photo.pk).update(
        status=WorkItem.Status.PENDING, lease_until=photo.created_at, queued_at=photo.created_at, claim=None
    )
    now = samples(client)
    assert value(now, "posesite_work_items", kind=kind.name, state="pending") == 1
    assert value(now, "posesite_work_items", kind=kind.name, state="failed") == 0
    assert 0 < value(now, "posesite_work_oldest_pending_seconds", kind=kind.name) < 600
    photo.delete()
    now = samples(client)
    assert value(now, "posesite_work_items", kind=kind.name, state="pending") == 0
    assert value(now, "posesite_work_oldest_pending_seconds", kind=kind.name) == 0


def test_a_gauge_that_cannot_be_read_hides_nothing_else(client, db, caplog):
    def broken():
        raise OSError("gone")

    metrics.register_gauge("posesite_test_gauge", "Broken.", (), broken)
    assert value(samples(client), "process_start_time_seconds") > 0
    assert "cannot read posesite_test_gauge" in caplog.text
    metrics.register_gauge("posesite_test_gauge", "Whole.", ("part",), lambda: [(("a",), 1.5)])
    assert value(samples(client), "posesite_test_gauge", part="a") == 1.5


def test_with_a_token_set_only_its_bearer_may_read(client, db, settings):
    settings.METRICS_TOKEN = "a-long-token"
    assert samples(client, authorization="Bearer a-long-token")
    assert samples(client, authorization="bearer a-long-token", **{"x-forwarded-for": "203.0.113.9"})
    wrong = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a-long-toke",
        "Bearer a-long-tokenn",
        "Basic a-long-token",
        "Bearer tökén",
    ]
    refused = [client.get("/metrics", headers={"authorization": sent}).status_code for sent in wrong]
    assert refused == [404] * len(wrong)
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_this_machine_may_read(client, db, address):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "203.0.113.9", "::ffff:10.0.0.1", "2001:db8::1", "", "unix:"])
def test_without_a_token_no_other_machine_may(client, db, address):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_without_a_token_nobody_may_through_a_proxy(client, db, header):
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_it_is_only_read(client, db):
    assert client.post("/metrics").status_code == 405


COUNTING = """
from pathlib import Path
from django.conf import settings
settings.configure(METRICS_DIR=Path("{folder}"))
from core import metrics
from core.metrics import values
"""


def run(folder: Path, code: str) -> str:
    """A process that counts into this folder."""
    command = [sys.executable, "-W", "error", "-c", COUNTING.format(folder=folder) + code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


PRINT = """
from prometheus_client import generate_latest
from core.metrics.values import all_processes
with all_processes() as registry:
    print(generate_latest(registry).decode())
"""
FORKED = """
import os
metrics.detection("completed", 0.1)
for _ in range(3):
    if not (child := os.fork()):
        metrics.detection("completed", 0.1)
        metrics.work("detection", "done")
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_counts_of_other_processes_and_of_their_forked_children_add_up_after_their_end(tmp_path):
    run(tmp_path, FORKED)
    run(tmp_path, FORKED)
    first = parsed(run(tmp_path, PRINT))
    assert value(first, "posesite_detections_total", outcome="completed") == 8
    assert value(first, "posesite_detection_seconds_count") == 8
    assert value(first, "posesite_work_total", kind="detection", outcome="done") == 6
    # What ended processes left is one file a type, and nothing is counted twice by that.
    run(tmp_path, FORKED)
    second = parsed(run(tmp_path, PRINT))
    assert value(second, "posesite_detections_total", outcome="completed") == 12
    assert value(second, "posesite_detection_seconds_bucket", le="0.1") == 12
    run(tmp_path, PRINT)
    files = sorted(path.name.partition("_")[0] for path in tmp_path.glob("*.db"))
    assert files == ["counter", "counter", "histogram", "histogram"]  # of the last process, and of all before it


def test_a_new_start_forgets_what_ended_processes_counted_and_keeps_those_that_run(tmp_path):
    run(tmp_path, FORKED)
    run(tmp_path, PRINT)
    text = run(tmp_path, f"metrics.detection('failed', 1)\nmetrics.clear()\n{PRINT}")
    assert value(parsed(text), "posesite_detections_total", outcome="failed") == 1
    assert value(parsed(text), "posesite_detections_total", outcome="completed") == 0


def test_a_start_keeps_what_other_hosts_counted_until_it_is_a_day_old(tmp_path):
    other_host = "values._HOST = 'other-host'\nvalues._ARCHIVE = 'other-host-gone'\n"
    run(tmp_path, other_host + FORKED)
    run(tmp_path, other_host + PRINT)
    [archive] = tmp_path.glob("counter_other-host-gone.db")
    text = run(tmp_path, f"metrics.clear()\n{PRINT}")
    assert value(parsed(text), "posesite_detections_total", outcome="completed") == 4
    for path in tmp_path.glob("*_other-host-*.db"):
        os.utime(path, (1, 1))
    text = run(tmp_path, f"metrics.clear()\n{PRINT}")
    assert value(parsed(text), "posesite_detections_total", outcome="completed") == 0
    assert not archive.exists()


def test_commands_that_count_nothing_leave_nothing(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "check"]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=True)
    assert not (tmp_path / "metrics").exists()


def test_a_folder_that_cannot_be_written_to_stops_nobody(tmp_path):
    (tmp_path / "a-file").touch()
    text = run(tmp_path / "a-file", f"metrics.detection('completed', 1)\n{PRINT}")
    assert value(parsed(text), "posesite_detections_total", outcome="completed") == 1


def test_a_forked_child_without_room_for_its_files_works_on(tmp_path):
    code = """
import os, resource
metrics.detection("completed", 0.1)
child = os.fork()
if not child:
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    metrics.detection("completed", 0.1)
    metrics.detection("completed", 0.1)
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
metrics.detection("completed", 0.1)
"""
    assert run(tmp_path, code).strip() == "7"


def test_counting_a_request_is_cheap():
    def count() -> None:
        metrics.request(method="POST", status=201, view="photo-list", seconds=0.02)

    count()
    assert min(timeit.repeat(count, number=1000, repeat=5)) / 1000 < 100e-6
