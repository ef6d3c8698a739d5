"""Every loss: value, gradient, extreme logits, batch size, seeds, and how losses compose."""

import ast
import inspect
import math
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from small_runs import DATA

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.losses import REGISTRY, Loss, MutualInformation, Needs, mean
from rnngan_tutorial.rounds import Batch, Draws, Round
from rnngan_tutorial.training import build

NAMES = ("bce minimax nonsaturating mse least_squares mae least_absolute kl reverse_kl js pearson "
         "vae vae_gan wasserstein_clip wasserstein_gp wasserstein_slope hinge feature_matching "
         "improved conditional infogan").split()
sig = torch.sigmoid
exp = torch.exp


def record(real, fake):
    """All that a pure score loss asks of a round."""
    return SimpleNamespace(real=torch.as_tensor(real), fake=torch.as_tensor(fake))


def one(values):
    """Logits of one seed."""
    return torch.tensor([values], dtype=torch.float64)


# Values, on logits (1, -2) of real and (0, 3) of generated series, worked out by hand

def soft(s):
    return math.log(1 + math.exp(s))


VALUES = {
    "bce": ((soft(-1) + soft(2)) / 2 + (soft(0) + soft(3)) / 2, (soft(0) + soft(-3)) / 2),
    "nonsaturating": ((soft(-1) + soft(2)) / 2 + (soft(0) + soft(3)) / 2,
                      (soft(0) + soft(-3)) / 2),
    "minimax": ((soft(-1) + soft(2)) / 2 + (soft(0) + soft(3)) / 2, -(soft(0) + soft(3)) / 2),
    "least_squares": ((0 + 9) / 4 + (0 + 9) / 4, (1 + 4) / 4),
    "least_absolute": ((0 + 3) / 2 + (0 + 3) / 2, (1 + 2) / 2),
    "kl": ((math.exp(-1) + math.exp(2)) / 2 - (1 - 2) / 2, -(math.exp(-1) + math.exp(2)) / 2),
    "reverse_kl": ((-1 + 2) / 2 + (math.exp(-1) + math.exp(2)) / 2, -(-1 + 2) / 2),
    "js": ((soft(0) + soft(3)) / 2 + (soft(-1) + soft(2)) / 2 - 2 * math.log(2),
           math.log(2) - (soft(0) + soft(3)) / 2),
    "pearson": ((0 + 9 / 4 + 3) / 2 - (1 - 2) / 2, -(0 + 9 / 4 + 3) / 2),
    "wasserstein_clip": (3 / 2 + 1 / 2, -3 / 2),
    "hinge": ((0 + 3) / 2 + (1 + 4) / 2, -3 / 2),
}


@pytest.mark.parametrize("name", VALUES)
def test_value_by_hand(name):
    round = record(one([1.0, -2.0]), one([0.0, 3.0]))
    loss = rt.loss(name)
    wanted_d, wanted_g = VALUES[name]
    assert loss.discriminator(round).item() == pytest.approx(wanted_d, rel=1e-12)
    assert loss.generator(round).item() == pytest.approx(wanted_g, rel=1e-12)


def test_smoothing_by_hand():
    found = rt.loss("bce", real_label=0.9).discriminator(record(one([1.0]), one([0.0])))
    assert found.item() == pytest.approx(0.9 * soft(-1) + 0.1 * soft(1) + soft(0))


# Gradients: of the discriminator's loss in a real and in a generated logit, of the generator's
# in a generated logit

ONE = torch.ones_like
SLOPES = {
    "bce": (lambda s: -sig(-s), sig, lambda s: -sig(-s)),
    "nonsaturating": (lambda s: -sig(-s), sig, lambda s: -sig(-s)),
    "minimax": (lambda s: -sig(-s), sig, lambda s: -sig(s)),
    "least_squares": (lambda s: s - 1, lambda s: s, lambda s: s - 1),
    "least_absolute": (lambda s: torch.sign(s - 1), torch.sign, lambda s: torch.sign(s - 1)),
    "kl": (lambda s: -ONE(s), lambda s: exp((s - 1).clamp(max=20)),
           lambda s: -exp((s - 1).clamp(max=20))),
    "reverse_kl": (lambda s: -exp((-s).clamp(max=20)), ONE, lambda s: -ONE(s)),
    "js": (lambda s: -sig(-s), sig, lambda s: -sig(s)),
    "pearson": (lambda s: -ONE(s), lambda s: s / 2 + 1, lambda s: -s / 2 - 1),
    "wasserstein_clip": (lambda s: -ONE(s), ONE, lambda s: -ONE(s)),
    "hinge": (lambda s: -(s < 1).to(s), lambda s: (s > -1).to(s), lambda s: -ONE(s)),
}


