"""Every loss of the book, as a small object that says what each player minimises.

A loss reads one round of the game (`Round`) and returns one value per seed, shape (S,).
``round.real`` and ``round.fake`` are logits, (S, B) for whole series or (S, B, T) for steps;
never probabilities. Losses add and scale.
"""

from __future__ import annotations

from difflib import get_close_matches
from inspect import signature
from math import log
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, softplus

from .adam import Adam
from .loss import Loss, Needs, Scaled, Sum, mean
from .options import choice, one_line, positive, whole
from .round import per_series

if TYPE_CHECKING:
    from .round import Round

__all__ = ["Adam", "Loss", "Needs", "REGISTRY", "Scaled", "Sum", "loss", "mean"]


# --- Classification: BCE and the original game ---------------------------------------------------

def cross_entropy_to(label: float, logits: Tensor) -> Tensor:
    """Binary cross-entropy of logits to one label: -[y log sigmoid(s) + (1-y) log sigmoid(-s)]."""
    return mean(label * softplus(-logits) + (1 - label) * softplus(logits))


class BCE(Loss):
    """Binary cross-entropy for both players; the generator flips the label.

    Goodfellow et al. 2014, equation 1, written with labels. ``real_label`` in (0, 1], below
    one, is the one-sided label smoothing of Salimans et al. 2016, section 3.4.
    """

    def __init__(self, real_label: float = 1.0) -> None:
        self.real_label = positive("real_label", real_label, most=1)

    def discriminator(self, round: Round) -> Tensor:
        return cross_entropy_to(self.real_label, round.real) + cross_entropy_to(0, round.fake)

    def generator(self, round: Round) -> Tensor:
        return cross_entropy_to(1, round.fake)


class NonSaturating(Loss):
    """Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))."""

    def discriminator(self, round: Round) -> Tensor:
        return mean(softplus(-round.real)) + mean(softplus(round.fake))

    def generator(self, round: Round) -> Tensor:
        return mean(softplus(-round.fake))


class Minimax(NonSaturating):
    """Goodfellow et al. 2014, equation 1: the generator minimises log(1 - D(G(z)))."""

    def generator(self, round: Round) -> Tensor:
        return -mean(softplus(round.fake))


# --- Regression: squared and absolute errors -----------------------------------------------------

class MSE(Loss):
    """Squared error between each generated series and a random real one. Learns the mean."""

    adam, trains = None, ("generator",)

    def generator(self, round: Round) -> Tensor:
        return mean((round.generated - round.x) ** 2)


class LeastSquares(Loss):
    """LSGAN, Mao et al. 2017, equation 9: labels a = 0 (fake), b = c = 1, with the halves."""

    def discriminator(self, round: Round) -> Tensor:
        return mean((round.real - 1) ** 2) / 2 + mean(round.fake ** 2) / 2

    def generator(self, round: Round) -> Tensor:
        return mean((round.fake - 1) ** 2) / 2


class MAE(Loss):
    """Absolute error between each generated series and a random real one. Learns the median."""

    adam, trains = None, ("generator",)

    def generator(self, round: Round) -> Tensor:
        return mean((round.generated - round.x).abs())


class LeastAbsolute(Loss):
    """Absolute deviation of the logits from 1 (real) and 0 (fake)."""

    def discriminator(self, round: Round) -> Tensor:
        return mean((round.real - 1).abs()) + mean(round.fake.abs())

    def generator(self, round: Round) -> Tensor:
        return mean((round.fake - 1).abs())


# --- f-divergences -------------------------------------------------------------------------------

def exp(v: Tensor, cap: float = 20.0) -> Tensor:
    """The exponential, continued above `cap` by its tangent so that its gradient stays finite."""
    return torch.exp(v.clamp(max=cap)) * (1 + (v - cap).clamp(min=0))


class FGAN(Loss):
    """Variational bound of an f-divergence, Nowozin et al. 2016, equation 6.

    `activation` is the output activation g_f and `conjugate` is f*(g_f(v)), both from
    their table 6. The discriminator maximises the bound, the generator minimises it; with
    ``practical=True`` it maximises the mean of g_f(v) instead (their section 3.2).
    """

    practical = False

    def __init__(self, practical: bool = False) -> None:
        self.practical = choice("practical", practical, (False, True))

    def activation(self, v: Tensor) -> Tensor:
        raise NotImplementedError

    def conjugate(self, v: Tensor) -> Tensor:
        raise NotImplementedError

    def discriminator(self, round: Round) -> Tensor:
        return mean(self.conjugate(round.fake)) - mean(self.activation(round.real))

    def generator(self, round: Round) -> Tensor:
        return -mean((self.activation if self.practical else self.conjugate)(round.fake))


