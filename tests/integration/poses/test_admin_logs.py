"""The admin's log."""

import pytest

from poses.models import LogEntry
from poses.services import deleting

from .admin_rows import LOG, staff_with, uploaded

pytestmark = pytest.mark.usefixtures("fake_detector")


def entries_on(response) -> list[LogEntry]:
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_entries_of_a_photo_that_is_gone_open_and_say_so(admin_client, user):
    gone, there = uploaded(user, 1), uploaded(user, 2)
    gone_id = gone.id
    deleting.delete_photo(photo=gone, actor=user)
    html = admin_client.get(LOG).content.decode()
    assert html.count('<td class="field-photo_page">Deleted</td>') == 3
    assert f"/admin/poses/photo/{there.id}/change/" in html
    assert f"/admin/poses/photo/{gone_id}/change/" not in html
    entry = LogEntry.objects.get(action="delete")
    page = admin_client.get(f"{LOG}{entry.pk}/change/").content.decode()
    assert "Deleted" in page
    assert str(gone_id) in page


def test_an_entry_without_a_photo_opens(admin_client, user):
    entry = LogEntry.objects.create(owner=user, action="delete", status="success")
    page = admin_client.get(f"{LOG}{entry.pk}/change/")
    assert page.status_code == 200
    assert "None" not in page.content.decode()
    assert entries_on(admin_client.get(LOG)) == [entry]


def test_filters_and_search(admin_client, user):
    photo = uploaded(user, name="pier.jpg")
    LogEntry.objects.create(photo=photo, owner=user, action="detect", status="failure", message="corrupt_image: no")
    assert [entry.message for entry in entries_on(admin_client.get(LOG, {"status__exact": "failure"}))] == [
        "corrupt_image: no"
    ]
    assert len(entries_on(admin_client.get(LOG, {"action__exact": "detect"}))) == 2
    assert [entry.action for entry in entries_on(admin_client.get(LOG, {"q": "pier"}))] == ["upload"]
    assert len(entries_on(admin_client.get(LOG, {"q": str(photo.id)}))) == 3
    assert entries_on(admin_client.get(LOG, {"created_at__gte": "2101-01-01T00:00:00Z"})) == []


def test_nothing_can_be_added_changed_or_deleted(admin_client, user):
    uploaded(user)
    entry = LogEntry.objects.first()
    assert admin_client.get(f"{LOG}add/").status_code == 403
    assert admin_client.post(f"{LOG}{entry.pk}/change/", {"message": "other"}).status_code == 403
    assert admin_client.post(f"{LOG}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(LOG, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert LogEntry.objects.get(pk=entry.pk).message == entry.message
    assert LogEntry.objects.count() == 2


def test_operators_see_the_log_and_no_photos(client, make_user, user):
    uploaded(user)
    client.force_login(staff_with(make_user, "view_logentry"))
    assert len(entries_on(client.get(LOG))) == 2
    assert client.get("/admin/poses/photo/").status_code == 403
