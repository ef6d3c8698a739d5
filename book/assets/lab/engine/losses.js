/* The package's losses: each gives a value and its derivative by the logit. */
"use strict";

RNNGAN.part(() => {
const sigmoid = s => 1 / (1 + Math.exp(-s));
const softplus = s => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
/** The exponential, continued above 20 by its tangent. */
const exp = v => v <= 20 ? [Math.exp(v), Math.exp(v)] : [Math.exp(20) * (v - 19), Math.exp(20)];
const minus = f => s => f(s).map(v => -v);
const itself = s => [s, 1];

/** Binary cross-entropy to a label. */
const to = label => s => [label * softplus(-s) + (1 - label) * softplus(s),
                          (1 - label) * sigmoid(s) - label * sigmoid(-s)];
const halfSquare = label => s => [(s - label) ** 2 / 2, s - label];
const distance = label => s => [Math.abs(s - label), Math.sign(s - label)];
const below = (edge, side) => s => side * (edge - s) > 0 ? [side * (edge - s), -side] : [0, 0];

/** A game that prices every logit by itself: real ones, fake ones, and the generator's. */
const each = (real, fake, move) => ({
  judge(r, f) {
    const [a, da] = real(r), [b, db] = fake(f);
    return [a + b, da, db];
  },
  move,
});
const nonsaturating = () => each(to(1), to(0), to(1));
const wasserstein = () => each(minus(itself), itself, minus(itself));
/** Nowozin et al. 2016: the output activation g, and f*(g(v)). */
const fgan = (g, conjugate) => ({practical}) =>
  each(minus(g), conjugate, minus(practical ? g : conjugate));
const relativistic = () => ({
  judge: (r, f) => [softplus(f - r), -sigmoid(f - r), sigmoid(f - r)],
  move: (f, r) => [softplus(r - f), -sigmoid(r - f)],
  paired: true,
});

/** Penalties: where the slope is taken, and what its length costs. */
const aroundOne = weight => ({at: "mix", cost: l => [weight * (l - 1) ** 2, 2 * weight * (l - 1)]});
const zeroCentred = (at, gamma) => ({at, cost: l => [gamma / 2 * l * l, gamma * l]});
const bothZeroCentred = ({gamma}) => [zeroCentred("real", gamma), zeroCentred("fake", gamma)];

const practical = {practical: false}, gamma = {gamma: 0.3};
/** Name -> its options, its game, penalties and bound of the weights; or its regression. */
const LOSSES = {
  bce: {options: {real_label: 1}, game: ({real_label}) => each(to(real_label), to(0), to(1))},
  minimax: {game: () => each(to(1), to(0), minus(to(0)))},
  nonsaturating: {game: nonsaturating},
  mse: {regress: d => [d * d, 2 * d]},
  least_squares: {game: () => each(halfSquare(1), halfSquare(0), halfSquare(1))},
  mae: {regress: d => [Math.abs(d), Math.sign(d)]},
  least_absolute: {game: () => each(distance(1), distance(0), distance(1))},
  kl: {options: practical, game: fgan(itself, v => exp(v - 1))},
  reverse_kl: {options: practical, game: fgan(v => [-exp(-v)[0], exp(-v)[1]], v => [v - 1, 1])},
  js: {options: practical, game: fgan(v => [Math.LN2 - softplus(-v), sigmoid(-v)],
                                      v => [softplus(v) - Math.LN2, sigmoid(v)])},
  pearson: {options: practical, game: fgan(itself, v => [v * v / 4 + v, v / 2 + 1])},
  wasserstein_clip: {options: {c: 0.1}, game: wasserstein, clip: ({c}) => c},
  wasserstein_gp: {options: {weight: 1}, game: wasserstein,
                   penalties: ({weight}) => [aroundOne(weight)]},
  hinge: {game: () => each(below(1, 1), below(-1, -1), minus(itself))},
  relativistic: {game: relativistic},
  r3gan: {options: gamma, game: relativistic, penalties: bothZeroCentred},
  nonsaturating_r1r2: {options: gamma, game: nonsaturating, penalties: bothZeroCentred},
};

return {zeroCentred, LOSSES};
});
