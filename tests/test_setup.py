"""The files around the package agree with each other, and the set-up does what they say."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import install
import numpy as np
import pandas as pd
import pytest
import yaml
from jupyter_book.config import validate_yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from pybtex.database import parse_file
from sphinx_external_toc.parsing import parse_toc_yaml

import rnngan_tutorial as rt

ROOT = Path(__file__).resolve().parents[1]

needs_posix = pytest.mark.skipif(os.name != "posix", reason="its helper is a shell script")
needs_make = pytest.mark.skipif(os.name != "posix" or shutil.which("make") is None,
                                reason="no make with a shell on this machine")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


PROJECT = tomllib.loads(text("pyproject.toml"))["project"]
PYTHONS = SpecifierSet(PROJECT["requires-python"])
WANTED = {canonicalize_name(r.name): r for r in map(Requirement, [
    *PROJECT["dependencies"], *sum(PROJECT["optional-dependencies"].values(), [])])}
PINNED = {canonicalize_name(r.name): r for r in map(Requirement, text("constraints.txt").split())}


# Versions

def test_constraints_pin_every_requirement_within_its_bounds():
    for name, wanted in WANTED.items():
        [pin] = PINNED[name].specifier
        assert pin.operator == "=="
        assert pin.version in wanted.specifier, name


def test_constraints_name_one_public_version_each():
    lines = text("constraints.txt").split()
    assert len(lines) == len(PINNED)
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)  # no "+cpu"


def test_environment_installs_the_book_with_the_pinned_versions():
    conda = yaml.safe_load(text("environment.yml"))
    assert conda["name"] == PROJECT["name"]
    assert conda["channels"] == ["conda-forge"]
    python, pip, inner = conda["dependencies"]
    assert pip == "pip"
    assert python.removeprefix("python=") in PYTHONS
    assert {f"--extra-index-url {install.CPU_BUILDS}", "--constraint constraints.txt",
            "--editable .[book,test]"} <= set(inner["pip"])
    named = [Requirement(line) for line in inner["pip"] if not line.startswith("--")]
    assert {r.name for r in named} <= set(WANTED)
    assert not any(r.specifier for r in named)  # bounds stand in pyproject.toml alone


def test_a_torch_is_kept_exactly_if_the_package_accepts_it():
    accepted = WANTED["torch"].specifier
    major, minor = install.OLDEST_TORCH
    assert f"{major}.{minor}.0" in accepted and f"{major}.{minor - 1}.9" not in accepted
    assert install.pinned_torch() in accepted


def test_the_version_is_that_of_the_citation_and_of_the_newest_entry_of_the_changelog():
    citation = yaml.safe_load(text("CITATION.cff"))
    version, date = re.search(r"^## (\S+)\n\n(\d{4}-\d\d-\d\d)\.", text("CHANGELOG.md"),
                              flags=re.M).groups()
    assert rt.__version__ == version == citation["version"]
    assert date == str(citation["date-released"])
    assert PROJECT["dynamic"] == ["version"] and "version" not in PROJECT


def test_licences_are_named_and_whole():
    data = text("data/README.md")
    assert PROJECT["license"] == "MIT AND ODC-By-1.0 AND CC-BY-4.0 AND CC0-1.0"
    assert "ODC-By 1.0" in data and "CC BY 4.0" in data
    assert yaml.safe_load(text("CITATION.cff"))["license"] == "MIT"
    assert text("LICENSE").startswith("MIT License")
    words = text("LICENSE-TEXT")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in words
    assert "Section 1 -- Definitions." in words and "Section 8 -- Interpretation." in words


# Installing

def pip_calls(**given):
    calls = install.commands("py", **{"nvidia": False, "installed": None, "pinned": "2.9", **given})
    return [" ".join(call) for call in calls]


def test_without_a_gpu_torch_comes_first_and_without_cuda():
    torch, rest = pip_calls()
    assert "--no-deps" in torch and install.CPU_BUILDS in torch and torch.endswith("torch==2.9")
    assert "--retries 1" in torch
    assert install.CPU_BUILDS not in rest  # it would be asked for every package
    assert "--constraint" in rest and "--editable" in rest


def test_with_a_gpu_torch_comes_with_cuda():
    torch, _ = pip_calls(nvidia=True)
    assert torch.endswith("torch==2.9")
    assert install.CPU_BUILDS not in torch and "--no-deps" not in torch


def test_torch_that_is_there_stays():
    [same] = pip_calls(installed="2.9")
    assert "--constraint" in same
    [other] = pip_calls(installed="2.8", nvidia=True)
    assert "--constraint" not in other and "torch==" not in other


@needs_posix
def test_installed_torch_is_asked_of_the_other_python(tmp_path):
    assert install.installed_torch(sys.executable) is not None
    fake = tmp_path / "torch-2.5.1+cpu.dist-info"
    fake.mkdir()
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 2.5.1+cpu\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert install.installed_torch(str(python)) is None  # too old: replaced


@needs_posix
@pytest.mark.parametrize("answers, expected", [(0, True), (9, False), (None, False)])
def test_nvidia_counts_only_when_its_driver_answers(tmp_path, monkeypatch, answers, expected):
    if answers is not None:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\nexit {answers}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install.has_nvidia() is expected


@pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
def test_pythons_that_the_book_was_not_tried_on_are_refused_in_one_line(monkeypatch, version):
    monkeypatch.setattr(install.sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"^Python .* will not do: use 3\.11, 3\.12 or 3\.13.*$"):
        install.main("nowhere")


def test_the_package_has_no_newest_python():
    assert "3.10.4" not in PYTHONS and "3.14.0" in PYTHONS


# Commands

def make(*arguments):
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout


def test_readme_starts_with_two_commands():
    [first] = re.findall(r"\A# [^\n]*\n\n```\n(.*?)\n```", text("README.md"), flags=re.S)
    assert first.splitlines() == ["make book", "make test"]


@needs_make
@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".ci/run",
                                  ".github/PULL_REQUEST_TEMPLATE.md",
                                  ".github/workflows/test.yml", ".github/workflows/publish.yml"])
def test_every_make_command_that_is_named_is_there(name):
    there = {line.split()[0] for line in make("help").splitlines()}
    named = re.findall(r"(?:^|`|run: )make (?:PYTHON=\S+ )?([a-z]+)(?= NB=|`|$)", text(name),
                       flags=re.M)
    assert set(named) <= there
    assert named or ".ci/run" in text(name)


@needs_make
def test_make_alone_helps():
    assert make() == make("help")


def test_readme_pip_commands_are_those_of_the_script():
    pinned = install.pinned_torch()
    torch, rest = install.commands("py", False, None, pinned)
    assert (f"\npip install --no-deps --extra-index-url {install.CPU_BUILDS} torch=={pinned}\n"
            in text("README.md"))
    assert set(re.findall(r"\S+", f"--no-deps {install.CPU_BUILDS} torch=={pinned}")) <= set(torch)
    assert (f'\npip install --constraint constraints.txt --editable ".[{install.EXTRAS}]"\n'
            in text("README.md"))
    assert rest[-1].endswith(f"[{install.EXTRAS}]")


@pytest.fixture
def pumps(tmp_path, monkeypatch):
    """A folder with a stranger's table: three pumps, two sensors, one of them in whole numbers."""
    monkeypatch.chdir(tmp_path)
    rng, rows = np.random.default_rng(0), 48 * 8
    hours = pd.date_range("2026-01-01", periods=rows, freq="h")
    return pd.concat(pd.DataFrame({
        "time": hours, "pump": pump, "bar": 5 + rng.normal(size=rows).cumsum(),
        "litres": rng.integers(0, 900, rows), "state": state})
        for pump, state in zip("ABCDEF", ["on", "off"] * 3, strict=True))


