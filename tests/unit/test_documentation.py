"""The documents keep up with the code."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


COMPOSE_SECTION = "# --- Only compose.yaml reads these ---"


def variables_read() -> set[str]:
    sources = [*ROOT.glob("posesite/**/*.py"), *ROOT.glob("core/**/*.py")]
    return {name for path in sources for name in re.findall(r'\benv\.\w+\(\s*"([A-Z0-9_]+)"', path.read_text())}


def variables_of_compose() -> set[str]:
    return set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "compose.yaml").read_text()))


def variables_described() -> tuple[set[str], set[str]]:
    """Those of the site, and those of compose.yaml alone."""
    site, compose = (ROOT / ".env.example").read_text().split(COMPOSE_SECTION)
    return described_in(site), described_in(compose)


def described_in(text: str) -> set[str]:
    return set(re.findall(r"^#?([A-Z0-9_]+)=", text, re.MULTILINE))


def test_every_variable_that_is_read_is_described_and_no_other():
    assert len(variables_read()) > 20
    assert variables_read() == variables_described()[0]


def test_every_variable_of_compose_is_described_and_no_other():
    of_the_site, of_compose = variables_described()
    assert len(of_compose) > 5
    # compose itself reads the last one.
    assert variables_of_compose() - of_the_site == of_compose - {"COMPOSE_PROFILES"}


def test_every_management_command_is_described():
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"}
    text = (ROOT / "docs" / "operations.md").read_text()
    assert {"serve", "fetch_model"} <= commands
    assert [command for command in sorted(commands) if f"`manage.py {command}" not in text] == []


def test_every_direct_dependency_says_what_it_is_for():
    lines = [
        *(ROOT / "requirements.in").read_text().splitlines(),
        *(ROOT / "requirements-dev.in").read_text().splitlines(),
    ]
    packages = [line for line in lines if line and not line.startswith(("#", "-r"))]
    assert len(packages) > 20
    assert [line for line in packages if " # " not in line] == []
