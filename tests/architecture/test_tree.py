"""What the tree must say, and what it must never hold."""

import re
import subprocess

import pytest

from rcm_site.engines.places import PROJECT

# Spelled apart, so that this file does not hold what it forbids.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "deb." + "debian.org",
    "index" + "-url",
)
LOCK_FILES = {"uv.lock", "pylock.toml", "package-lock.json", "poetry.lock", "Pipfile.lock"}


@pytest.fixture(scope="module")
def tracked():
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return [PROJECT / name for name in listing.split("\0") if name and (PROJECT / name).is_file()]


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_package_registry(tracked):
    """A lock file that records addresses works on one network only."""
    assert not LOCK_FILES & {path.name for path in tracked}
    naming = [
        str(path.relative_to(PROJECT))
        for path in tracked
        if "static/vendor" not in str(path) and any(registry in text_of(path) for registry in REGISTRIES)
    ]
    assert naming == []


def test_every_package_is_pinned_with_its_hashes():
    for name in ("runtime", "embedded", "dev"):
        lines = (PROJECT / "requirements" / f"{name}.txt").read_text().splitlines()
        pins = [line for line in lines if re.match(r"[a-z0-9]", line)]
        assert pins
        for pin in pins:
            assert re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==\S+ ", pin), pin
        assert sum("--hash=sha256:" in line for line in lines) >= len(pins)


def test_every_setting_of_the_environment_is_documented(tracked):
    documented = (PROJECT / "docs" / "deployment.md").read_text()
    code = [path for path in tracked if path.suffix == ".py" and "tests" not in path.parts]
    used = {name for path in code for name in re.findall(r'"(RCM_[A-Z_]+)"', text_of(path))}
    ours_alone = {"RCM_TEST_TEMPLATE"}
    assert {name for name in used - ours_alone if name not in documented} == set()
