"""Every loss of the book, as a small object that says what each player minimises.

A loss reads a record of one round of the game (`rounds.Round`) and returns one value per
seed, shape (S,). ``round.real`` and ``round.fake`` are logits, (S, B) for whole series or
(S, B, T) for steps; never probabilities. Losses add and scale.
"""

from dataclasses import dataclass
from inspect import signature
from math import isfinite, log
from numbers import Real

import torch
from torch.nn.functional import cross_entropy, softplus


def mean(x):
    """Mean over everything but the seeds: (S, ...) -> (S,)."""
    return x.flatten(1).mean(1)


@dataclass(frozen=True)
class Adam:
    """Adam's settings for both players (Kingma and Ba 2015, algorithm 1), with the reason.

    ``discriminator_steps`` is how often the discriminator moves for each move of the
    generator; 0 says that the loss has no discriminator.
    """

    lr_generator: float = 3e-3
    lr_discriminator: float = 3e-3
    betas: tuple = (0.5, 0.9)
    eps: float = 1e-8
    discriminator_steps: int = 1
    reason: str = ("on `modes`, no other of four settings came nearer in every seed without "
                   "losing in coverage or in clean share")


NEARER = "on `modes`, nearer to the data than the common setting in every seed"
ALONE = Adam(discriminator_steps=0, reason="there is no discriminator to train; the learning "
             "rate is that of the others")


@dataclass(frozen=True)
class Needs:
    """What a loss asks `train` to build besides a generator and a discriminator.

    labels: both players are told the label. encoder: a posterior over the per-series noise.
    kernels: of minibatch discrimination. categories, continuous: the generator's code.
    """

    labels: bool = False
    encoder: bool = False
    kernels: int = 0
    categories: int = 0
    continuous: int = 0

    def __or__(self, other):
        return Needs(*(max(a, b) for a, b in zip(vars(self).values(), vars(other).values(),
                                                 strict=True)))


class Loss:
    """What each player minimises. Subclasses override either method, or both."""

    needs = Needs()
    adam = Adam()

    def discriminator(self, round):
        """The discriminator's loss, shape (S,)."""
        return torch.zeros_like(round.x[:, 0, 0, 0])

    def generator(self, round):
        """The generator's loss, shape (S,)."""
        return torch.zeros_like(round.x[:, 0, 0, 0])

    def after(self, players):
        """Called after each move of the discriminator."""

    def __add__(self, other):
        return Sum(self, other) if isinstance(other, Loss) else NotImplemented

    def __mul__(self, factor):
        return Scaled(self, factor)

    __rmul__ = __mul__

    def __repr__(self):
        inside = ", ".join(f"{k}={v!r}" for k, v in vars(self).items())
        return f"{type(self).__name__}({inside})"


class Sum(Loss):
    """Two losses at once. Adam's settings are those of the first that has a discriminator."""

    def __init__(self, first, second):
        self.terms = (first, second)
        self.needs = first.needs | second.needs
        self.adam = max(first.adam, second.adam, key=lambda adam: adam.discriminator_steps > 0)

    def discriminator(self, round):
        return sum(term.discriminator(round) for term in self.terms)

    def generator(self, round):
        return sum(term.generator(round) for term in self.terms)

    def after(self, players):
        for term in self.terms:
            term.after(players)

    def __repr__(self):
        return " + ".join(map(repr, self.terms))


class Scaled(Loss):
    """A loss times a number."""

    def __init__(self, term, factor):
        if isinstance(factor, bool) or not isinstance(factor, Real) or not isfinite(factor):
            raise TypeError(f"a loss was multiplied by {factor!r}; it scales by finite numbers "
                            f"only")
        self.term, self.factor = term, factor
        self.needs, self.adam, self.after = term.needs, term.adam, term.after

    def discriminator(self, round):
        return self.factor * self.term.discriminator(round)

    def generator(self, round):
        return self.factor * self.term.generator(round)

    def __repr__(self):
        return f"{self.factor} * ({self.term!r})"


