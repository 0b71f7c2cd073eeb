"""What rows say of their files, and in which database."""

import dataclasses

import pytest
from django.utils.connection import ConnectionDoesNotExist

from poses.models import Photo
from poses.services.stored_files import FileRows, all_file_rows, is_named


@pytest.fixture
def photos() -> FileRows:
    return next(rows for rows in all_file_rows() if rows.model is Photo)


def test_a_thumbnail_is_estimated_and_the_photo_is_not(make_photo, photos):
    assert photos.total_bytes() == 0
    sizes = [make_photo().size_bytes for _ in range(2)]
    assert photos.total_bytes() == sum(sizes) + 2 * 32 * 1024
    assert dataclasses.replace(photos, size_field="").total_bytes() == 4 * 32 * 1024


def test_another_database_can_be_asked(photo, photos):
    assert (photos.count("default"), len(next(photos.all("default")))) == (2, 1)
    for ask in (photos.count, photos.total_bytes, lambda using: next(photos.all(using))):
        with pytest.raises(ConnectionDoesNotExist):
            ask("another")


def test_a_file_is_named_by_the_row_of_its_own_id_alone(photo):
    assert is_named(photo.file.name)
    assert is_named(photo.thumbnail.name)
    assert not is_named(photo.file.name.replace(".jpg", ".png"))
    assert not is_named("readme.txt")
