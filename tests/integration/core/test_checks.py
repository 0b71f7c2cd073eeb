"""System checks."""

from core import checks as core_checks
from poses import checks as pose_checks


def test_missing_libraries_are_one_error_that_names_the_packages(monkeypatch):
    monkeypatch.setattr(core_checks, "_is_loadable", lambda library: "EGL" not in library and "GLES" not in library)
    [error] = core_checks.system_libraries()
    assert error.msg.endswith("apt-get install libegl1 libgles2")


def test_a_library_that_does_not_exist_cannot_be_loaded():
    assert not core_checks._is_loadable("libnowhere.so.99")


def test_this_machine_has_all_libraries():
    assert core_checks.system_libraries() == []


def test_a_missing_model_is_one_warning_with_the_command(settings, tmp_path):
    settings.POSE_MODELS_DIR = tmp_path
    [warning] = pose_checks.pose_model()
    assert "manage.py fetch_model" in warning.msg
