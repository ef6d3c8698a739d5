/* Critics on the line: the best discriminator between heaps of real and of generated numbers.
 *
 * A law is a list of heaps [share, centre], all Gaussian and of one width. Every critic is given
 * as logits on a grid. They are the best ones for whole heaps, not for samples from them.
 */
(function (live) {
"use strict";

const {range, spread} = live;
const GRID = spread(-6, 6, 241), GAP = GRID[1] - GRID[0];
const MIDDLES = GRID.slice(1).map(x => x - GAP / 2);
const HOME = -2, AWAY = 3;  // centres of the real heaps
const UNITS = 64;  // of the clipped network's hidden layer
const MIXTURES = 32, NOWHERE = 1e-6;  // shares of a mixture; what its density is at least

/** The error function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function erf(v) {
  const t = 1 / (1 + 0.3275911 * Math.abs(v));
  const tail = t * Math.exp(-v * v) * (0.254829592 + t * (-0.284496736 + t * (1.421413741 +
    t * (-1.453152027 + t * 1.061405429))));
  return v < 0 ? tail - 1 : 1 - tail;
}

const bell = (x, centre, width) =>
  Math.exp(-(((x - centre) / width) ** 2) / 2) / width / Math.sqrt(2 * Math.PI);
const below = (x, centre, width) => (1 + erf((x - centre) / width / Math.SQRT2)) / 2;
const over = (law, of) => law.reduce((sum, [share, centre]) => sum + share * of(centre), 0);
const density = (law, width, x) => over(law, centre => bell(x, centre, width));
const share = (law, width, x) => over(law, centre => below(x, centre, width));

/** The logarithm of a density, also where the density is no number any more. */
function logDensity(law, width, x) {
  const parts = law.filter(([share]) => share).map(
    ([share, centre]) => Math.log(share) - (((x - centre) / width) ** 2) / 2);
  const most = Math.max(...parts);
  return most + Math.log(parts.reduce((sum, v) => sum + Math.exp(v - most), 0));
}

/** Density of a mixture of a real and a generated number, where the gradient penalty looks. */
function between(real, fake, width, x) {
  return range(MIXTURES).reduce((sum, i) => {
    const a = (i + 0.5) / MIXTURES, wide = width * Math.sqrt(a * a + (1 - a) ** 2);
    return sum + over(real, p => over(fake, q => bell(x, a * p + (1 - a) * q, wide)));
  }, 0) / MIXTURES;
}

/** Logits from slopes in the gaps of the grid. */
function rise(slopes) {
  const logits = new Float64Array(GRID.length);
  slopes.forEach((slope, i) => { logits[i + 1] = logits[i] + GAP * slope; });
  return logits;
}

/** What the critics of some heaps ask for: two laws, how wide heaps are, what holds a slope.
 *
 * `lead` is the share of generated numbers below a place, less that of real ones: where it is
 * positive, a critic rises. `mixed` is the density of where the gradient penalty looks.
 */
function laws({second, place, width, weight, clip}) {
  const real = [[1 - second, HOME], [second, AWAY]], fake = [[1, place]];
  return {real, fake, width, weight, clip,
          p: GRID.map(x => density(real, width, x)), q: GRID.map(x => density(fake, width, x)),
          under: MIDDLES.map(x => density(fake, width, x)),
          lead: MIDDLES.map(x => share(fake, width, x) - share(real, width, x)),
          mixed: MIDDLES.map(x => NOWHERE + between(real, fake, width, x))};
}

/** BCE's best without any bound: the logarithm of the ratio of the densities. */
const free = ({real, fake, width}) =>
  Float64Array.from(GRID, x => logDensity(real, width, x) - logDensity(fake, width, x));

/** The Wasserstein critic of slope one: up where more of the data than of the model lies above. */
const straight = ({lead}) => rise(lead.map(g => Math.abs(g) > 1e-9 ? Math.sign(g) : 0));

/** The Wasserstein game with `weight` times (|slope| - 1)^2: each gap minimises by itself. */
const penalised = ({lead, mixed, weight}) => rise(lead.map(
  (g, i) => Math.sign(g) * (1 + Math.abs(g) / (2 * weight * mixed[i]))));

/** BCE with the same penalty: Newton's method on the logits, which the slopes chain. */
function penalisedBCE({p, q, lead, mixed, weight}) {
  const stiff = mixed.map(m => 2 * weight / GAP ** 2 * m);
  let way = lead.map(g => Math.sign(g) || 1);
  let logits = rise(way);
  for (let round = 0; round < 40; round++) {
    const left = new Float64Array(GRID.length), slope = left.slice(), middle = left.slice();
    logits.forEach((s, i) => {
      const sure = 1 / (1 + Math.exp(-s));
      slope[i] = q[i] * sure - p[i] * (1 - sure);
      middle[i] = (p[i] + q[i]) * sure * (1 - sure) + 1e-12;
    });
    stiff.forEach((m, i) => {
      const pull = m * (logits[i + 1] - logits[i] - way[i] * GAP);
      slope[i] -= pull;
      slope[i + 1] += pull;
      middle[i] += m;
      middle[i + 1] += m;
      left[i + 1] = -m;
    });
    const step = tridiagonal(left, middle, slope);
    const most = step.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    logits = logits.map((s, i) => s - step[i] * Math.min(1, 2 / most));
    const turned = stiff.map((_, i) => Math.sign(logits[i + 1] - logits[i]) || 1);
    if (most < 1e-9 && turned.every((v, i) => v === way[i])) break;
    if (most < 0.5) way = turned;
  }
  return logits;
}

/** Solve a symmetric system; `left` is what stands left of the diagonal, from place 1 on. */
function tridiagonal(left, middle, right) {
  const n = middle.length, d = middle.slice(), x = right.slice();
  for (let i = 1; i < n; i++) {
    const factor = left[i] / d[i - 1];
    d[i] -= factor * left[i];
    x[i] -= factor * x[i - 1];
  }
  x[n - 1] /= d[n - 1];
  for (let i = n - 2; i >= 0; i--) x[i] = (x[i] - left[i + 1] * x[i + 1]) / d[i];
  return x;
}

/** Mean of max(0, slope x + bias) over a law. */
const hinge = (law, width, slope, bias) => over(law, centre => {
  const mean = slope * centre + bias, sd = Math.max(1e-12, Math.abs(slope) * width);
  return mean * below(mean, 0, sd) + sd * sd * bell(mean, 0, sd);
});

/** The Wasserstein game with a hidden layer of rectifiers, every weight kept in [-c, c].
 *
 * Each unit adds its own share to the game, so the best network has the same unit again and
 * again, on the edge of what the clip allows.
 */
function clipped({real, fake, width, clip}) {
  let best = {worth: 0, slope: 0, bias: 0};
  for (const v of spread(-clip, clip, 161)) {
    for (const [slope, bias] of [[clip, v], [-clip, v], [v, clip], [v, -clip]]) {
      const worth = hinge(real, width, slope, bias) - hinge(fake, width, slope, bias);
      if (Math.abs(worth) > Math.abs(best.worth)) best = {worth, slope, bias};
    }
  }
  const {worth, slope, bias} = best;
  return Float64Array.from(GRID, x =>
    Math.sign(worth) * UNITS * clip * Math.max(0, slope * x + bias));
}

/** Slopes in the gaps of the grid. */
const slopesOf = logits => MIDDLES.map((_, i) => (logits[i + 1] - logits[i]) / GAP);

/** Mean of a function on the grid, or in its gaps, over the generated numbers. */
function mean(values, {q, under}) {
  const weights = values.length === GRID.length ? q : under;
  return weights.reduce((sum, w, i) => sum + w * values[i], 0) / weights.reduce((a, b) => a + b);
}

const CRITICS = {
  free: {label: "BCE, free", best: free},
  penalisedBCE: {label: "BCE with penalty", best: penalisedBCE},
  penalised: {label: "Wasserstein with penalty", best: penalised},
  clipped: {label: "Wasserstein, weights clipped", best: clipped},
  straight: {label: "Wasserstein, slope one at most", best: straight},
};

Object.assign(live, {AWAY, CRITICS, LINE: GRID, MIDDLES, UNITS, laws, mean, slopesOf});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
