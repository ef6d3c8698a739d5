"""What is packed is whole: an sdist can run its tests, a wheel can do without the checkout."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from setuptools import find_packages

import rnngan_tutorial as rt

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]


def python(*arguments, cwd, **environment):
    """What a Python prints that finds the package in `cwd`, not in this checkout."""
    run = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(cwd), **environment})
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The folder of an sdist of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    shutil.copytree(ROOT, folder / "copy", ignore=shutil.ignore_patterns(
        ".git", ".venv", ".*_cache", ".ipynb_checkpoints", "__pycache__", "*.egg-info", "_build",
        "build", "dist", "runs"))
    python("-c", "from setuptools.build_meta import build_sdist; build_sdist('..')",
           cwd=folder / "copy")
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """The folder of a wheel made from the sdist, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir",
           str(folder), ".", cwd=sdist)
    [archive] = folder.glob("*.whl")
    zipfile.ZipFile(archive).extractall(folder / "site")
    return folder / "site"


def test_every_test_of_the_sdist_can_be_collected(sdist):
    collected = python("-m", "pytest", "--collect-only", "--quiet", "--numprocesses=0",
                       "-p", "no:cacheprovider", cwd=sdist)
    for path in ("tests/test_setup.py", "tests/test_losses.py", "book/losses/bce.ipynb"):
        assert f"{path}::" in collected


def test_a_wheel_brings_the_data(wheel):
    check = ("import rnngan_tutorial as rt; print(rt.__file__); "
             "print(rt.load('heartbeats').shape, rt.load('digits').shape)")
    shown = python("-c", check, cwd=wheel).splitlines()
    assert shown[0].startswith(str(wheel))
    assert re.fullmatch(r"\(\d+, 48, 1\) \(1797, 8, 8\)", shown[1])


def test_a_wheel_holds_every_module_and_nothing_that_is_none(wheel):
    modules = {path.relative_to(wheel) for path in wheel.rglob("*.py")}
    assert modules == {path.relative_to(ROOT) for path in (ROOT / "rnngan_tutorial").rglob("*.py")}
    assert (wheel / "rnngan_tutorial" / "py.typed").exists()


def test_a_wheel_says_its_version_licences_and_command(wheel):
    [about] = wheel.glob("*.dist-info")
    metadata = (about / "METADATA").read_text(encoding="utf-8")
    assert f"\nVersion: {rt.__version__}\n" in metadata
    assert f"\nLicense-Expression: {PROJECT['license']}\n" in metadata
    for name in ("LICENSE", "LICENSE-TEXT", "data/README.md"):
        assert (about / "licenses" / name).read_text(encoding="utf-8") == (
            ROOT / name).read_text(encoding="utf-8")
    assert "rnngan = rnngan_tutorial.__main__:main" in (about / "entry_points.txt").read_text()


def test_the_command_is_a_function_that_is_there():
    [place] = PROJECT["scripts"].values()
    module, function = place.split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_package_is_shipped():
    shipped = set(SETTINGS["tool"]["setuptools"]["packages"])
    assert shipped - {"rnngan_tutorial._data"} == set(
        find_packages(ROOT, include=["rnngan_tutorial", "rnngan_tutorial.*"]))
