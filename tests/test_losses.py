"""Every loss by hand: value, gradient, extreme logits, batch size, closed forms."""

import ast
import inspect
import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

import rnngan_tutorial as rt
from rnngan_tutorial import losses
from rnngan_tutorial.losses import Loss, MutualInformation, mean

sig = torch.sigmoid
exp = torch.exp


def record(real, fake):
    """All that a loss of logits asks of a round."""
    return rt.Round(real=torch.as_tensor(real), fake=torch.as_tensor(fake))


def one(values):
    """Logits of one seed."""
    return torch.tensor([values], dtype=torch.float64)


def made(name):
    """A loss by its name, and perhaps one option, as in "kl practical"."""
    name, *option = name.split()
    return rt.loss(name, **dict.fromkeys(option, True))


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
    "relativistic": ((soft(-1) + soft(5)) / 2, (soft(1) + soft(-5)) / 2),
    "kl practical": ((math.exp(-1) + math.exp(2)) / 2 - (1 - 2) / 2, -3 / 2),
    "reverse_kl practical": ((-1 + 2) / 2 + (math.exp(-1) + math.exp(2)) / 2,
                             (1 + math.exp(-3)) / 2),
    "js practical": ((soft(0) + soft(3)) / 2 + (soft(-1) + soft(2)) / 2 - 2 * math.log(2),
                     (soft(0) + soft(-3)) / 2 - math.log(2)),
    "pearson practical": ((0 + 9 / 4 + 3) / 2 - (1 - 2) / 2, -3 / 2),
}


@pytest.mark.parametrize("name", VALUES)
def test_value_by_hand(name):
    round, loss = record(one([1.0, -2.0]), one([0.0, 3.0])), made(name)
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
    "relativistic": (lambda s: -sig(-s), sig, lambda s: -sig(-s)),  # against a logit of 0
    "kl practical": (lambda s: -ONE(s), lambda s: exp((s - 1).clamp(max=20)), lambda s: -ONE(s)),
    "reverse_kl practical": (lambda s: -exp((-s).clamp(max=20)), ONE,
                             lambda s: -exp((-s).clamp(max=20))),
    "js practical": (lambda s: -sig(-s), sig, lambda s: -sig(-s)),
    "pearson practical": (lambda s: -ONE(s), lambda s: s / 2 + 1, lambda s: -ONE(s)),
}


def slopes(name, logits):
    """The three gradients of a loss, each logit being a batch of its own."""
    loss, found = made(name), []
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


@pytest.mark.parametrize("name", VALUES)
def test_a_batch_repeated_has_the_same_value_and_steps_average(name):
    loss, logits = made(name), torch.randn(2, 3, 6, dtype=torch.float64)
    for player in ("discriminator", "generator"):
        once = getattr(loss, player)(record(*logits))
        for copies in (2, 16):
            many = getattr(loss, player)(record(*logits.repeat(1, 1, copies)))
            torch.testing.assert_close(many, once)
        by_step = getattr(loss, player)(record(*logits.unflatten(2, (2, 3))))  # (S, B, T)
        torch.testing.assert_close(by_step, once)


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
        round = rt.Round(x=torch.full_like(noise, x), reconstruction=w * z,
                         posterior=posterior)
        return -rt.loss("vae", sigma=sigma).generator(round).item() - constant

    assert elbo(*exact) == pytest.approx(likelihood, abs=1e-3)
    m, v = exact[0] + 0.1, exact[1] * 2
    gap = 0.5 * (v / exact[1] + 0.1 ** 2 / exact[1] - 1 - math.log(v / exact[1]))
    assert elbo(m, v) == pytest.approx(likelihood - gap, abs=1e-3)


def test_naive_losses_by_hand():
    round = rt.Round(generated=torch.tensor([[[[1.0], [2.0]]]]),
                            x=torch.tensor([[[[0.0], [5.0]]]]))
    assert rt.loss("mse").generator(round).item() == (1 + 9) / 2
    assert rt.loss("mae").generator(round).item() == (1 + 3) / 2


def test_feature_distance_by_hand():
    round = rt.Round(real_features=torch.tensor([[[1.0, 0.0], [3.0, 2.0]]]),
                            fake_features=torch.tensor([[[0.0, 0.0], [0.0, 4.0]]]))
    assert rt.loss("feature_matching").generator(round).item() == 2 ** 2 + 1 ** 2