# --- Classification: BCE and the original game ---------------------------------------------------

def cross_entropy_to(label, logits):
    """Binary cross-entropy of logits to one label: -[y log sigmoid(s) + (1-y) log sigmoid(-s)]."""
    return mean(label * softplus(-logits) + (1 - label) * softplus(logits))


class BCE(Loss):
    """Binary cross-entropy for both players; the generator flips the label.

    Goodfellow et al. 2014, equation 1, written with labels. ``real_label`` below one is the
    one-sided label smoothing of Salimans et al. 2016, section 3.4.
    """

    def __init__(self, real_label=1.0):
        self.real_label = real_label

    def discriminator(self, round):
        return cross_entropy_to(self.real_label, round.real) + cross_entropy_to(0, round.fake)

    def generator(self, round):
        return cross_entropy_to(1, round.fake)


class NonSaturating(Loss):
    """Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))."""

    def discriminator(self, round):
        return mean(softplus(-round.real)) + mean(softplus(round.fake))

    def generator(self, round):
        return mean(softplus(-round.fake))


class Minimax(NonSaturating):
    """Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z)))."""

    def generator(self, round):
        return -mean(softplus(round.fake))


# --- Regression: squared and absolute errors -----------------------------------------------------

class MSE(Loss):
    """Squared error between each generated series and a random real one. Learns the mean."""

    adam = ALONE

    def generator(self, round):
        return mean((round.generated - round.x) ** 2)


class LeastSquares(Loss):
    """LSGAN, Mao et al. 2017, equation 9: labels a = 0 (fake), b = c = 1, with the halves."""

    def discriminator(self, round):
        return mean((round.real - 1) ** 2) / 2 + mean(round.fake ** 2) / 2

    def generator(self, round):
        return mean((round.fake - 1) ** 2) / 2


class MAE(Loss):
    """Absolute error between each generated series and a random real one. Learns the median."""

    adam = ALONE

    def generator(self, round):
        return mean((round.generated - round.x).abs())


class LeastAbsolute(Loss):
    """Absolute deviation of the logits from 1 (real) and 0 (fake)."""

    def discriminator(self, round):
        return mean((round.real - 1).abs()) + mean(round.fake.abs())

    def generator(self, round):
        return mean((round.fake - 1).abs())


# --- f-divergences -------------------------------------------------------------------------------

def exp(v, cap=20.0):
    """The exponential, continued above `cap` by its tangent so that its gradient stays finite."""
    return torch.exp(v.clamp(max=cap)) * (1 + (v - cap).clamp(min=0))


class FGAN(Loss):
    """Variational bound of an f-divergence, Nowozin et al. 2016, equation 6.

    `activation` is the output activation g_f and `conjugate` is f*(g_f(v)), both from
    their table 6. The discriminator maximises the bound, the generator minimises it.
    """

    def discriminator(self, round):
        return mean(self.conjugate(round.fake)) - mean(self.activation(round.real))

    def generator(self, round):
        return -mean(self.conjugate(round.fake))


class KL(FGAN):
    """KL(data || model), f(u) = u log u: g(v) = v, f*(t) = exp(t - 1)."""

    def activation(self, v):
        return v

    def conjugate(self, v):
        return exp(v - 1)


class ReverseKL(FGAN):
    """KL(model || data), f(u) = -log u: g(v) = -exp(-v), f*(t) = -1 - log(-t)."""

    def activation(self, v):
        return -exp(-v)

    def conjugate(self, v):
        return v - 1


class JS(FGAN):
    """Twice Jensen-Shannon: g(v) = log 2 - softplus(-v), f*(t) = -log(2 - exp(t))."""

    def activation(self, v):
        return log(2) - softplus(-v)

    def conjugate(self, v):
        return softplus(v) - log(2)


