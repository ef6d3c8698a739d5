/* What each loss charges a logit, and the derivative: those losses that read nothing but logits.
 *
 * Each price is a function of the logit s that gives [value, derivative]. `real` and `fake` are
 * what the discriminator pays for a real and for a generated series, `move` what the generator
 * pays for a generated one. The relativistic game prices a logit beside that of a partner, `by`.
 * Names are those of rt.losses.REGISTRY; `rests` is the logit at which the discriminator's loss is
 * lowest if real and generated series are alike.
 */
(function (live) {
"use strict";

const sigmoid = s => 1 / (1 + Math.exp(-s));
const softplus = s => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
/** The exponential, continued above 20 by its tangent, as in the package. */
const exp = v => v <= 20 ? [Math.exp(v), Math.exp(v)] : [Math.exp(20) * (v - 19), Math.exp(20)];
const minus = price => s => price(s).map(v => -v);
const itself = s => [s, 1];

const toReal = s => [softplus(-s), -sigmoid(-s)];
const toFake = s => [softplus(s), sigmoid(s)];
const halfSquare = label => s => [(s - label) ** 2 / 2, s - label];
const distance = label => s => [Math.abs(s - label), Math.sign(s - label)];

/** An f-divergence: the output activation g and f*(g(v)); `practical` swaps the generator's. */
const fgan = (g, conjugate) => practical =>
  ({real: minus(g), fake: conjugate, move: minus(practical ? g : conjugate)});
const kl = fgan(itself, v => exp(v - 1));
const reverseKL = fgan(v => [-exp(-v)[0], exp(-v)[1]], v => [v - 1, 1]);
const js = fgan(v => [Math.LN2 - softplus(-v), sigmoid(-v)],
                v => [softplus(v) - Math.LN2, sigmoid(v)]);
const pearson = fgan(itself, v => [v * v / 4 + v, v / 2 + 1]);

const LOSSES = {
  nonsaturating: {label: "non-saturating (BCE)", rests: 0,
                  real: toReal, fake: toFake, move: toReal},
  minimax: {label: "minimax", rests: 0, real: toReal, fake: toFake, move: minus(toFake)},
  least_squares: {label: "least squares", rests: 0.5,
                  real: halfSquare(1), fake: halfSquare(0), move: halfSquare(1)},
  hinge: {label: "hinge", rests: 0, real: s => s < 1 ? [1 - s, -1] : [0, 0],
          fake: s => s > -1 ? [1 + s, 1] : [0, 0], move: minus(itself)},
  wasserstein: {label: "Wasserstein", rests: 0, real: minus(itself), fake: itself,
                move: minus(itself)},
  least_absolute: {label: "least absolute", rests: 0.5,
                   real: distance(1), fake: distance(0), move: distance(1)},
  kl: {label: "KL", rests: 1, ...kl(false)},
  kl_practical: {label: "KL, practical", rests: 1, ...kl(true)},
  reverse_kl: {label: "reverse KL", rests: 0, ...reverseKL(false)},
  reverse_kl_practical: {label: "reverse KL, practical", rests: 0, ...reverseKL(true)},
  js: {label: "JS", rests: 0, ...js(false)},
  js_practical: {label: "JS, practical", rests: 0, ...js(true)},
  pearson: {label: "Pearson", rests: 0, ...pearson(false)},
  pearson_practical: {label: "Pearson, practical", rests: 0, ...pearson(true)},
  relativistic: {label: "relativistic pairs", rests: 0,
                 real: (s, by) => toReal(s - by), fake: (s, by) => toFake(s - by),
                 move: (s, by) => toReal(s - by)},
};

Object.assign(live, {LOSSES});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