def test_improved_is_the_sum_of_its_parts():
    round = rt.Round(real=one([1.0]), fake=one([-2.0]),
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
    found = MutualInformation(2, 1).generator(rt.Round(code=code, code_seen=seen))
    assert found.item() == pytest.approx(soft(-2) + 1 / 2)
    with pytest.raises(ValueError, match="no channel"):
        MutualInformation(0, 0)


def a_reconstruction(seeds=2, batch=3, length=4, features=2):
    """A round with a posterior, and all that the autoencoders read of it."""
    draw = torch.Generator().manual_seed(0)
    x, again = torch.rand(2, seeds, batch, length, features, generator=draw).unbind()
    states, real_states = torch.rand(2, seeds, batch, length, 5, generator=draw).unbind()
    return rt.Round(x=x, reconstruction=again, sigma=torch.tensor([[0.3, 0.5], [0.2, 1.5]]),
                    posterior=torch.randn(2, seeds, batch, 3, generator=draw).unbind(),
                    features=lambda v: states.mean(2), real_features=real_states.mean(2),
                    states=lambda v: states, real_states=real_states, step=4,
                    fake=torch.randn(seeds, batch, generator=draw))


def test_learnt_noise_pays_its_logarithm_and_is_best_at_the_error():
    round = a_reconstruction()
    normal = torch.distributions.Normal(round.reconstruction, round.sigma[:, None, None])
    density = normal.log_prob(round.x).flatten(2).sum(-1) + 4 * math.log(2 * math.pi)
    wanted = (losses.divergence_from_prior(round.posterior) - density).mean(1)
    torch.testing.assert_close(rt.loss("vae", sigma="learnt").generator(round), wanted)
    rms = ((round.x - round.reconstruction) ** 2).mean((1, 2)).sqrt().requires_grad_()
    round.sigma = rms
    slope, = torch.autograd.grad(rt.loss("vae", sigma="learnt").generator(round).sum(), rms)
    torch.testing.assert_close(slope, torch.zeros(2, 2), atol=1e-4, rtol=0)


def test_one_sigma_for_all_or_one_per_seed():
    round = a_reconstruction()
    per_seed = rt.loss("vae", sigma=torch.tensor([[0.3], [0.7]])).generator(round)
    for i, sigma in enumerate((0.3, 0.7)):
        torch.testing.assert_close(rt.loss("vae", sigma=sigma).generator(round)[i], per_seed[i])


@pytest.mark.parametrize(("step", "weight"), [(0, 0.1), (4, 0.5), (9, 1.0), (50, 1.0)])
def test_annealing_weighs_the_divergence_in(step, weight):
    round = a_reconstruction()
    round.step = step
    away = losses.divergence_from_prior(round.posterior).mean(1)
    found = rt.loss("vae", anneal=10).generator(round)
    torch.testing.assert_close(found, rt.loss("vae").generator(round) - (1 - weight) * away)


def test_vae_gan_measures_features_or_states_and_weighs_the_game():
    round = a_reconstruction()
    away = losses.divergence_from_prior(round.posterior).mean(1)
    game = torch.nn.functional.softplus(-round.fake).mean(1)
    apart = round.states(round.x) - round.real_states
    errors = {"series": (apart.mean(2) ** 2).sum(-1), "steps": (apart ** 2).sum((-1, -2))}
    for per, error in errors.items():
        for gamma in (1.0, 4.0):
            loss = rt.loss("vae_gan", sigma=0.5, per=per, gamma=gamma)
            torch.testing.assert_close(loss.generator(round),
                                       error.mean(1) / 0.5 + away + game / gamma)


def test_divergence_from_prior_against_torch():
    m, v = torch.randn(2, 3, 5, 4, dtype=torch.float64).unbind()
    normal = torch.distributions.Normal
    wanted = torch.distributions.kl_divergence(normal(m, (v / 2).exp()), normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(losses.divergence_from_prior((m, v)), wanted)


# Energy distance

def batches(first, second, seeds=1):
    """A round of these generated and real series, numbers of one step and one feature."""
    shaped = [torch.as_tensor(v, dtype=torch.float64).reshape(seeds, -1, 1, 1)
              for v in (first, second)]
    return rt.Round(generated=shaped[0].requires_grad_(), x=shaped[1])


def test_energy_distance_by_hand():
    found = rt.loss("energy").generator(batches([0.0, 2.0], [1.0, 5.0]))
    assert found.item() == pytest.approx(2 * (1 + 5 + 1 + 3) / 4 - 2 - 4)
    series = rt.Round(generated=torch.zeros(1, 2, 3, 4), x=torch.full((1, 2, 3, 4), 0.5))
    assert rt.loss("energy").generator(series).item() == pytest.approx(2 * math.sqrt(12 / 4))


def test_energy_distance_of_a_batch_is_right_on_average_whatever_its_size():
    rng, shift = np.random.default_rng(0), 1.0
    x, y = stats.norm.cdf, stats.norm.pdf
    wanted = 2 * (2 * y(shift / math.sqrt(2)) * math.sqrt(2)
                  + shift * (2 * x(shift / math.sqrt(2)) - 1)) - 4 / math.sqrt(math.pi)
    for size in (2, 16):
        draws = rng.normal(size=(2, 40_000 // size, size))
        found = rt.loss("energy").generator(batches(draws[0] + shift, draws[1], len(draws[0])))
        error = found.std().item() / math.sqrt(len(found))
        assert found.mean().item() == pytest.approx(wanted, abs=4 * error)


def test_energy_distance_has_a_gradient_where_series_coincide():
    round = batches([0.5, 0.5, 1.0, 2.0], [0.5, 0.5, 0.5, 2.0])
    slope, = torch.autograd.grad(rt.loss("energy").generator(round), round.generated)
    # The mean sign of g - x, twice, less the mean sign of g - g' over both orders.
    wanted = [2 * (-1 / 4) / 4 - 2 * (-2) / 12, 2 * (-1 / 4) / 4 - 2 * (-2) / 12,
              2 * (2 / 4) / 4 - 2 * 1 / 12, 2 * (3 / 4) / 4 - 2 * 3 / 12]
    torch.testing.assert_close(slope.flatten().tolist(), wanted)
    assert torch.isfinite(rt.loss("energy").generator(batches([1.0], [2.0])))


# Penalties

def critic(score, shape, seed=0):
    """A round whose critic is a function of series."""
    draw = torch.Generator().manual_seed(seed)
    x, generated = torch.randn(2, *shape, generator=draw).unbind()
    generated = generated / 2
    return rt.Round(x=x, generated=generated, alpha=torch.rand(*shape[:2], 1, 1, generator=draw),
                    jitter=torch.randn(shape, generator=draw), score=score, real=score(x),
                    fake=score(generated))


@pytest.mark.parametrize("batch", [1, 4, 16, 1024])
@pytest.mark.parametrize("shape", [(4, 1), (2, 2), (1, 4)])
@pytest.mark.parametrize("penalty", [losses.GradientPenalty(), losses.SlopePenalty()])
def test_penalty_on_twice_four_numbers_is_nine(penalty, shape, batch):
    round = critic(lambda v: 2 * v.flatten(2).sum(-1), (1, batch, *shape))
    torch.testing.assert_close(penalty.discriminator(round), torch.tensor([9.0]), rtol=0,
                               atol=2e-3)


@pytest.mark.parametrize(("penalty", "at"), [(losses.R1(gamma=3), "x"),
                                             (losses.R2(gamma=3), "generated")])
def test_zero_centred_penalty_of_a_square_is_four_times_the_square(penalty, at):
    round = critic(lambda v: (v ** 2).flatten(2).sum(-1), (2, 5, 3, 2))
    wanted = 1.5 * (4 * getattr(round, at) ** 2).flatten(2).sum(-1).mean(1)
    torch.testing.assert_close(penalty.discriminator(round), wanted)


@pytest.mark.parametrize(("approximate", "exact"), [(losses.ApproximateR1, losses.R1),
                                                    (losses.ApproximateR2, losses.R2)])
def test_penalty_along_random_directions_is_right_on_average(approximate, exact):
    round = critic(lambda v: torch.sin(v).flatten(2).sum(-1), (2, 20_000, 3, 1))
    wanted = exact(gamma=3).discriminator(round)
    torch.testing.assert_close(approximate(3, step=1e-2).discriminator(round), wanted, rtol=0.05,
                               atol=0)
    by_steps = rt.Round(**{**vars(round), "real": round.real[..., None] + torch.tensor([-1.0, 1]),
                           "fake": round.fake[..., None] + torch.tensor([-1.0, 1])})
    torch.testing.assert_close(approximate(3, step=1e-2).discriminator(by_steps),
                               approximate(3, step=1e-2).discriminator(round), rtol=1e-3, atol=0)


def test_composites_are_their_parts():
    round = critic(lambda v: (v ** 3).flatten(2).sum(-1), (2, 5, 3, 1))
    r1, r2 = (penalty(0.5).discriminator(round) for penalty in (losses.R1, losses.R2))
    for name, game in (("r3gan", "relativistic"), ("nonsaturating_r1r2", "nonsaturating")):
        loss, game = rt.loss(name, gamma=0.5), rt.loss(game)
        torch.testing.assert_close(loss.discriminator(round), game.discriminator(round) + r1 + r2)
        torch.testing.assert_close(loss.generator(round), game.generator(round))
    for name, penalty, options in (("wasserstein_gp", losses.GradientPenalty(), {}),
                                   ("wasserstein_slope", losses.SlopePenalty(0.2), {"step": 0.2})):
        torch.testing.assert_close(
            rt.loss(name, weight=7, **options).discriminator(round),
            losses.Wasserstein().discriminator(round) + 7 * penalty.discriminator(round))


# As its chapter prints it

def code_lines(cls):
    """Lines of a class without its docstrings, comments and blank lines."""
    tree = ast.parse(inspect.getsource(cls))
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return len(ast.unparse(tree).replace("\n\n", "\n").splitlines())


CLASSES = [cls for _, cls in inspect.getmembers(losses, inspect.isclass)
           if issubclass(cls, Loss) and cls.__module__ == losses.__name__]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_loss_is_short_and_says_where_it_is_from(cls):
    assert code_lines(cls) <= 15
    assert cls.__doc__.strip()[-1] in '.?' and len(inspect.getsource(cls).splitlines()) <= 36


def test_mean_is_over_everything_but_the_seeds():
    x = torch.arange(24.0).view(2, 3, 4)
    torch.testing.assert_close(mean(x), torch.tensor([5.5, 17.5]))