class Pearson(FGAN):
    """Pearson's chi-square, f(u) = (u - 1)^2: g(v) = v, f*(t) = t^2 / 4 + t."""

    adam = Adam(betas=(0.0, 0.9), reason=NEARER)

    def activation(self, v):
        return v

    def conjugate(self, v):
        return v ** 2 / 4 + v


# --- Autoencoders --------------------------------------------------------------------------------

def divergence_from_prior(posterior):
    """KL(N(m, exp(v)) || N(0, 1)) per series (Kingma and Welling 2014, appendix B): (S, B)."""
    m, v = posterior
    return ((m ** 2 + v.exp() - 1 - v) / 2).sum(-1)


class VAE(Loss):
    """Negative ELBO of a recurrent VAE, Kingma and Welling 2014, equation 3; no discriminator.

    Gaussian likelihood with standard deviation `sigma`, constants left out.
    """

    needs = Needs(encoder=True)
    adam = ALONE

    def __init__(self, sigma=0.2):
        self.sigma = sigma

    def generator(self, round):
        error = ((round.x - round.reconstruction) ** 2).flatten(2).sum(-1)
        return mean(error / (2 * self.sigma ** 2) + divergence_from_prior(round.posterior))


class VAEGAN(NonSaturating):
    """Larsen et al. 2016, section 2.3: the error is measured in the discriminator's features.

    The encoder belongs to the generator's player. Only samples from the prior play the game,
    so that the encoder sees no gradient of it.
    """

    needs = Needs(encoder=True)

    def __init__(self, sigma=0.1):
        self.sigma = sigma

    def generator(self, round):
        error = (round.features(round.reconstruction) - round.real_features) ** 2
        likelihood = error.sum(-1) / (2 * self.sigma ** 2)
        return (mean(likelihood + divergence_from_prior(round.posterior))
                + super().generator(round))


# --- Wasserstein distance and Lipschitz penalties ------------------------------------------------

class Wasserstein(Loss):
    """Arjovsky et al. 2017, equation 2, for a critic that something else keeps Lipschitz."""

    def discriminator(self, round):
        return mean(round.fake) - mean(round.real)

    def generator(self, round):
        return -mean(round.fake)


class WassersteinClip(Wasserstein):
    """Arjovsky et al. 2017, algorithm 1: every weight of the critic is clipped to [-c, c]."""

    adam = Adam(betas=(0.0, 0.9), reason=NEARER + "; no setting makes clean series")

    def __init__(self, c=0.1):
        self.c = c

    def after(self, players):
        with torch.no_grad():
            for weight in players["discriminator"].parameters():
                weight.clamp_(-self.c, self.c)


class GradientPenalty(Loss):
    """Gulrajani et al. 2017, equation 3: (||grad D(x)|| - 1)^2 between real and fake series.

    One random mixture per series; the norm is over that series' steps and features.
    """

    def discriminator(self, round):
        x = torch.lerp(round.generated, round.x, round.alpha).requires_grad_()
        slope, = torch.autograd.grad(round.score(x).sum(), x, create_graph=True)
        return mean((slope.flatten(2).norm(dim=-1) - 1) ** 2)


class SlopePenalty(Loss):
    """The same penalty without second derivative: the slope as a difference quotient.

    The direction is the gradient's, held fixed; the step along it is ``step`` long.
    """

    def __init__(self, step=0.05):
        self.step = step

    def discriminator(self, round):
        x = torch.lerp(round.generated, round.x, round.alpha).requires_grad_()
        here = round.score(x)
        slope, = torch.autograd.grad(here.sum(), x, retain_graph=True)
        length = slope.flatten(2).norm(dim=-1)[..., None, None].clamp_min(1e-12)
        there = round.score(x.detach() + self.step * slope / length)
        return mean(((there - here) / self.step - 1) ** 2)


class Hinge(Loss):
    """Lim and Ye 2017: real logits are pushed above 1 and fake ones below -1, no further."""

    def discriminator(self, round):
        return mean(torch.relu(1 - round.real)) + mean(torch.relu(1 + round.fake))

    def generator(self, round):
        return -mean(round.fake)


