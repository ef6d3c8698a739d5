"""The files around the package agree with each other, and the set-up does what they say."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import install
import matplotlib.pyplot as plt
import pytest
import yaml
from jupyter_book.config import validate_yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from pybtex.database import parse_file
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]
SIX = {"jupyter-book", "torch", "numpy", "matplotlib", "nbval", "ipywidgets"}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


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


def test_environment_agrees_with_pyproject():
    conda = yaml.safe_load(text("environment.yml"))
    assert conda["name"] == PROJECT["name"]
    assert conda["channels"] == ["conda-forge"]
    python, pip, inner = conda["dependencies"]
    assert pip == "pip"
    assert python.removeprefix("python=") in PYTHONS
    options = [line for line in inner["pip"] if line.startswith("--")]
    assert options == [f"--extra-index-url {install.CPU_BUILDS}",
                       "--constraint constraints.txt", "--editable .[book,test]"]
    named = [Requirement(line) for line in inner["pip"] if line not in options]
    assert {r.name for r in named} == SIX
    for requirement in named:
        assert requirement == WANTED[requirement.name]


def test_torch_bounds():
    torch = WANTED["torch"].specifier
    assert "2.6.0" in torch and "2.11.0" in torch and "2.5.1" not in torch
    assert install.pinned_torch() in torch
    assert install.OLDEST_TORCH == (2, 6)


def test_version_and_licence_are_the_same_everywhere():
    citation = yaml.safe_load(text("CITATION.cff"))
    assignments = {node.targets[0].id: node.value for node in
                   ast.parse(text("rnngan_tutorial/__init__.py")).body
                   if isinstance(node, ast.Assign)}
    version = ast.literal_eval(assignments["__version__"])
    assert PROJECT["version"] == version == citation["version"]
    assert f"\n## {version}\n" in text("CHANGELOG.md")
    assert PROJECT["license"] == citation["license"] == "MIT"
    assert text("LICENSE").startswith("MIT License")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text("LICENSE-TEXT")


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


def test_installed_torch_is_asked_of_the_other_python(tmp_path):
    assert install.installed_torch(sys.executable) is not None
    fake = tmp_path / "torch-2.5.1+cpu.dist-info"
    fake.mkdir()
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 2.5.1+cpu\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert install.installed_torch(str(python)) is None  # too old: replaced


@pytest.mark.parametrize("answers, expected", [(0, True), (9, False), (None, False)])
def test_nvidia_counts_only_when_its_driver_answers(tmp_path, monkeypatch, answers, expected):
    if answers is not None:
        (tmp_path / "nvidia-smi").write_text(f"#!/bin/sh\nexit {answers}\n")
        (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install.has_nvidia() is expected


def test_other_pythons_are_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(install.sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"^Python .* will not do: use 3\.11, 3\.12 or 3\.13.*$"):
        install.main("nowhere")
    assert "3.10.4" not in PYTHONS and "3.14.0" not in PYTHONS


def test_a_wheel_brings_the_data(tmp_path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("rnngan_tutorial", "data"):
        shutil.copytree(ROOT / name, tmp_path / name,
                        ignore=shutil.ignore_patterns("__pycache__", "raw"))
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps",
                    "--no-build-isolation", "--wheel-dir", "out", "."], cwd=tmp_path, check=True)
    [wheel] = (tmp_path / "out").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    check = ("import rnngan_tutorial as rt; print(rt.__file__); "
             "print(rt.load('heartbeats').shape, rt.load('digits').shape)")
    shown = subprocess.run([sys.executable, "-c", check], cwd=tmp_path / "site", text=True,
                           capture_output=True, check=True).stdout.splitlines()
    assert shown[0].startswith(str(tmp_path / "site"))
    assert re.fullmatch(r"\(\d+, 48, 1\) \(1797, 8, 8\)", shown[1])


# Commands

def make(*arguments):
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout


def test_readme_starts_with_two_commands_that_are_there():
    [first] = re.findall(r"\A# [^\n]*\n\n```\n(.*?)\n```", text("README.md"), flags=re.S)
    assert first.splitlines() == ["make book", "make test"]
    targets = [line.split()[0] for line in make("help").splitlines()]
    assert targets == ["help", "book", "test", "execute", "serve", "lint", "clean"]


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


def test_readme_example_runs(monkeypatch, capsys):
    monkeypatch.setattr(plt, "show", lambda: None)
    [example] = re.findall(r"```python\n(.*?)```", text("README.md"), flags=re.S)
    small = example.replace("steps=1500", "steps=3").replace("seeds=4", "seeds=1")
    assert small.count("steps=3, seeds=1") == 1
    names = {}
    exec(small, names)
    plt.close("all")
    assert names["series"].shape == (1, 64, 48, 1)
    assert "wide_share" in capsys.readouterr().out


def test_ci_runs_the_readme_command():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    assert text(".ci/run").splitlines()[-1] == "make test"


def test_every_file_named_in_the_documents_is_there():
    for name in ("README.md", "CONTRIBUTING.md"):
        named = re.findall(r"\]\(([^)#:]+)\)", text(name)) + [
            path for path in re.findall(r"`((?:book|data|tests|tools|rnngan_tutorial|benchmarks)/"
                                        r"[\w./]*)`", text(name))]
        assert named
        for path in named:
            assert (ROOT / path).exists(), f"{name}: {path}"


# Workflows

@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_workflow_is_valid(path):
    subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                    "vendor.github-workflows", str(path)], check=True)
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert step.get("uses", "actions/").startswith("actions/")
            assert "secrets." not in str(step)


def test_a_broken_workflow_is_found(tmp_path):
    broken = tmp_path / "test.yml"
    broken.write_text(text(".github/workflows/test.yml").replace("runs-on", "runs_on"))
    checked = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                              "vendor.github-workflows", str(broken)], capture_output=True)
    assert checked.returncode == 1


def test_workflows_run_what_the_readme_says_on_pythons_that_fit():
    assert [path.name for path in WORKFLOWS] == ["publish.yml", "test.yml"]
    publish, test = (yaml.safe_load(path.read_text()) for path in WORKFLOWS)
    matrix = test["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert matrix == ["3.11", "3.13"] and all(python in PYTHONS for python in matrix)
    assert test["jobs"]["test"]["steps"][-1] == {"run": ".ci/run"}
    runs = [step.get("run") for step in publish["jobs"]["build"]["steps"]]
    assert "make book" in runs
    assert publish["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}


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