def slopes(name, logits):
    """The three gradients of a loss, each logit being a batch of its own."""
    loss, found = rt.loss(name), []
    for player, side in (("discriminator", "real"), ("discriminator", "fake"),
                         ("generator", "fake")):
        s, zero = logits.clone().requires_grad_(), torch.zeros_like(logits)[:, None]
        round = record(**{"real": zero, "fake": zero, side: s[:, None]})
        found.append(torch.autograd.grad(getattr(loss, player)(round).sum(), s)[0])
    return found


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_gradient_is_the_formula_up_to_extreme_logits(name, dtype):
    logits = torch.linspace(-100, 100, 402, dtype=dtype)  # even: no logit stands on a kink
    for found, formula in zip(slopes(name, logits), SLOPES[name], strict=True):
        assert torch.isfinite(found).all()
        torch.testing.assert_close(found, formula(logits), rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("name", sorted(set(SLOPES) - {"minimax", "js", "kl", "least_squares",
                                                       "least_absolute", "pearson", "hinge"}))
def test_a_confident_mistake_is_pushed_hard(name):
    """A real series at logit -100 up, a generated one at +100 down; the generator at -100 up."""
    low, high = torch.tensor([-100.0]), torch.tensor([100.0])
    assert slopes(name, low)[0] <= -1 and slopes(name, high)[1] >= 1
    assert slopes(name, low)[2] <= -1


@pytest.mark.parametrize("name", ["minimax", "js"])
def test_the_saturating_games_saturate(name):
    vanishing = slopes(name, torch.tensor([-20.0], dtype=torch.float64))[2]
    assert -1e-8 < vanishing < 0


def test_bce_is_nonsaturating_to_the_last_digit():
    real, fake = torch.randn(2, 3, 50, dtype=torch.float64).mul(20).unbind()
    for player in ("discriminator", "generator"):
        pair = [getattr(rt.loss(name), player)(record(real, fake))
                for name in ("bce", "nonsaturating")]
        torch.testing.assert_close(*pair, rtol=0, atol=1e-12)


# Closed forms

GRID = torch.linspace(-20, 20, 200_001, dtype=torch.float64)


def density(mean, sd):
    return torch.distributions.Normal(mean, sd).log_prob(GRID).exp()


def bound(name, p, q, critic):
    """Minus the discriminator's loss, with the expectations as integrals of densities."""
    dx, loss = GRID[1] - GRID[0], rt.loss(name)
    on_real = (loss.activation(critic) * p).sum() * dx
    return (on_real - (loss.conjugate(critic) * q).sum() * dx).item()


BEST = {"kl": lambda log_ratio: 1 + log_ratio, "reverse_kl": lambda log_ratio: log_ratio,
        "js": lambda log_ratio: log_ratio,
        "pearson": lambda log_ratio: 2 * (torch.exp(log_ratio) - 1)}


@pytest.mark.parametrize(("name", "laws", "wanted"), [
    ("kl", (0.5, 1.0, 0.0, 1.5), math.log(1.5) + (1 + 0.25) / 4.5 - 0.5),
    ("reverse_kl", (0.5, 1.5, 0.0, 1.0), math.log(1.5) + (1 + 0.25) / 4.5 - 0.5),
    ("pearson", (0.0, 1.0, 0.5, 1.0), 1 - 2 + math.exp(0.25)),
])
def test_bound_of_gaussians_is_tight_at_the_best_critic(name, laws, wanted):
    p, q = density(*laws[:2]), density(*laws[2:])
    ratio = torch.log(p.clamp_min(1e-300)) - torch.log(q.clamp_min(1e-300))
    best = BEST[name](ratio.clamp(-15, 15))
    assert bound(name, p, q, best) == pytest.approx(wanted, rel=1e-5)
    for other in (best + 0.1, best - 0.1, 0.9 * best):
        assert bound(name, p, q, other) < wanted - 1e-5


def test_js_at_the_best_discriminator():
    def integrand(x, first):
        p, q = stats.norm.pdf(x, 0), stats.norm.pdf(x, 1.5)
        own = p if first else q
        return own * math.log(2 * own / (p + q))

    js = sum(integrate.quad(integrand, -9, 10, args=(first,))[0] for first in (True, False)) / 2
    p, q = density(0.0, 1.0), density(1.5, 1.0)
    ratio = torch.log(p.clamp_min(1e-300)) - torch.log(q.clamp_min(1e-300))
    assert bound("js", p, q, ratio) == pytest.approx(2 * js, abs=1e-7)
    dx = GRID[1] - GRID[0]
    paid = ((torch.nn.functional.softplus(-ratio) * p).sum()
            + (torch.nn.functional.softplus(ratio) * q).sum()) * dx
    assert paid.item() == pytest.approx(2 * math.log(2) - 2 * js, abs=1e-7)


def test_wasserstein_of_two_points_is_their_distance():
    loss = losses.Wasserstein()
    gains = [-loss.discriminator(record(one([slope * 5.0]), one([slope * 1.5]))).item()
             for slope in np.linspace(-1, 1, 41)]  # every linear critic of slope up to one
    assert max(gains) == pytest.approx(3.5)


def test_elbo_of_a_linear_gaussian_is_the_likelihood_at_the_exact_posterior():
    w, sigma, x = 0.8, 0.3, 0.7
    precision = 1 + w ** 2 / sigma ** 2
    exact = w * x / sigma ** 2 / precision, 1 / precision
    likelihood = stats.norm.logpdf(x, 0, math.sqrt(w ** 2 + sigma ** 2))
    constant = 0.5 * math.log(2 * math.pi * sigma ** 2)
    n = 20_000  # noise at equally likely quantiles stands for the expectation
    noise = torch.as_tensor(stats.norm.ppf((np.arange(n) + 0.5) / n))[None, :, None, None]

    def elbo(m, v):
        z = m + math.sqrt(v) * noise
        posterior = [torch.full((1, n, 1), value) for value in (m, math.log(v))]
        round = SimpleNamespace(x=torch.full_like(noise, x), reconstruction=w * z,
                                posterior=posterior)
        return -rt.loss("vae", sigma=sigma).generator(round).item() - constant

    assert elbo(*exact) == pytest.approx(likelihood, abs=1e-3)
    m, v = exact[0] + 0.1, exact[1] * 2
    gap = 0.5 * (v / exact[1] + 0.1 ** 2 / exact[1] - 1 - math.log(v / exact[1]))
    assert elbo(m, v) == pytest.approx(likelihood - gap, abs=1e-3)


def test_naive_losses_by_hand():
    round = SimpleNamespace(generated=torch.tensor([[[[1.0], [2.0]]]]),
                            x=torch.tensor([[[[0.0], [5.0]]]]))
    assert rt.loss("mse").generator(round).item() == (1 + 9) / 2
    assert rt.loss("mae").generator(round).item() == (1 + 3) / 2


def test_feature_distance_by_hand():
    round = SimpleNamespace(real_features=torch.tensor([[[1.0, 0.0], [3.0, 2.0]]]),
                            fake_features=torch.tensor([[[0.0, 0.0], [0.0, 4.0]]]))
    assert rt.loss("feature_matching").generator(round).item() == 2 ** 2 + 1 ** 2


def test_improved_is_the_sum_of_its_parts():
    round = SimpleNamespace(real=one([1.0]), fake=one([-2.0]),
                            real_features=torch.tensor([[[1.0, 0.0]]]),
                            fake_features=torch.tensor([[[0.0, 0.0]]]))
    loss = rt.loss("improved", weight=3.0)
    assert loss.needs.kernels == 8
    assert loss.generator(round).item() == pytest.approx(soft(2) + 3)
    assert loss.discriminator(round).item() == pytest.approx(0.9 * soft(-1) + 0.1 * soft(1)
                                                             + soft(-2))


def test_mutual_information_by_hand():
    code = torch.tensor([[[1.0, 0.0, 0.5]]])
    seen = torch.tensor([[[2.0, 0.0, -0.5]]])
    found = MutualInformation(2, 1).generator(SimpleNamespace(code=code, code_seen=seen))
    assert found.item() == pytest.approx(soft(-2) + 1 / 2)
    with pytest.raises(ValueError, match="no channel"):
        MutualInformation(0, 0)


def test_divergence_from_prior_against_torch():
    m, v = torch.randn(2, 3, 5, 4, dtype=torch.float64).unbind()
    normal = torch.distributions.Normal
    wanted = torch.distributions.kl_divergence(normal(m, (v / 2).exp()), normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(losses.divergence_from_prior((m, v)), wanted)


# Penalties

def linear(slope, shape):
    """A round whose critic is ``slope * sum(x)``."""
    x, generated = torch.randn(2, *shape).unbind()
    return SimpleNamespace(x=x, generated=generated, alpha=torch.rand(*shape[:2], 1, 1),
                           score=lambda v: slope * v.flatten(2).sum(-1))


@pytest.mark.parametrize("batch", [1, 4, 16, 1024])
@pytest.mark.parametrize("shape", [(4, 1), (2, 2), (1, 4)])
@pytest.mark.parametrize("penalty", [losses.GradientPenalty(), losses.SlopePenalty()])
def test_penalty_on_twice_four_numbers_is_nine(penalty, shape, batch):
    found = penalty.discriminator(linear(2.0, (1, batch, *shape)))
    torch.testing.assert_close(found, torch.tensor([9.0]), rtol=0, atol=2e-3)


def a_round(name, seeds=(0, 1), batch=4, turn="generator", data=DATA, hidden=4, device="cpu"):
    """One round of real players, as `train` makes it; the players and the round."""
    loss = rt.loss(name) if isinstance(name, str) else name
    latent, needs = rt.Latent(2, 1), loss.needs
    players = build(data.shape[1:], needs, seeds, hidden, latent, classes=data.classes).to(device)
    draws = Draws(seeds, batch, len(data), latent.draws(data.shape[1])
                  + latent.series * needs.encoder, 2 + needs.continuous, torch.device(device))
    rows, normal, uniform = draws[0]
    x = torch.as_tensor(data.values, device=device)[rows]
    y = torch.as_tensor(data.labels, device=device)[rows] if needs.labels else None
    return players, Round(Batch(players, latent, needs, x, y, normal, uniform), turn)


def gradients(value, module):
    return torch.autograd.grad(value.sum(), list(module.parameters()), allow_unused=True,
                               retain_graph=True)


def size(found):
    return sum(g.abs().sum().item() for g in found if g is not None)


DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA on this machine"))]


@pytest.mark.parametrize("device", DEVICES)
def test_gradient_penalty_goes_through_the_recurrent_critic(device):
    players, round = a_round("wasserstein_gp", turn="discriminator", device=device)
    judge = players["discriminator"]
    x = torch.lerp(round.generated, round.x, round.alpha).requires_grad_()
    slope, = torch.autograd.grad(round.score(x).sum(), x)
    wanted = ((slope.pow(2).sum((2, 3)).sqrt() - 1) ** 2).mean(1)
    value = losses.GradientPenalty().discriminator(round)
    torch.testing.assert_close(value, wanted)
    # Its gradient in a weight, by a difference.
    found = gradients(value, judge)[0]
    weight, at = next(judge.parameters()), (1, 5, 2)

    def shifted(by):
        with torch.no_grad():
            weight[at] += by
        moved = losses.GradientPenalty().discriminator(round).sum().item()
        with torch.no_grad():
            weight[at] -= by
        return moved

    step = 1e-2
    difference = (shifted(step) - shifted(-step)) / (2 * step)
    assert found[at].item() == pytest.approx(difference, rel=0.05, abs=1e-3)


def test_slope_penalty_is_the_gradient_penalty_for_a_short_step():
    _, round = a_round("wasserstein_gp", turn="discriminator")
    pair = [penalty.discriminator(round) for penalty in (losses.GradientPenalty(),
                                                         losses.SlopePenalty(1e-2))]
    torch.testing.assert_close(*pair, rtol=0.02, atol=1e-3)


# In a round of real players

@pytest.mark.parametrize("name", NAMES)
def test_every_loss_reaches_the_players_that_it_trains(name):
    loss = rt.loss(name)
    players, round = a_round(name)
    value = loss.generator(round)
    assert value.shape == (2,) and torch.isfinite(value).all()
    for part, module in players["generator"].items():
        assert size(gradients(value, module)) > 1e-6, part
    if not loss.adam.discriminator_steps:
        return
    players, round = a_round(name, turn="discriminator")
    value = loss.discriminator(round)
    assert value.shape == (2,) and torch.isfinite(value).all()
    assert size(gradients(value, players["discriminator"])) > 1e-6
    assert size(gradients(value, players["generator"]["generator"])) == 0


class Detached(MutualInformation):
    """The bug of many repositories: the head sees series that are cut from the generator."""

    def generator(self, round):
        cut = SimpleNamespace(code=round.code, code_seen=round._judge.code(
            round._judge.states(round.generated.detach()).mean(0)).mT)
        return super().generator(cut)


def test_the_information_term_reaches_the_generator_and_a_detached_one_does_not():
    for loss, reaches in ((MutualInformation(2, 1), True), (Detached(2, 1), False)):
        players, round = a_round(loss)
        value = loss.generator(round)
        assert (size(gradients(value, players["generator"])) > 1e-6) is reaches
        assert size(gradients(value, players["discriminator"]["discriminator"].code)) > 1e-6


def test_vae_gan_keeps_the_encoder_out_of_the_game():
    players, round = a_round("vae_gan")
    game = losses.NonSaturating().generator(round)
    assert size(gradients(game, players["generator"]["encoder"])) == 0
    assert size(gradients(game, players["generator"]["generator"])) > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turn", ["discriminator", "generator"])
def test_a_seed_does_not_see_another(name, turn):
    _, both = a_round(name, seeds=(5, 6), turn=turn)
    values = getattr(rt.loss(name), turn)(both)
    for i, seed in enumerate((5, 6)):
        _, alone = a_round(name, seeds=(seed,), turn=turn)
        torch.testing.assert_close(getattr(rt.loss(name), turn)(alone)[0], values[i])
    players, both = a_round(name, seeds=(5, 6), turn=turn)
    value = getattr(rt.loss(name), turn)(both)
    if value.requires_grad:
        for gradient in torch.autograd.grad(value[0], list(players[turn].parameters()),
                                            allow_unused=True):
            assert gradient is None or not gradient[1].any()


@pytest.mark.parametrize("name", VALUES)
def test_a_batch_repeated_has_the_same_value_and_steps_average(name):
    loss, logits = rt.loss(name), torch.randn(2, 3, 6, dtype=torch.float64)
    for player in ("discriminator", "generator"):
        once = getattr(loss, player)(record(*logits))
        for copies in (2, 16):
            many = getattr(loss, player)(record(*logits.repeat(1, 1, copies)))
            torch.testing.assert_close(many, once)
        by_step = getattr(loss, player)(record(*logits.unflatten(2, (2, 3))))  # (S, B, T)
        torch.testing.assert_close(by_step, once)


def test_minibatch_discrimination_does_not_depend_on_the_size_of_the_batch():
    players, _ = a_round("improved", batch=4)
    judge = players["discriminator"]["discriminator"]
    features = torch.randn(2, 4, 1).expand(2, 4, 8)  # all series alike: closeness is one
    few, many = judge.closeness(features[..., :2]), judge.closeness(features)
    torch.testing.assert_close(few[..., :1], many[..., :1])


def test_clipping_bounds_every_weight_of_the_critic_and_nothing_else():
    run = rt.train(DATA, "wasserstein_clip", 3, 2, hidden=4, batch=4, device="cpu")
    assert max(w.abs().max() for w in run.players["discriminator"].parameters()) <= 0.1
    assert max(w.abs().max() for w in run.players["generator"].parameters()) > 0.1


# How losses compose

def test_losses_add_and_scale():
    round = record(one([1.0]), one([-2.0]))
    hinge, least = rt.loss("hinge"), rt.loss("least_squares")
    total = hinge + 10 * least
    for player in ("discriminator", "generator"):
        wanted = getattr(hinge, player)(round) + 10 * getattr(least, player)(round)
        torch.testing.assert_close(getattr(total, player)(round), wanted)
    assert repr(total) == "Hinge() + 10 * (LeastSquares())"
    assert (rt.loss("vae") + rt.loss("infogan")).needs == Needs(encoder=True, categories=2,
                                                               continuous=1)


def test_adam_of_a_sum_is_that_of_the_part_with_a_discriminator():
    assert (rt.loss("mse") + rt.loss("pearson")).adam is losses.Pearson.adam
    assert (rt.loss("pearson") + rt.loss("mse")).adam is losses.Pearson.adam
    assert (rt.loss("mse") + rt.loss("mae")).adam.discriminator_steps == 0


def test_what_comes_after_a_move_is_kept_by_sums_and_scales():
    clip = rt.loss("wasserstein_clip", c=0.01)
    players, _ = a_round(clip)
    (2 * clip + rt.loss("hinge")).after(players)
    assert max(w.abs().max() for w in players["discriminator"].parameters()) <= 0.01


@pytest.mark.parametrize("factor", ["2", None, True, float("nan"), float("inf"), [1]])
def test_a_loss_scales_by_finite_numbers_only(factor):
    with pytest.raises(TypeError, match="finite numbers"):
        rt.loss("hinge") * factor


def test_a_loss_adds_to_losses_only():
    with pytest.raises(TypeError):
        rt.loss("hinge") + 1


def test_conditional_is_the_game_with_labels():
    inner = rt.loss("conditional", game=rt.loss("hinge"))
    assert inner.needs.labels and repr(inner) == "Conditional(Hinge())"
    round = record(one([1.0]), one([-2.0]))
    for player in ("discriminator", "generator"):
        torch.testing.assert_close(getattr(inner, player)(round),
                                   getattr(rt.loss("hinge"), player)(round))


def test_the_registry():
    assert list(REGISTRY) == NAMES
    for name in NAMES:
        loss = rt.loss(name)
        assert isinstance(loss, Loss) and loss.adam.reason
        with pytest.raises(ValueError, match="has no option 'nonsense'"):
            rt.loss(name, nonsense=1)
    for wrong in ("wgan", None, 3):
        with pytest.raises(ValueError, match="choose from bce, minimax"):
            rt.loss(wrong)


def test_a_loss_by_its_option():
    assert rt.loss("wasserstein_slope", step=0.2).terms[1].term.step == 0.2
    assert rt.loss("wasserstein_gp", weight=7).terms[1].factor == 7


# The eleventh loss of CONTRIBUTING.md

def test_the_worked_example_of_an_eleventh_loss(monkeypatch):
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    code = textwrap.dedent(re.search(r" *```python\n( *class .*?)\n *```", text, re.DOTALL)[1])
    exec(code, made := dict(vars(losses)))
    name, cls = re.search(r'`"(\w+)": (\w+),`', text).groups()
    monkeypatch.setitem(REGISTRY, name, made[cls])
    loss = rt.loss(name)
    found = loss.discriminator(record(one([1.0, -2.0]), one([0.0, 3.0])))
    assert found.item() == pytest.approx((soft(-1) + soft(5)) / 2)
    for turn in ("discriminator", "generator"):
        players, round = a_round(loss, turn=turn)
        value = getattr(loss, turn)(round)
        assert value.shape == (2,) and size(gradients(value, players[turn])) > 1e-6
    run = rt.train(DATA, loss + 10 * rt.loss("feature_matching"), 3, 2, hidden=4, batch=4)
    assert np.isfinite(run.sample(3)).all()


# As its chapter prints it

def code_lines(cls):
    """Lines of a class without its docstrings, comments and blank lines."""
    tree = ast.parse(inspect.getsource(cls))
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return len(ast.unparse(tree).replace("\n\n", "\n").splitlines())


CLASSES = [cls for _, cls in inspect.getmembers(losses, inspect.isclass)
           if issubclass(cls, Loss) and cls not in (Loss, losses.Sum, losses.Scaled)]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_loss_is_short_and_says_where_it_is_from(cls):
    assert code_lines(cls) <= 15
    assert cls.__doc__ and len(inspect.getsource(cls).splitlines()) <= 30


def test_mean_is_over_everything_but_the_seeds():
    x = torch.arange(24.0).view(2, 3, 4)
    torch.testing.assert_close(mean(x), torch.tensor([5.5, 17.5]))