# --- Improved, conditional and informed games ----------------------------------------------------

def feature_distance(round):
    """Squared distance between the mean features of the real and of the fake batch: (S,)."""
    return ((round.real_features.mean(1) - round.fake_features.mean(1)) ** 2).sum(-1)


class FeatureMatching(NonSaturating):
    """Salimans et al. 2016, section 3.1: match the mean of the discriminator's features."""

    def generator(self, round):
        return feature_distance(round)


class Improved(BCE):
    """Salimans et al. 2016, sections 3.1, 3.2 and 3.4 together.

    Feature matching beside the non-saturating generator, minibatch discrimination with
    `kernels` kernels, and one-sided label smoothing.
    """

    def __init__(self, kernels=8, real_label=0.9, weight=1.0):
        super().__init__(real_label)
        self.needs, self.weight = Needs(kernels=kernels), weight

    def generator(self, round):
        return super().generator(round) + self.weight * feature_distance(round)


class Conditional(Loss):
    """Mirza and Osindero 2014, equation 2: any game, with both players told the label."""

    def __init__(self, game=None):
        self.game = game or NonSaturating()
        self.needs, self.adam = self.game.needs | Needs(labels=True), self.game.adam
        self.discriminator, self.generator = self.game.discriminator, self.game.generator
        self.after = self.game.after

    def __repr__(self):
        return f"Conditional({self.game!r})"


class MutualInformation(Loss):
    """Chen et al. 2016, equation 5: minus the bound on I(code; series), up to a constant.

    A head on the discriminator reads the code back from the generated series: a category,
    and continuous numbers as the mean of a Gaussian of unit variance.
    """

    def __init__(self, categories=2, continuous=1):
        if not (categories or continuous):
            raise ValueError("the code has no channel; give categories or continuous, or both")
        self.needs = Needs(categories=categories, continuous=continuous)

    def generator(self, round):
        k = self.needs.categories
        seen, code = round.code_seen, round.code
        error = ((seen[..., k:] - code[..., k:]) ** 2).sum(-1) / 2
        if k:
            error = error + cross_entropy(seen[..., :k].movedim(-1, 1), code[..., :k].argmax(-1),
                                          reduction="none")
        return mean(error)

    discriminator = generator


REGISTRY = {
    "bce": BCE,
    "minimax": Minimax,
    "nonsaturating": NonSaturating,
    "mse": MSE,
    "least_squares": LeastSquares,
    "mae": MAE,
    "least_absolute": LeastAbsolute,
    "kl": KL,
    "reverse_kl": ReverseKL,
    "js": JS,
    "pearson": Pearson,
    "vae": VAE,
    "vae_gan": VAEGAN,
    "wasserstein_clip": WassersteinClip,
    "wasserstein_gp": lambda weight=1.0: Wasserstein() + weight * GradientPenalty(),
    "wasserstein_slope": lambda weight=1.0, step=0.05: Wasserstein() + weight * SlopePenalty(step),
    "hinge": Hinge,
    "feature_matching": FeatureMatching,
    "improved": Improved,
    "conditional": Conditional,
    "infogan": lambda categories=2, continuous=1, weight=1.0: (
        NonSaturating() + weight * MutualInformation(categories, continuous)),
}


def loss(name, **options):
    """Build the loss called `name`, one of `REGISTRY`, with its options.

    Raises
    ------
    ValueError
        If there is no such loss, or no such option; the message names the choices.
    """
    if not isinstance(name, str) or name not in REGISTRY:
        raise ValueError(f"there is no loss {name!r}; choose from {', '.join(REGISTRY)}")
    known = signature(REGISTRY[name]).parameters
    for option in options:
        if option not in known:
            raise ValueError(f"loss {name!r} has no option {option!r}; "
                             f"it has {', '.join(known) or 'none'}")
    return REGISTRY[name](**options)
