"""Exercises that check themselves: right answers pass, likely slips get the hint that names them."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from rnngan_tutorial import exercises

BOOK = Path(__file__).parents[1] / "book"
CALL = re.compile(r"rt\.exercises\.check\(\s*\"([^\"]+)\"")


def as_printed(logit, y):
    p = torch.sigmoid(logit)
    return -y * torch.log(p) + (1 - y) * torch.log(1 - p)


def with_probability(logit, y):
    p = torch.sigmoid(logit)
    return -(y * torch.log(p) + (1 - y) * torch.log(1 - p))


def right_bce(logit, y):
    return y * softplus(-logit) + (1 - y) * softplus(logit)


@pytest.mark.parametrize(("answer", "word"), [
    (as_printed, "minus sign reach both"),
    (lambda s, y: -right_bce(s, y), "wrong sign"),
    (with_probability, "not finite"),
    (lambda s, y: right_bce(s, 1 - y), "right term"),
    (lambda s, y: right_bce(s, y).mean(), "one price per logit"),
    (lambda s, y: None, "returns nothing"),
    (lambda s, y: 1 / 0, "ZeroDivisionError"),
])
def test_bce_slips_are_named(answer, word):
    assert word in exercises.hint("bce", answer)


@pytest.mark.parametrize(("name", "answer"), [
    ("bce", right_bce),
    ("best-logit", np.log(0.27 / 0.13)),
    ("gru-size", lambda i, h: 3 * h * (h + i + 1) + h),
    ("to-units", 1.30375),
])
def test_right_answers_pass(name, answer, capsys):
    exercises.check(name, answer)
    assert capsys.readouterr().out == "right\n"


@pytest.mark.parametrize(("name", "answer", "word"), [
    ("best-logit", np.log(3), "without smoothing"),
    ("best-logit", 0.675, "best probability"),
    ("best-logit", 9.0, "derivative"),
    ("gru-size", lambda i, h: 3 * h * (h + i + 1), "two biases"),
    ("gru-size", lambda i, h: 3 * h * (h + i + 2), "only their sum"),
    ("gru-size", lambda i, h: 3 * h * h, "on one"),
    ("to-units", 2.57375, "starts at the low end"),
    ("to-units", 0.3275, "it is [-1, 1]"),
    ("to-units", 5, "as a share"),
])
def test_slips_are_named(name, answer, word, capsys):
    exercises.check(name, answer)
    said = capsys.readouterr().out
    assert said.startswith("not yet: ") and word in said


def test_unknown_exercise():
    with pytest.raises(ValueError, match="choose from bce"):
        exercises.check("none", 1)


@pytest.mark.parametrize("path", sorted(BOOK.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_in_the_book_each_starter_fails_and_each_solution_passes(path):
    verdicts = {}
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            for name in CALL.findall(cell.source):
                said = "".join(out.get("text", "") for out in cell.outputs)
                verdicts.setdefault(name, []).append(said.split(":")[0].strip())
    assert verdicts, "a chapter has at least one exercise that checks itself"
    assert set(map(tuple, verdicts.values())) == {("not yet", "right")}
