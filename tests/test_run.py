"""What a run gives: series in either scale, of a label or a code; logits; its history."""

import numpy as np
import pytest
import torch
from small_runs import DATA, train

import rnngan_tutorial as rt


@pytest.fixture(scope="module")
def plain():
    return train(steps=3)


def test_samples_repeat_themselves_and_other_noise_gives_others(plain):
    first = plain.sample(5)
    assert first.shape == (2, 5, 6, 1) and np.abs(first).max() <= 1
    np.testing.assert_array_equal(first, plain.sample(5))
    assert not np.allclose(first, plain.sample(5, seed=1))
    assert not np.allclose(first[0], first[1])


def test_samples_of_a_seed_do_not_depend_on_the_others():
    both, alone = train(steps=3), train(steps=3, seeds=[1])
    np.testing.assert_allclose(both.sample(4)[1], alone.sample(4)[0], atol=1e-5)


def test_samples_in_units():
    data = rt.Sequences(DATA.values, low=[-2.0], high=[5.0])
    run = train(steps=2, data=data)
    np.testing.assert_allclose(run.sample(3, units=True), data.to_units(run.sample(3)))


def test_a_conditional_run_is_asked_for_labels():
    run = train("conditional", steps=3)
    zero, one = run.sample(6, labels=0), run.sample(6, labels=1)
    mixed = run.sample(6, labels=[0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose(mixed[:, ::2], zero[:, ::2], atol=1e-6)
    np.testing.assert_allclose(mixed[:, 1::2], one[:, 1::2], atol=1e-6)
    _, y, _ = run.noise(4000)
    assert abs(y.double().mean().item() - DATA.labels.mean()) < 0.03


def test_an_infogan_is_asked_for_codes():
    run = train("infogan", steps=3)
    code = np.array([[1, 0, -1], [0, 1, 1]], np.float32)
    made = run.sample(2, code=code)
    assert not np.allclose(made, run.sample(2, code=code[::-1].copy()))
    z, _, drawn = run.noise(2, code=code)
    assert torch.equal(drawn[0], torch.tensor(code))
    assert torch.equal(z[..., -3:], drawn[:, :, None].expand(2, 2, 6, 3))


def test_logits_are_those_of_the_discriminator(plain):
    judge = plain.players["discriminator"]["discriminator"]
    with torch.no_grad():
        wanted = judge(torch.as_tensor(DATA.values)[None, :7].expand(2, 7, 6, 1))
    np.testing.assert_allclose(plain.logits(DATA.values[:7]), wanted.numpy(), rtol=1e-6)


def test_the_moving_average_makes_the_samples():
    run = train(steps=5, average=0.9)
    z, y, _ = run.noise(3)
    with torch.no_grad():
        wanted = run.average(z, y).numpy()
        raw = run.players["generator"]["generator"](z, y).numpy()
    np.testing.assert_array_equal(run.sample(3), wanted)
    assert not np.allclose(raw, wanted)