class KL(FGAN):
    """KL(data || model), f(u) = u log u: g(v) = v, f*(t) = exp(t - 1)."""

    def activation(self, v: Tensor) -> Tensor:
        return v

    def conjugate(self, v: Tensor) -> Tensor:
        return exp(v - 1)


class ReverseKL(FGAN):
    """KL(model || data), f(u) = -log u: g(v) = -exp(-v), f*(t) = -1 - log(-t)."""

    def activation(self, v: Tensor) -> Tensor:
        return -exp(-v)

    def conjugate(self, v: Tensor) -> Tensor:
        return v - 1


class JS(FGAN):
    """Twice Jensen-Shannon: g(v) = log 2 - softplus(-v), f*(t) = -log(2 - exp(t))."""

    def activation(self, v: Tensor) -> Tensor:
        return log(2) - softplus(-v)

    def conjugate(self, v: Tensor) -> Tensor:
        return softplus(v) - log(2)


class Pearson(FGAN):
    """Pearson's chi-square, f(u) = (u - 1)^2: g(v) = v, f*(t) = t^2 / 4 + t."""

    def activation(self, v: Tensor) -> Tensor:
        return v

    def conjugate(self, v: Tensor) -> Tensor:
        return v ** 2 / 4 + v


# --- Autoencoders --------------------------------------------------------------------------------

def divergence_from_prior(posterior: tuple[Tensor, Tensor]) -> Tensor:
    """KL(N(m, exp(v)) || N(0, 1)) per series (Kingma and Welling 2014, appendix B): (S, B)."""
    m, v = posterior
    return ((m ** 2 + v.exp() - 1 - v) / 2).sum(-1)


class VAE(Loss):
    """Negative ELBO of a recurrent VAE, Kingma and Welling 2014, equation 3; no discriminator.

    Gaussian likelihood with standard deviation `sigma`, constants left out: a number, a
    tensor (S, 1) with one per seed, or "learnt", one per feature, which then pays T log sigma
    (Rybkin et al. 2021, section 3). With ``anneal=n`` the divergence from the prior is weighed
    in over the first n steps (Bowman et al. 2016, section 3.1).
    """

    adam, trains = None, ("generator",)

    def __init__(self, sigma: float | str | Tensor = 0.2, anneal: int | None = None) -> None:
        self.sigma = positive("sigma", sigma, word="learnt", tensor=True)
        self.anneal = None if anneal is None else whole("anneal", anneal, 1, 10**9)
        self.needs = Needs(encoder=True, sigma=isinstance(sigma, str))

    def generator(self, round: Round) -> Tensor:
        square = (round.x - round.reconstruction) ** 2
        if self.needs.sigma:
            sigma = round.sigma[:, None, None]
            likelihood = (square / (2 * sigma ** 2) + sigma.log()).flatten(2).sum(-1)
        else:
            likelihood = square.flatten(2).sum(-1) / (2 * self.sigma ** 2)
        weight = min(1, (round.step + 1) / self.anneal) if self.anneal else 1
        return mean(likelihood + weight * divergence_from_prior(round.posterior))


class VAEGAN(NonSaturating):
    """Larsen et al. 2016, section 2.3: the error is measured in the discriminator's features.

    The features are its states, averaged over time; with ``per="steps"``, its states at every
    step. The encoder belongs to the generator's player. Only samples from the prior play the
    game (in theirs reconstructions do too), so that the encoder sees no gradient of it.
    `gamma` weighs the error against the game in the decoder (their algorithm 1); here the game
    is divided by it, which leaves the encoder's loss as it is.
    """

    def __init__(self, sigma: float | Tensor = 0.1, per: str = "series",
                 gamma: float = 1.0) -> None:
        self.sigma, self.gamma = positive("sigma", sigma, tensor=True), positive("gamma", gamma)
        self.per = choice("per", per, ("series", "steps"))
        self.needs = Needs(encoder=True, features=per == "series", states=per == "steps")

    def generator(self, round: Round) -> Tensor:
        if self.per == "series":
            error = (round.features(round.reconstruction) - round.real_features) ** 2
        else:
            error = ((round.states(round.reconstruction) - round.real_states) ** 2).flatten(2)
        likelihood = error.sum(-1) / (2 * self.sigma ** 2)
        return (mean(likelihood + divergence_from_prior(round.posterior))
                + super().generator(round) / self.gamma)