def test_readme_takes_a_strangers_csv_to_a_csv(pumps, capsys):
    pumps.drop(columns="state").to_csv("pumps.csv", index=False)
    [example] = re.findall(r"```python\n(.*?)```", text("README.md"), flags=re.S)
    assert len(example.strip().splitlines()) == 8
    small = example.replace("steps=3000", "steps=3, batch=8")
    assert small != example
    exec(small, {})
    made = pd.read_csv("generated.csv", parse_dates=["time"])
    assert list(made) == ["time", "pump", "bar", "litres"]
    assert len(made) == 48_000 and made["pump"].nunique() == 1000
    assert made["litres"].dtype.kind == "i"
    assert made["time"].diff().mode()[0] == pd.Timedelta(hours=1)
    assert "discriminative" in capsys.readouterr().out


def test_the_book_says_how_to_use_it_on_a_table_and_with_own_networks(pumps):
    pumps.to_csv("mine.csv", index=False)
    blocks = re.findall(r"```python\n(.*?)```", text("book/how_to_use.md"), flags=re.S)
    code = "".join(blocks).replace("steps=3000", "steps=3, batch=8").replace(
        'discriminator=Reader,', 'discriminator=Reader, steps=3, batch=8,')
    assert code.count("batch=8") == 2
    exec(code, names := {})
    assert names["run"].sample(2).shape == (4, 2, 48, 2)
    assert {column.column for column in names["scores"].columns} == {"bar", "litres"}


