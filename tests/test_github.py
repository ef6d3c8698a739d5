"""Workflows, forms and hooks are valid, and pages are published only after the tests."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
             for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))}
CONFIG = ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"
FORMS = sorted(set(CONFIG.parent.glob("*.yml")) - {CONFIG})


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


PYTHONS = SpecifierSet(tomllib.loads(text("pyproject.toml"))["project"]["requires-python"])


def follows(schema, path):
    """What is wrong with a file by the schema; "" if nothing is."""
    checked = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                              f"vendor.{schema}", str(path)], capture_output=True, text=True)
    return checked.stdout if checked.returncode else ""


@pytest.mark.parametrize("schema, path", [
    *(("github-workflows", ROOT / ".github" / "workflows" / f"{name}.yml") for name in WORKFLOWS),
    *(("github-issue-forms", path) for path in FORMS),
    ("github-issue-config", CONFIG),
    ("dependabot", ROOT / ".github" / "dependabot.yml"),
    ("citation-file-format", ROOT / "CITATION.cff"),
], ids=lambda value: getattr(value, "name", value))
def test_file_follows_its_schema(schema, path):
    assert follows(schema, path) == ""


def test_a_broken_workflow_is_found(tmp_path):
    broken = tmp_path / "test.yml"
    broken.write_text(text(".github/workflows/test.yml").replace("runs-on", "runs_on"))
    assert "runs_on" in follows("github-workflows", broken)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_have_few_rights_and_an_end(name):
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert "secrets" not in str(job)
        if "uses" in job:  # another workflow of this repository, checked by itself
            assert job["uses"].startswith("./.github/workflows/")
            continue
        assert job["timeout-minutes"] <= 60
        assert all(step.get("uses", "actions/").startswith("actions/") for step in job["steps"])


def test_pages_are_published_after_the_tests_and_not_from_a_fork():
    publish = WORKFLOWS["publish"]
    jobs = publish["jobs"]
    assert jobs["test"] == {"uses": "./.github/workflows/test.yml"}
    assert "workflow_call" in WORKFLOWS["test"][True]  # YAML 1.1 reads the key `on` as true
    assert jobs["build"]["needs"] == "test" and jobs["deploy"]["needs"] == "build"
    owner = yaml.safe_load(text("CITATION.cff"))["repository-code"].removeprefix(
        "https://github.com/")
    assert f"github.repository == '{owner}'" in jobs["build"]["if"]
    assert publish["concurrency"]["cancel-in-progress"] is False
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}


def test_notebooks_are_pushed_where_the_launch_buttons_look():
    """By a job that runs nothing of ours: it alone may write, and only has what `build` made."""
    jobs = WORKFLOWS["publish"]["jobs"]
    push = jobs["notebooks"]
    assert "build" in push["needs"] and push["permissions"] == {"contents": "write"}
    assert [name for name, job in jobs.items() if "contents" in job.get("permissions", {})
            ] == ["notebooks"]
    assert {"run": "make plain"} in jobs["build"]["steps"]
    made = [step["with"] for step in jobs["build"]["steps"] if "upload-artifact" in str(step)]
    [taken, pushed] = push["steps"]
    assert [made[0]["name"], made[0]["path"]] == [taken["with"]["name"], "_plain"]
    assert pushed["working-directory"] == taken["with"]["path"]
    assert "checkout" not in str(push) and "python" not in str(push)
    theme = yaml.safe_load(text("_config.yml"))["sphinx"]["config"]["html_theme_options"]
    assert theme["repository_branch"] == "notebooks" == pushed["run"].split()[-1]
    assert theme["path_to_docs"] == ""


def test_workflows_take_pythons_that_fit():
    pythons = [str(python) for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()
               for python in job.get("strategy", {}).get("matrix", {}).get("python", [])]
    assert pythons and all(python in PYTHONS for python in pythons)


def test_hooks_need_no_download_and_their_commands_are_installed():
    [repository] = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert shutil.which(hook["entry"].split()[0], path=str(Path(sys.executable).parent))