# --- Wasserstein distance and Lipschitz penalties ------------------------------------------------

class Wasserstein(Loss):
    """Arjovsky et al. 2017, equation 2, for a critic that something else keeps Lipschitz."""

    def discriminator(self, round: Round) -> Tensor:
        return mean(round.fake) - mean(round.real)

    def generator(self, round: Round) -> Tensor:
        return -mean(round.fake)


class WassersteinClip(Wasserstein):
    """Arjovsky et al. 2017, algorithm 1: every weight of the critic is clipped to [-c, c]."""

    def __init__(self, c: float = 0.1) -> None:
        self.c = positive("c", c)

    def after(self, players: nn.ModuleDict) -> None:
        with torch.no_grad():
            for weight in players["discriminator"].parameters():
                weight.clamp_(-self.c, self.c)


class Penalty(Loss):
    """What the discriminator alone pays; it plays no game of its own."""

    adam, trains = None, ("discriminator",)


class GradientPenalty(Penalty):
    """Gulrajani et al. 2017, equation 3: (||grad D(x)|| - 1)^2 between real and fake series.

    One random mixture per series; the norm is over that series' steps and features. Their
    weight is 10; here it is 1 unless the term is multiplied.
    """

    def discriminator(self, round: Round) -> Tensor:
        slope = round.slope(torch.lerp(round.generated, round.x, round.alpha))
        return mean((slope.flatten(2).norm(dim=-1) - 1) ** 2)


class SlopePenalty(Penalty):
    """The gradient penalty without second derivative: (q - 1)^2, q the slope as a quotient.

    q = (D(x + step u) - D(x)) / step between real and fake series, one random mixture x per
    series. The direction u is the gradient's, held fixed, of length one.
    """

    def __init__(self, step: float = 0.05) -> None:
        self.step = positive("step", step)

    def discriminator(self, round: Round) -> Tensor:
        x = torch.lerp(round.generated, round.x, round.alpha).requires_grad_()
        here = round.score(x)
        slope, = torch.autograd.grad(here.sum(), x, retain_graph=True)
        length = slope.flatten(2).norm(dim=-1)[..., None, None].clamp_min(1e-12)
        there = round.score(x.detach() + self.step * slope / length)
        return mean(((there - here) / self.step - 1) ** 2)


class WassersteinGP(Sum):
    """Gulrajani et al. 2017, equation 3: the Wasserstein game and `weight` gradient penalties."""

    def __init__(self, weight: float = 1.0) -> None:
        self.weight = positive("weight", weight)
        super().__init__(Wasserstein(), weight * GradientPenalty())


class WassersteinSlope(Sum):
    """The Wasserstein game and `weight` slope penalties, which need no second derivative."""

    def __init__(self, weight: float = 1.0, step: float = 0.05) -> None:
        self.weight, self.step = positive("weight", weight), step
        super().__init__(Wasserstein(), weight * SlopePenalty(step))


class Hinge(Loss):
    """Lim and Ye 2017: real logits are pushed above 1 and fake ones below -1, no further."""

    def discriminator(self, round: Round) -> Tensor:
        return mean(torch.relu(1 - round.real)) + mean(torch.relu(1 + round.fake))

    def generator(self, round: Round) -> Tensor:
        return -mean(round.fake)


# --- Relativistic pairs, zero-centred penalties, energy distance ---------------------------------

class Relativistic(Loss):
    """Jolicoeur-Martineau 2019, section 4.1: is the real series of a pair the more real one?"""

    def discriminator(self, round: Round) -> Tensor:
        return mean(softplus(round.fake - round.real))

    def generator(self, round: Round) -> Tensor:
        return mean(softplus(round.real - round.fake))


class R1(Penalty):
    """Mescheder et al. 2018, equation 9: gamma/2 ||grad D(x)||^2 at the real series.

    The norm is over a series' steps and features; where there is a logit for each step, D is
    their mean.
    """

    needs = Needs(slopes=True)

    def __init__(self, gamma: float = 0.3) -> None:
        self.gamma = positive("gamma", gamma)

    def discriminator(self, round: Round) -> Tensor:
        return self.gamma / 2 * mean((round.slope(round.x) ** 2).flatten(2).sum(-1))


