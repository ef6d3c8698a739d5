"""What a trained generator is fed: blocks of noise, labels as often as in the data, codes."""

import numpy as np
import pytest
import torch
from small_runs import train

import rnngan_tutorial as rt
from rnngan_tutorial import sampling
from rnngan_tutorial.draws import SAMPLING, random_source

RARE = rt.Sequences(np.zeros((40, 6, 1)) + np.linspace(-.5, .5, 6)[:, None],
                    labels=np.array([0] * 30 + [2] * 10), label_names=("often", "never", "rare"))
BOTH = ["plain", "coded"]


@pytest.fixture(scope="module")
def runs():
    return {"plain": train(steps=2), "coded": train(rt.loss("conditional") + rt.loss("infogan"), 2),
            "rare": train("conditional", 2, RARE)}


def series_and_inputs(run, n, **options):
    """All that is fed, and what is made of it, as one list of tensors."""
    z, y, code = run.inputs(n, **options)
    return [t for t in (torch.as_tensor(run.sample(n, **options)), z, y, code) if t is not None]


# Blocks

@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("n", [1, 5, 6, 12, 17])
def test_blocks_have_all_series_and_no_more(monkeypatch, runs, name, n):
    monkeypatch.setattr(sampling, "AT_ONCE", 6)
    run, seen = runs[name], []
    for part in series_and_inputs(run, n):
        assert part.shape[:2] == (2, n)
    for z, *_ in sampling.blocks(run, n, 0, None, None):
        seen.append(z.shape[1])
    assert sum(seen) == n and max(seen) <= 6 and len(seen) == -(-n // 6)


@pytest.mark.parametrize("name", BOTH)
def test_the_first_block_is_what_it_was_without_blocks(monkeypatch, runs, name):
    wanted = series_and_inputs(runs[name], 6)
    monkeypatch.setattr(sampling, "AT_ONCE", 6)
    for n in (6, 17):
        for part, whole in zip(series_and_inputs(runs[name], n), wanted, strict=True):
            torch.testing.assert_close(part[:, :6], whole, rtol=0, atol=1e-6)


def test_every_block_has_numbers_of_its_own(monkeypatch, runs):
    monkeypatch.setattr(sampling, "AT_ONCE", 6)
    for run in (runs["plain"], runs["coded"]):
        z, _, _ = run.inputs(18)
        width = run.latent.series
        assert len(z[:, :, 0, :width].reshape(-1, width).unique(dim=0)) == 2 * 18


def test_the_noise_of_the_first_block_is_that_of_its_key(runs):
    z, _, _ = runs["plain"].inputs(4, noise=3)
    for seed in (0, 1):
        normal = torch.randn(4, 16, generator=random_source(seed, SAMPLING, 3))
        assert torch.equal(z[seed], runs["plain"].latent.arrange(normal, 6))


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("n", [4, 9])
def test_series_are_made_of_the_inputs(monkeypatch, runs, name, n):
    monkeypatch.setattr(sampling, "AT_ONCE", 4)
    z, y, _ = runs[name].inputs(n, noise=2)
    with torch.no_grad():
        wanted = runs[name].generator(z, y)
    np.testing.assert_allclose(runs[name].sample(n, noise=2), wanted, atol=1e-6)


def test_no_more_than_a_block_is_generated_at_once(monkeypatch, runs):
    monkeypatch.setattr(sampling, "AT_ONCE", 8)
    run, sizes = runs["plain"], []
    hook = run.generator.register_forward_hook(
        lambda module, arguments, made: sizes.append(made.shape[1]))
    run.sample(30)
    hook.remove()
    assert sizes == [8, 8, 8, 6]
    assert sampling.AT_ONCE == 8


def test_given_labels_and_codes_are_cut_in_their_places(monkeypatch, runs):
    monkeypatch.setattr(sampling, "AT_ONCE", 4)
    run, labels = runs["coded"], np.array([0, 1, 1, 0, 1, 0, 0, 0, 1, 1])
    code = np.random.default_rng(1).normal(size=(10, 3)).astype(np.float32)
    z, y, drawn = run.inputs(10, labels=labels, code=code)
    for seed in range(2):
        np.testing.assert_array_equal(y[seed], labels)
        np.testing.assert_array_equal(drawn[seed], code)
    torch.testing.assert_close(z[..., -3:], drawn[:, :, None].expand(2, 10, 6, 3))
    one = run.inputs(10, labels=1)[1]
    assert one.tolist() == [[1] * 10] * 2
    with torch.no_grad():
        wanted = run.generator(z, y)
    np.testing.assert_allclose(run.sample(10, labels=labels, code=code), wanted, atol=1e-6)


@pytest.mark.parametrize("bad", [{"n": 0}, {"noise": -1}, {"labels": [0, 1, 7]}, {"code": [[0]]}])
def test_arguments_are_checked_before_anything_is_made(monkeypatch, runs, bad):
    monkeypatch.setattr(sampling, "random_source", lambda *_: pytest.fail("something was made"))
    with pytest.raises(ValueError):
        runs["coded"].sample(**{"n": 3, **bad})


def test_labels_of_a_table_are_those_of_its_series(monkeypatch, runs):
    monkeypatch.setattr(sampling, "AT_ONCE", 4)
    frame, run = runs["rare"].to_frame(11, seed=1), runs["rare"]
    _, y, _ = run.inputs(11)
    assert frame["label"].tolist()[::6] == [RARE.label_names[i] for i in y[1].tolist()]


# Labels

def test_labels_are_drawn_as_often_as_in_the_data(runs):
    _, y, _ = runs["rare"].inputs(4000)
    shares = [(y == k).double().mean().item() for k in range(3)]
    assert shares[1] == 0 and shares == pytest.approx([0.75, 0, 0.25], abs=0.02)


def test_labels_may_be_given_by_name(runs):
    run = runs["rare"]
    assert run.inputs(3, labels="rare")[1].tolist() == [[2, 2, 2]] * 2
    assert run.inputs(3, labels=["rare", "often", "rare"])[1].tolist() == [[2, 0, 2]] * 2
    assert run.inputs(2, labels=np.array(["often", "rare"]))[1].tolist() == [[0, 2]] * 2


@pytest.mark.parametrize("labels", ["never", 1, [0, 1, 2]])
def test_a_label_that_was_never_seen_is_refused(runs, labels):
    with pytest.raises(ValueError, match="^no series with label 'never' was trained on; choose"):
        runs["rare"].sample(3, labels=labels)


@pytest.mark.parametrize("labels, fault", [
    ("Often", "there is no label 'Often'; choose from often, never, rare"),
    ([0, 2], "labels must be one name or whole number, or 3 of them"),
    ([0, 2, 3], "labels run from 0 to 3; they must lie in 0 to 2"),
    (-1, "labels run from -1 to -1"), ([0.0, 2.0, 0.0], "not float64"), ([[0, 0, 0]], "(1, 3)"),
    (None, None), ([], "labels must be one name"), (True, "labels must be one name"),
    (["often", 2, None], "labels must be one name")])
def test_labels_that_will_not_do(runs, labels, fault):
    if fault is None:
        assert runs["rare"].sample(3, labels=labels).shape == (2, 3, 6, 1)
        return
    with pytest.raises(ValueError) as caught:
        runs["rare"].sample(3, labels=labels)
    assert fault in str(caught.value) and "\n" not in str(caught.value)


# Codes

@pytest.mark.parametrize("code, fault", [
    (np.full((3, 3), np.nan), "code holds nan or infinity; every number must be finite"),
    (np.full((3, 3), np.inf), "code holds nan or infinity"),
    (np.zeros((2, 3)), "code has shape (2, 3); it must be (3, 3)"),
    (np.zeros(3), "code has shape (3,); it must be (3, 3)")])
def test_codes_that_will_not_do(runs, code, fault):
    with pytest.raises(ValueError) as caught:
        runs["coded"].sample(3, code=code)
    assert fault in str(caught.value)


def test_codes_are_drawn_as_in_training(runs):
    _, _, code = runs["coded"].inputs(2000)
    assert (code[..., :2].sum(-1) == 1).all()
    assert abs(code[..., 0].mean() - 0.5) < 0.03 and abs(code[..., 2].mean()) < 0.05
    assert code[..., 2].abs().max() <= 1 and code[..., 2].std() == pytest.approx(3 ** -0.5, abs=.02)


def test_what_a_run_does_not_take_is_refused(runs):
    with pytest.raises(ValueError, match="takes no labels; train with 'conditional'"):
        runs["plain"].sample(2, labels=0)
    with pytest.raises(ValueError, match="takes no code; train with 'infogan'"):
        runs["plain"].sample(2, code=np.zeros((2, 3)))
