"""Nothing that is installed is left to chance."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement

from wordcount.version import VERSION

PROJECT = Path(__file__).parent.parent.parent
# It comes with the virtual environment itself.
OF_THE_ENVIRONMENT = {"pip"}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, str]:
    """What is pinned for this Python."""
    lines = (PROJECT / file).read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return {
        normalised(one.name): str(one.specifier).removeprefix("==")
        for one in wanted
        if one.marker is None or one.marker.evaluate()
    }


def test_every_installed_version_is_pinned() -> None:
    pinned = pins("requirements.txt") | pins("requirements-dev.txt")
    installed = {normalised(dist.metadata["Name"]): dist.version for dist in distributions()}
    assert {
        name: version for name, version in installed.items() if name not in OF_THE_ENVIRONMENT
    } == pinned


def test_no_version_is_pinned_twice() -> None:
    assert not pins("requirements.txt").keys() & pins("requirements-dev.txt").keys()


def test_the_release_is_the_same_for_packagers_and_for_the_program() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