class R2(R1):
    """Mescheder et al. 2018, equation 10: gamma/2 ||grad D(x)||^2 at the generated series."""

    def discriminator(self, round: Round) -> Tensor:
        return self.gamma / 2 * mean((round.slope(round.generated) ** 2).flatten(2).sum(-1))


class ApproximateR1(Penalty):
    """R1 without second derivative, Lin et al. 2025, section 3.4: D at series with a little noise.

    Their lambda ||D(x + step e) - D(x)||^2 with standard normal e; lambda is gamma / (2 step^2)
    here, so that its mean over e is gamma/2 ||grad D(x)||^2 for a short step.
    """

    needs = Needs(jitter=True)

    def __init__(self, gamma: float = 0.3, step: float = 0.05) -> None:
        self.gamma, self.step = positive("gamma", gamma), positive("step", step)

    def discriminator(self, round: Round) -> Tensor:
        return self.penalty(round, round.x, round.real)

    def penalty(self, round: Round, x: Tensor, logits: Tensor) -> Tensor:
        rise = round.score(x + self.step * round.jitter) - per_series(logits)
        return self.gamma / 2 * mean((rise / self.step) ** 2)


class ApproximateR2(ApproximateR1):
    """R2 without second derivative: D at generated series with a little noise.

    gamma / (2 step^2) ||D(x + step e) - D(x)||^2 at generated series x, with standard normal
    e: the penalty that Lin et al. 2025, section 3.4, have at real series.
    """

    def discriminator(self, round: Round) -> Tensor:
        return self.penalty(round, round.generated, round.fake)


class R3GAN(Sum):
    """Huang et al. 2024, section 2: relativistic pairs with R1 and R2."""

    def __init__(self, gamma: float = 0.3) -> None:
        self.gamma = gamma
        super().__init__(Relativistic(), R1(gamma), R2(gamma))


class NonSaturatingR1R2(Sum):
    """The non-saturating game with both zero-centred penalties of Mescheder et al. 2018."""

    def __init__(self, gamma: float = 0.3) -> None:
        self.gamma = gamma
        super().__init__(NonSaturating(), R1(gamma), R2(gamma))


