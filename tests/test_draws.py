"""The random numbers of a round, and the batch that is made of them."""

import numpy as np
import pytest
import torch
from small_runs import CPU, DATA, one_round, train

import rnngan_tutorial as rt
from rnngan_tutorial import draws as module
from rnngan_tutorial.draws import BLOCK, Draws, make_code, numbers_per_series, with_code
from rnngan_tutorial.loss import Needs


def draws(seeds=(0, 1), batch=4):
    return Draws(seeds, batch, 40, 8, 3, CPU)


def test_a_round_has_the_same_numbers_in_any_company_and_order():
    both, alone = draws((3, 9)), draws((9,))
    for k in (BLOCK + 5, 0, BLOCK - 1, BLOCK + 5):
        for many, single in zip(both[k], alone[k], strict=True):
            assert torch.equal(many[1:], single)


def test_rounds_and_seeds_differ():
    first, second, later = draws()[0], draws()[1], draws()[BLOCK]
    for a, b in ((first, second), (first, later)):
        assert all(not torch.equal(x, y) for x, y in zip(a, b, strict=True))
    assert not torch.equal(first[1][0], first[1][1])


def test_laws_of_the_numbers():
    many = draws(range(8), 64)
    rows, normal, uniform = (torch.stack(parts) for parts in zip(*(many[k] for k in range(64))))
    assert rows.min() == 0 and rows.max() == 39
    counts = np.bincount(rows.flatten().numpy(), minlength=40)
    assert np.abs(counts / counts.sum() - 1 / 40).max() < 0.003
    assert abs(normal.mean()) < 0.01 and abs(normal.std() - 1) < 0.01
    assert 0 <= uniform.min() and uniform.max() < 1 and abs(uniform.mean() - 0.5) < 0.01


def test_weights_batches_and_samples_have_streams_of_their_own(monkeypatch):
    keys, inner = [], module.random_source
    for name in ("draws", "players", "sampling"):
        monkeypatch.setattr(f"rnngan_tutorial.{name}.random_source",
                            lambda *key: keys.append(key) or inner(*key))
    run = train(steps=2 * BLOCK + 1, seeds=2, batch=2)
    assert sorted(keys) == [(seed, k) for seed in (0, 1) for k in range(4)]  # weights are k = 0
    made = set(keys)
    keys.clear()
    for noise in (0, 1, 2, 3):
        run.sample(1, noise=noise)
    assert len(keys) == 8 and not made & set(keys)


def test_the_noise_of_samples_is_not_that_of_training():
    run, needs = train(steps=1, batch=8), Needs()
    numbers = numbers_per_series(run.latent, needs, (6, 1))
    _, normal, _ = Draws((0, 1), 8, 40, *numbers, CPU)[0]
    training = run.latent.arrange(normal, 6)
    for noise in (0, 1, 2):
        z, _, _ = run.inputs(8, noise=noise)
        assert not set(z.flatten().tolist()) & set(training.flatten().tolist())


@pytest.mark.parametrize("needs, wanted", [
    (Needs(), (16, 2)), (Needs(encoder=True), (20, 2)), (Needs(continuous=3), (16, 5)),
    (Needs(categories=3), (16, 2)), (Needs(jitter=True), (28, 2))])
def test_how_many_numbers_a_series_needs(needs, wanted):
    assert numbers_per_series(rt.Latent(4, 2), needs, (6, 2)) == wanted


def test_alpha_is_one_number_per_series():
    _, round = one_round("wasserstein_gp", seeds=(0, 1, 2), batch=16)
    assert round.alpha.shape == (3, 16, 1, 1)
    assert len(round.alpha.unique()) == 3 * 16
    assert 0 <= round.alpha.min() and round.alpha.max() < 1


def test_a_code_tells_nothing_of_alpha():
    _, round = one_round(rt.loss("infogan", categories=4, continuous=2), batch=2000, seeds=(0,))
    category = round.code[0, :, :4].argmax(-1)
    for k in range(4):
        assert abs(round.alpha[0, category == k].mean() - 0.5) < 0.06
    table = torch.cat([round.alpha[0, :, 0], category[:, None].float(), round.code[0, :, 4:]], 1)
    assert (torch.corrcoef(table.T) - torch.eye(4)).abs().max() < 0.1


def test_the_noise_of_a_posterior_is_not_the_generators():
    _, round = one_round("vae")
    batch = round._batch
    assert batch.posterior_noise.shape == (2, 4, 2)
    assert not set(batch.posterior_noise.flatten().tolist()) & set(batch.z.flatten().tolist())


def test_jitter_is_a_number_for_every_value_and_nobody_elses():
    class Jittered(rt.losses.NonSaturating):
        needs = Needs(jitter=True, encoder=True)

    _, round = one_round(Jittered(), batch=400)
    assert round.jitter.shape == round.x.shape
    assert abs(round.jitter.mean()) < 0.05 and abs(round.jitter.std() - 1) < 0.05
    others = {*round.z.flatten().tolist(), *round._batch.posterior_noise.flatten().tolist()}
    assert not others & set(round.jitter.flatten().tolist())
    assert not one_round("hinge")[1]._batch.jitter.numel()


def test_codes():
    uniform = torch.tensor([[0.0, 0.5, 0.25], [0.34, 0.0, 1.0], [0.999, 1.0, 0.5]])
    found = make_code(uniform, Needs(categories=3, continuous=2))
    assert found.tolist() == [[1, 0, 0, 0, -0.5], [0, 1, 0, -1, 1], [0, 0, 1, 1, 0]]
    assert make_code(uniform, Needs(continuous=1)).tolist() == [[0], [-1], [1]]
    assert make_code(uniform, Needs()).shape == (3, 0)


def test_a_code_is_held_for_the_whole_series():
    noise, code = torch.randn(1, 2, 5, 3), torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    z = with_code(noise, code)
    assert torch.equal(z[..., :3], noise)
    assert torch.equal(z[..., 3:], code[:, :, None].expand(1, 2, 5, 2))
    assert with_code(noise, code[..., :0]) is noise


def test_the_labels_of_a_batch_are_those_of_its_series():
    _, round = one_round("conditional")
    for seed in range(2):
        for x, y in zip(round.x[seed], round.y[seed], strict=True):
            row = np.flatnonzero((DATA.values == x.numpy()).all((1, 2)))
            assert DATA.labels[row] == y.item()
