"""Which cells a claim rests on: no more than it needs, and no less."""

import slices
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ENTRY = {"id": "a", "sentence": "It is so.", "verdict": True}


def slicer(*sources):
    cells = [new_markdown_cell("# Page")] + [new_code_cell(source) for source in sources]
    return slices.Slicer(new_notebook(cells=cells))


def needed(*sources, id="a"):
    return slicer(*sources).slice(id)


def test_slice_follows_names_backwards():
    assert needed("x = 1", "z = 5", "y = x + 1", 'claim("a", y == 2)') == [0, 2, 3]


def test_only_the_last_binding_counts():
    assert needed("x = 1", "x = 2", 'claim("a", x == 2)') == [1, 2]
    assert needed("x = 1", "x = x + 1", 'claim("a", x == 2)') == [0, 1, 2]
    assert needed("x = 1", "x += 1", 'claim("a", x == 2)') == [0, 1, 2]


def test_changes_in_place_belong_to_it():
    for change in ("x.append(1)", "x[0] = 1", "x.name = 1", "x.add_(1)", "fill(x)", "next(x)"):
        assert needed("x = make()", change, 'claim("a", x)') == [0, 1, 2], change
    for look in ("print(x)", "plt.plot(x)", "ax.plot(x)", "y = x.mean()", "glue('x', x)"):
        found = needed("import plt", "x = make()", look, 'claim("a", x)')
        assert found == [1, 3], look


def test_names_of_loops_and_functions_are_their_own():
    assert needed("i = 1", "s = [i for i in range(3)]", "def f(i):\n    return i",
                  'claim("a", f(s))') == [1, 2, 3]
    assert needed("k = 3", "def f(i):\n    return i * k", 'claim("a", f(1))') == [0, 1, 2]
    assert needed("ax = 1", "for ax in (1, 2):\n    y = ax", 'claim("a", y)') == [1, 2]
    assert needed("s = 1", "y = (lambda s: s)(2)", 'claim("a", y)') == [1, 2]


def test_what_an_import_binds_is_found():
    assert needed("import numpy as np", "from a import b", 'claim("a", np.ones(1))') == [0, 2]


def test_magics_and_shell_lines_are_no_python():
    assert needed("%matplotlib inline\nx = 1", "!ls", 'claim("a", x)') == [0, 2]


def test_digest_is_of_words_and_code_alone():
    def of(*sources, package="p", **change):
        stub = type("Stub", (), {"digest": lambda self, sources: package})()
        return slicer(*sources).digest({**ENTRY, **change}, stub)

    plain = of("x = 1", "y = 0", 'claim("a", x)')
    assert plain == of("x = 1  # one", "y = 9", "plt.show()", 'claim( "a",\n x)')
    for other in (of("x = 2", 'claim("a", x)'), of("x = 1", 'claim("a", x > 0)'),
                  of("x = 1", 'claim("a", x)', sentence="It is not so."),
                  of("x = 1", 'claim("a", x)', verdict=False),
                  of("x = 1", 'claim("a", x)', package="q")):
        assert other != plain


def test_docstrings_of_the_package_do_not_move_the_seeds():
    a, b = 'def f():\n    """One."""\n    return 1', "def f():\n    # Two.\n    return 1"
    assert slices.normal(a) == slices.normal(b) != slices.normal("def f():\n    return 2")


def test_modules_that_a_claim_uses_are_found_through_imports():
    package = slices.Package()
    decide = package.used(["run = rt.train(rt.load('modes'), 'bce')", "rt.score(run, test)"])
    assert {"training", "adam", "loop", "run", "history", "losses", "round", "recurrence", "draws",
            "machine", "datasets", "scaling", "metrics/scoring", "metrics/names",
            "metrics/distances", "metrics/judges", "metrics/shares"} <= set(decide)
    assert not {"cli", "plots", "checkpoint", "__init__", "metrics/controls"} & set(decide)
    assert "metrics/controls" in package.used(["rt.metrics.controls(train)"])
    assert package.used(["x = 1"]) == []
    assert "rivals/flow" not in package.used(["flow = fit(common)"])
    assert "rivals/flow" in package.used(["rt.rivals.fit('flow', train)"])


def test_only_what_a_claim_uses_moves_its_seeds(tmp_path):
    def digest(source, **change):
        files = {"a": "from .b import two\ndef one():\n    return two()",
                 "b": "def two():\n    return 2", "c": "def three():\n    return 3", **change}
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return slices.Package(tmp_path).digest([source])

    plain = digest("one()")
    assert plain == digest("one()", c="def three():\n    return 4")
    assert plain == digest("one()", b='def two():\n    """Two."""\n    return 2  # two')
    assert plain == digest("one()", d="def four():\n    return 4")
    assert plain != digest("one()", b="def two():\n    return 22")
    run = "class R:\n    def go(self):\n        return 1\n    def save(self):\n        return {}"
    assert (digest("R()", c=run.format(1)) == digest("R()", c=run.format(2))
            != digest("R()", c=run.format(1).replace("return 1", "return 3", 1)))


def test_an_optimizer_changes_what_it_was_built_from():
    assert needed("import torch", "net = make()", "adam = torch.optim.Adam(net.parameters())",
                  "adam.step()", "other = 1", 'claim("a", net)') == [0, 1, 2, 3, 5]
