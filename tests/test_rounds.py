"""One round: its random numbers, codes, and what is computed when a loss asks."""

import numpy as np
import pytest
import torch
from small_runs import DATA

import rnngan_tutorial as rt
from rnngan_tutorial.losses import Needs
from rnngan_tutorial.rounds import BLOCK, Batch, Draws, Round, make_code, with_code
from rnngan_tutorial.training import build

CPU = torch.device("cpu")


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


def a_round(turn, needs=None, batch=4):
    needs, latent = needs or Needs(), rt.Latent(2, 1)
    players = build((6, 1), needs, (0, 1), 4, latent, classes=2)
    rows, normal, uniform = Draws((0, 1), batch, len(DATA), latent.draws(6)
                                  + latent.series * needs.encoder, 2 + needs.continuous, CPU)[0]
    x = torch.as_tensor(DATA.values)[rows]
    y = torch.as_tensor(DATA.labels)[rows] if needs.labels else None
    return players, Round(Batch(players, latent, needs, x, y, normal, uniform), turn)


def test_nothing_is_computed_before_it_is_asked_for(monkeypatch):
    players, round = a_round("generator", Needs(encoder=True, categories=2))
    judge = players["discriminator"]["discriminator"]
    asked = []
    states = judge.states
    monkeypatch.setattr(judge, "states", lambda *a: asked.append(1) or states(*a))
    assert not {"generated", "_real_states", "posterior"} & set(vars(round))
    assert [round.fake.shape, round.fake_features.shape, round.code_seen.shape] == [
        (2, 4), (2, 4, 4), (2, 4, 2)]
    assert len(asked) == 1  # one reading serves all three
    assert round.real.shape == (2, 4)
    assert len(asked) == 2


@pytest.mark.parametrize("turn", ["discriminator", "generator"])
def test_scores_are_those_of_the_discriminator(turn):
    players, round = a_round(turn, Needs(labels=True))
    judge = players["discriminator"]["discriminator"]
    for found, x in ((round.real, round.x), (round.fake, round.generated)):
        torch.testing.assert_close(found, judge(x, round.y))
        torch.testing.assert_close(round.score(x), judge(x, round.y))
    torch.testing.assert_close(round.features(round.x), round.real_features)


def test_reconstruction_is_generated_from_the_posterior():
    players, round = a_round("generator", Needs(encoder=True))
    mean, log_variance = players["generator"]["encoder"](round.x)
    torch.testing.assert_close(round.posterior, (mean, log_variance))
    sample = mean + torch.exp(log_variance / 2) * round._batch.posterior_noise
    z = torch.cat([sample[:, :, None].expand(2, 4, 6, 2), round.z[..., 2:]], -1)
    torch.testing.assert_close(round.reconstruction, players["generator"]["generator"](z))


def test_the_scores_that_a_penalty_asks_for_are_per_series_also_with_steps():
    latent = rt.Latent(2, 1)
    players = build((6, 1), Needs(), (0,), 4, latent, score="steps")
    x = torch.as_tensor(DATA.values)[None, :4]
    batch = Batch(players, latent, Needs(), x, None, torch.randn(1, 4, latent.draws(6)),
                  torch.rand(1, 4, 2))
    round = Round(batch, "discriminator")
    assert round.real.shape == (1, 4, 6) and round.score(x).shape == (1, 4)
    torch.testing.assert_close(round.real.mean(-1), round.score(x))