def distances(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances (S, B, C) between series a (S, B, T, F) and b (S, C, T, F)."""
    # Not by matrix products: those lose the short distances, and their gradient at 0.
    return torch.cdist(a.flatten(2), b.flatten(2), compute_mode="donot_use_mm_for_euclid_dist")


class Energy(Loss):
    """Energy distance of whole series, ``2 E|x-g| - E|g-g'| - E|x-x'|``; no discriminator.

    Szekely and Rizzo 2013, section 2. Unbiased: the last two are means over pairs of different
    series. The last does not depend on the generator; with it, the value is the distance.
    """

    adam, trains = None, ("generator",)

    def generator(self, round: Round) -> Tensor:
        x, g = round.x, round.generated
        pairs = max(1, x.shape[1] * (x.shape[1] - 1))
        within = distances(g, g).sum((1, 2)) + distances(x, x).sum((1, 2))
        return 2 * mean(distances(x, g)) - within / pairs


# --- Improved, conditional and informed games ----------------------------------------------------

def feature_distance(round: Round) -> Tensor:
    """Squared distance between the mean features of the real and of the fake batch: (S,)."""
    return ((round.real_features.mean(1) - round.fake_features.mean(1)) ** 2).sum(-1)


class FeatureMatching(NonSaturating):
    """Salimans et al. 2016, section 3.1: match the mean of the discriminator's features."""

    needs = Needs(features=True)

    def generator(self, round: Round) -> Tensor:
        return feature_distance(round)


class Improved(BCE):
    """Salimans et al. 2016, sections 3.1, 3.2 and 3.4 together.

    Feature matching beside the non-saturating generator, minibatch discrimination with
    `kernels` kernels, and one-sided label smoothing.
    """

    def __init__(self, kernels: int = 8, real_label: float = 0.9, weight: float = 1.0) -> None:
        super().__init__(real_label)
        self.kernels, self.weight = kernels, positive("weight", weight)
        self.needs = Needs(kernels=kernels, features=True)

    def generator(self, round: Round) -> Tensor:
        return super().generator(round) + self.weight * feature_distance(round)


class Conditional(Sum):
    """Mirza and Osindero 2014, equation 2: any game, with both players told the label."""

    def __init__(self, game: Loss | str = "nonsaturating") -> None:
        self.game = loss(game) if isinstance(game, str) else game
        if not isinstance(self.game, Loss):
            raise TypeError(f"game is {one_line(game)}; it must be a loss, or the name of one")
        super().__init__(self.game)
        self.needs |= Needs(labels=True)


class MutualInformation(Loss):
    """Chen et al. 2016, equation 5: minus the bound on I(code; series), up to a constant.

    A head on the discriminator reads the code back from the generated series: a category,
    and continuous numbers as the mean of a Gaussian of unit variance.
    """

    adam = None

    def __init__(self, categories: int = 2, continuous: int = 1) -> None:
        self.categories, self.continuous = categories, continuous
        self.needs = Needs(categories=categories, continuous=continuous)
        if not (categories or continuous):
            raise ValueError("the code has no channel; give categories or continuous, or both")

    def generator(self, round: Round) -> Tensor:
        k, seen, code = self.categories, round.code_seen, round.code
        error = ((seen[..., k:] - code[..., k:]) ** 2).sum(-1) / 2
        if k:
            error = error + cross_entropy(seen[..., :k].movedim(-1, 1), code[..., :k].argmax(-1),
                                          reduction="none")
        return mean(error)

    discriminator = generator


class InfoGAN(Sum):
    """Chen et al. 2016, equation 6: the non-saturating game and `weight` times the code's bound."""

    def __init__(self, categories: int = 2, continuous: int = 1, weight: float = 1.0) -> None:
        self.categories, self.continuous = categories, continuous
        self.weight = positive("weight", weight)
        super().__init__(NonSaturating(), weight * MutualInformation(categories, continuous))


REGISTRY: dict[str, type[Loss]] = {
    "bce": BCE, "minimax": Minimax, "nonsaturating": NonSaturating,
    "mse": MSE, "least_squares": LeastSquares, "mae": MAE, "least_absolute": LeastAbsolute,
    "kl": KL, "reverse_kl": ReverseKL, "js": JS, "pearson": Pearson,
    "vae": VAE, "vae_gan": VAEGAN,
    "wasserstein_clip": WassersteinClip, "wasserstein_gp": WassersteinGP,
    "wasserstein_slope": WassersteinSlope, "hinge": Hinge,
    "relativistic": Relativistic, "r3gan": R3GAN, "energy": Energy,
    "nonsaturating_r1r2": NonSaturatingR1R2,
    "feature_matching": FeatureMatching, "improved": Improved,
    "conditional": Conditional, "infogan": InfoGAN,
}

# What others call them.
ALIASES = {"acgan": "conditional", "cgan": "conditional", "fgan": "kl", "gan": "nonsaturating",
           "l1": "mae", "l2": "mse", "lsgan": "least_squares", "mmd": "energy",
           "ragan": "relativistic", "rgan": "relativistic", "rpgan": "relativistic",
           "vanilla": "minimax", "wasserstein": "wasserstein_gp", "wgan": "wasserstein_gp",
           "wgan_clip": "wasserstein_clip", "wgan_gp": "wasserstein_gp", "wgangp": "wasserstein_gp"}


def loss(name: str, **options: Any) -> Loss:
    """Build the loss called `name`, one of `REGISTRY`, with its options.

    Raises
    ------
    ValueError
        If there is no such loss, or no such option; the message names the choices. Or if the
        value of an option is out of its range.
    TypeError
        If the value of an option is of another type.
    """
    if not isinstance(name, str) or name not in REGISTRY:
        raise ValueError(f"there is no loss {one_line(name)}; {guess(name)}choose from "
                         f"{', '.join(REGISTRY)}")
    known = signature(REGISTRY[name]).parameters
    for option in options:
        if option not in known:
            raise ValueError(f"loss {name!r} has no option {option!r}; "
                             f"it has {', '.join(known) or 'none'}")
    return REGISTRY[name](**options)


def guess(name: Any) -> str:
    """A question whether another name was meant, if one is near."""
    plain = str(name).lower().replace("-", "_").replace(" ", "_")
    near = [ALIASES[plain]] if plain in ALIASES else get_close_matches(plain, REGISTRY, n=1)
    return f"did you mean {near[0]!r}? Or " if near else ""
