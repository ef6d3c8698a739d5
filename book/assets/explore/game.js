/* The game of two numbers: the generator owns x, the discriminator y, and both go downhill.
 *
 * In "xy" the generator wants xy small and the discriminator large. In the others real series are
 * the number 0, the generator makes the number x, and the discriminator's logit is s0 + y x, where
 * s0 is the logit at which the loss rests (Mescheder et al. 2018 have s0 = 0).
 */
(function (live) {
"use strict";

const {LOSSES} = live;
const PLAYED = ["nonsaturating", "minimax", "least_squares", "least_absolute", "hinge",
                "wasserstein", "kl", "reverse_kl", "pearson"];
const RULES = {
  "adam": {label: "Adam, in turns"},
  "adam-once": {label: "Adam, both at once", once: true},
  "descent": {label: "gradient descent, in turns", plain: true},
  "descent-once": {label: "gradient descent, both at once", plain: true, once: true},
};

/** Slopes (generator's, discriminator's) of a game at (x, y); gamma is the weight of R1. */
function slopes(game, gamma) {
  if (game === "xy") return (x, y) => [y, -x + gamma * y];
  const {move, fake, rests} = LOSSES[game];
  return (x, y) => [move(rests + y * x)[1] * y, fake(rests + y * x)[1] * x + gamma * y];
}

/** A player's rule: from the gradient, the step. Adam is Kingma and Ba 2015, algorithm 1. */
function mover({rule, lr, beta1, beta2}) {
  if (RULES[rule].plain) return g => -lr * g;
  let m = 0, v = 0, left1 = 1, left2 = 1;
  return g => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    left1 *= beta1;
    left2 *= beta2;
    return -lr * m / (1 - left1) / (Math.sqrt(v / (1 - left2)) + 1e-8);
  };
}

/** Where both players have been: xs and ys, the start and so many steps after it. */
function play(settings, steps) {
  const {game, gamma, rule, start} = settings, {once} = RULES[rule];
  const at = slopes(game, gamma), moveX = mover(settings), moveY = mover(settings);
  const xs = new Float64Array(steps + 1), ys = new Float64Array(steps + 1);
  let [x, y] = start;
  [xs[0], ys[0]] = [x, y];
  for (let t = 1; t <= steps; t++) {
    const next = y + moveY(at(x, y)[1]);
    x += moveX(at(x, once ? y : next)[0]);
    y = next;
    [xs[t], ys[t]] = [x, y];
  }
  return {xs, ys};
}

/** The running average that rt.train keeps of a generator, here of both players. */
function averaged({xs, ys}, decay) {
  const mean = {xs: xs.slice(), ys: ys.slice()};
  for (let t = 1; t < xs.length; t++) {
    mean.xs[t] = decay * mean.xs[t - 1] + (1 - decay) * xs[t];
    mean.ys[t] = decay * mean.ys[t - 1] + (1 - decay) * ys[t];
  }
  return mean;
}

/** Radius and steps of a turn of Adam's circle, by the formulas of the chapter on Adam.
 *
 * They want a second memory that is ten times as long as the first; null where it is not, and
 * for descent. Near the equilibrium a loss is the game xy times its slope there, which Adam
 * divides out; not so the penalty, which is measured in it.
 */
function circle({game, gamma, rule, lr, beta1, beta2}) {
  if (RULES[rule].plain) return null;
  const tau1 = beta1 / (1 - beta1) + (RULES[rule].once ? 0.5 : 0), tau2 = beta2 / (1 - beta2);
  if (!tau1 || tau2 < 10 * tau1) return null;
  const steep = game === "xy" ? 1 : Math.abs(LOSSES[game].fake(LOSSES[game].rests)[1]);
  const brake = gamma / steep / Math.SQRT2;
  return {radius: 4 * lr * tau2 * (Math.sqrt(brake ** 2 + tau1 / tau2) - brake),
          turn: 2 * Math.PI * Math.sqrt(8 * tau1 * tau2)};
}

Object.assign(live, {PLAYED, RULES, slopes, play, averaged, circle});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