@needs_posix
def test_ci_is_a_script_that_can_be_run():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


def test_every_file_named_in_the_documents_is_there():
    for name in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(r"\]\(([^)#:]+)\)", text(name)) + [
            path for path in re.findall(r"`((?:book|data|tests|tools|rnngan_tutorial|benchmarks)/"
                                        r"[\w./]*)`", text(name))]
        assert named
        for path in named:
            assert (ROOT / path).exists(), f"{name}: {path}"


# The book's own settings

def pages():
    """Files that the table of contents lists, with their suffix."""
    listed = sorted(parse_toc_yaml(ROOT / "book" / "_toc.yml"))
    found = [[p for p in (ROOT / "book").glob(f"{name}.*") if p.suffix in (".md", ".ipynb")]
             for name in listed]
    missing = [name for name, files in zip(listed, found, strict=True) if len(files) != 1]
    assert not missing, f"in the table of contents, but not one file each: {missing}"
    return [file for [file] in found]


def test_config_is_valid():
    config = yaml.safe_load(text("_config.yml"))
    validate_yaml(config, raise_on_errors=True)
    assert config["execute"]["execute_notebooks"] == "off"
    # A folder of this name would be loaded, script by script, on every page.
    assert not (ROOT / "book" / "_static").exists()
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["repository-code"] == config["repository"]["url"]
    assert citation["title"] == config["title"]


def test_every_page_is_in_the_table_of_contents():
    written = {p for suffix in ("md", "ipynb") for p in (ROOT / "book").rglob(f"*.{suffix}")
               if "assets" not in p.parts and ".ipynb_checkpoints" not in p.parts}
    assert written == set(pages())
    assert not [p for p in written if p.name[0].isdigit()]  # pytest could not import them


def test_references_are_complete():
    entries = parse_file(ROOT / "book" / "references.bib").entries
    for key, entry in entries.items():
        assert {"title", "year"} <= set(entry.fields) and entry.persons["author"], key
        assert entry.fields["year"] in key, key
        assert "doi" in entry.fields or "url" in entry.fields, key


def test_vendored_mathjax_is_whole():
    folder = ROOT / "book" / "assets" / "vendor" / "mathjax"
    script = (folder / "tex-chtml.js").read_text(encoding="utf-8")
    assert '"3.2.2"' in script
    assert "Apache License" in (folder / "LICENSE").read_text()
    fonts = {p.name for p in (folder / "output/chtml/fonts/woff-v2").glob("*.woff")}
    assert set(re.findall(r"MathJax_[\w-]+\.woff", script)) <= fonts and len(fonts) == 23
