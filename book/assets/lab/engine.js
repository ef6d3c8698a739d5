/* A recurrent GAN that trains in the page: the package's networks, losses, penalties and Adam.
 *
 * A classic script sets RNNGAN, node has it by require, and RNNGAN.source is the text that a
 * worker is made of. Names and settings are those of rt.train; so are the layouts: time comes
 * first and the batch last, a batch is padded with columns of zeros to a multiple of four.
 * Everything is float64, which V8 is fastest with.
 */
(function (scope) {
"use strict";

function engine() {
"use strict";

// --- Random numbers, as a function of a key alone -----------------------------------------------

/** A source of random numbers that depends on the given whole numbers only (sfc32). */
function random(...key) {
  let hash = 0x9e3779b9;
  const mix = x => {
    hash = Math.imul(hash ^ x, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
    return hash ^= hash >>> 16;
  };
  key.forEach(mix);
  let [a, b, c] = [mix(1), mix(2), mix(3)], count = 1, spare = null;
  const uniform = () => {
    const t = (a + b | 0) + count++ | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + t | 0;
    return (t >>> 0) / 4294967296;
  };
  const normal = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const length = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform();
    spare = length * Math.sin(angle);
    return length * Math.cos(angle);
  };
  for (let i = 0; i < 12; i++) uniform();
  return {uniform, normal};
}

const SAMPLING = 4294967295;  // sets the noise of samples apart from that of training rounds
const padded = n => n + 3 & ~3;
const range = (n, start = 0) => Array.from({length: n}, (_, i) => start + i);

// --- Matrix products, two rows by four columns at a time ----------------------------------------

/** C[m, n] += sum over k of A[m, k] B[k, n]; A has strides, B and C have rows of N. */
function multiply(C, c, A, a, row, column, B, b, M, K, N) {
  for (let j = 0; j < N; j += 4) {
    let i = 0;
    for (; i + 1 < M; i += 2) {
      const o = c + i * N + j;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0, p = a + i * row, q = b + j; k < K; k++, p += column, q += N) {
        const u = A[p], v = A[p + row], x0 = B[q], x1 = B[q + 1], x2 = B[q + 2], x3 = B[q + 3];
        s0 += u * x0; s1 += u * x1; s2 += u * x2; s3 += u * x3;
        t0 += v * x0; t1 += v * x1; t2 += v * x2; t3 += v * x3;
      }
      C[o] += s0; C[o + 1] += s1; C[o + 2] += s2; C[o + 3] += s3;
      C[o + N] += t0; C[o + N + 1] += t1; C[o + N + 2] += t2; C[o + N + 3] += t3;
    }
    if (i < M) {
      const o = c + i * N + j;
      for (let k = 0, p = a + i * row, q = b + j; k < K; k++, p += column, q += N) {
        const u = A[p];
        C[o] += u * B[q]; C[o + 1] += u * B[q + 1];
        C[o + 2] += u * B[q + 2]; C[o + 3] += u * B[q + 3];
      }
    }
  }
}

/** C[m, k] += sum over n of G[m, n] X[k, n]; C has rows of `row`, G and X of N. */
function outer(C, c, row, G, g, X, x, M, K, N) {
  const K4 = K & ~3, M2 = M & ~1;
  for (let i = 0; i < M2; i += 2) {
    for (let k = 0; k < K4; k += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let n = 0, p = g + i * N, q = x + k * N; n < N; n++, p++, q++) {
        const u = G[p], v = G[p + N], x0 = X[q], x1 = X[q + N];
        const x2 = X[q + 2 * N], x3 = X[q + 3 * N];
        s0 += u * x0; s1 += u * x1; s2 += u * x2; s3 += u * x3;
        t0 += v * x0; t1 += v * x1; t2 += v * x2; t3 += v * x3;
      }
      const o = c + i * row + k;
      C[o] += s0; C[o + 1] += s1; C[o + 2] += s2; C[o + 3] += s3;
      C[o + row] += t0; C[o + row + 1] += t1; C[o + row + 2] += t2; C[o + row + 3] += t3;
    }
  }
  for (let i = 0; i < M; i++) {
    for (let k = i < M2 ? K4 : 0; k < K; k++) {
      let s = 0;
      for (let n = 0, p = g + i * N, q = x + k * N; n < N; n++) s += G[p + n] * X[q + n];
      C[c + i * row + k] += s;
    }
  }
}

// --- The recurrence -----------------------------------------------------------------------------
//   [q r z a] = W [h x 1],  r, z <- sigmoid,  n = tanh(a + r q),  h' = n + z (h - n)

/** Room for T steps of N columns: what enters each step, its gates, and what comes back. */
function tape(T, H, I, N) {
  const zeros = (...sizes) => new Float64Array(sizes.reduce((a, b) => a * b));
  return {T, H, I, N, h: zeros(T + 1, H, N), x: zeros(T, I, N), gates: zeros(T, 4, H, N),
          lam: zeros(H, N), mean: zeros(H, N), score: zeros(N), factor: zeros(N),
          out: null, source: null, back: null, dx: null};  // made when first used
}

/** A GRU and a linear map of its states, in one vector of weights. */
class Network {
  /** Input weights from N(0, 1/inputs), recurrent ones orthogonal, biases 0; or all are 0. */
  constructor(inputs, hidden, outputs, normal = null) {
    const columns = hidden + inputs + 1;
    const sizes = [4 * hidden * columns, outputs * hidden, outputs];
    const cut = whole => {
      const [gru, out, bias] = sizes;
      return {gru: whole.subarray(0, gru), out: whole.subarray(gru, gru + out),
              bias: whole.subarray(gru + out)};
    };
    Object.assign(this, {inputs, hidden, outputs, columns});
    this.weights = new Float64Array(sizes[0] + sizes[1] + sizes[2]);
    this.gradient = new Float64Array(this.weights.length);
    Object.assign(this, cut(this.weights), {to: cut(this.gradient)});
    if (!normal) return;
    for (let gate = 0; gate < 4; gate++) {
      const rows = gate < 3 ? orthogonal(hidden, normal) : [];
      for (let i = 0; i < hidden; i++) {
        const at = (gate * hidden + i) * columns;
        if (gate < 3) this.gru.set(rows[i], at);
        for (let j = 0; gate && j < inputs; j++) {
          this.gru[at + hidden + j] = normal() / Math.sqrt(inputs);
        }
      }
    }
    for (let i = 0; i < this.out.length; i++) this.out[i] = normal() / Math.sqrt(hidden);
  }
}

/** Rows of a random orthogonal matrix: Gram and Schmidt, twice for the sake of rounding. */
function orthogonal(size, normal) {
  const rows = [];
  while (rows.length < size) {
    const row = Float64Array.from({length: size}, normal);
    for (let again = 0; again < 2; again++) {
      for (const other of rows) {
        const along = row.reduce((sum, v, i) => sum + v * other[i], 0);
        for (let i = 0; i < size; i++) row[i] -= along * other[i];
      }
      const length = Math.hypot(...row);
      for (let i = 0; i < size; i++) row[i] /= length;
    }
    rows.push(row);
  }
  return rows;
}

/** Run the recurrence over the tape's x; tanh(v) is 1 - 2 / (1 + exp(2 v)), a quarter the time. */
function forward(net, {T, H, I, N, h, x, gates}) {
  const {gru, columns} = net, HN = H * N, exp = Math.exp;
  for (let t = 0; t < T; t++) {
    const g = 4 * t * HN, o = t * HN;
    for (let i = 0; i < 4 * H; i++) {
      gates.fill(gru[(i + 1) * columns - 1], g + i * N, g + (i + 1) * N);
    }
    multiply(gates, g + HN, gru, H * columns + H, columns, 1, x, t * I * N, 3 * H, I, N);
    multiply(gates, g, gru, 0, columns, 1, h, o, 3 * H, H, N);
    for (let q = g, r = g + HN, z = r + HN, a = z + HN, p = o; q < g + HN;
         q++, r++, z++, a++, p++) {
      const reset = gates[r] = 1 / (1 + exp(-gates[r]));
      const keep = gates[z] = 1 / (1 + exp(-gates[z]));
      const n = gates[a] = 1 - 2 / (1 + exp(2 * (gates[a] + reset * gates[q])));
      h[p + HN] = n + keep * (h[p] - n);
    }
  }
}

/** Carry the gradient at the states back: on.source is one for each step, or the same for all. */
function backward(net, on, toInputs) {
  const {T, H, I, N, h, gates, lam, source} = on;
  const {gru, columns} = net, HN = H * N, each = source.length > HN ? HN : 0;
  const back = on.back = on.back || new Float64Array(gates.length);
  const dx = toInputs ? on.dx = on.dx || new Float64Array(on.x.length) : null;
  lam.fill(0);
  dx?.fill(0);
  for (let t = T - 1; t >= 0; t--) {
    const g = 4 * t * HN;
    for (let i = 0, q = g, r = g + HN, z = r + HN, a = z + HN, p = t * HN, s = t * each; i < HN;
         i++, q++, r++, z++, a++, p++, s++) {
      const at = lam[i] + source[s], reset = gates[r], keep = gates[z], n = gates[a];
      const da = back[a] = at * (1 - keep) * (1 - n * n), dq = back[q] = da * reset;
      back[r] = dq * gates[q] * (1 - reset);
      back[z] = at * (h[p] - n) * keep * (1 - keep);
      lam[i] = at * keep;
    }
    if (t) multiply(lam, 0, gru, 0, 1, columns, back, g, H, 3 * H, N);
    if (toInputs) {
      multiply(dx, t * I * N, gru, H * columns + H, 1, columns, back, g + HN, I, 3 * H, N);
    }
  }
}

/** Add what the gradients at the gates mean for the weights. */
function accumulate(net, {T, H, I, N, h, x, back}) {
  const {columns} = net, to = net.to.gru;
  for (let t = 0; t < T; t++) {
    const g = 4 * t * H * N;
    outer(to, 0, columns, back, g, h, t * H * N, 3 * H, H, N);
    outer(to, H * columns + H, columns, back, g + H * N, x, t * I * N, 3 * H, I, N);
    for (let i = 0; i < 4 * H; i++) {
      let sum = 0;
      for (let n = g + i * N; n < g + (i + 1) * N; n++) sum += back[n];
      to[(i + 1) * columns - 1] += sum;
    }
  }
}

// --- Generator and discriminator ----------------------------------------------------------------

/** Series (T, F, N) in [-1, 1] from the noise in the tape's x. */
function generate(net, on) {
  const {T, H, N} = on, F = net.outputs;
  forward(net, on);
  on.out = on.out || new Float64Array(T * F * N);
  for (let t = 0; t < T; t++) {
    for (let f = 0; f < F; f++) on.out.fill(net.bias[f], (t * F + f) * N, (t * F + f + 1) * N);
    multiply(on.out, t * F * N, net.out, 0, H, 1, on.h, (t + 1) * H * N, F, H, N);
  }
  for (let i = 0; i < on.out.length; i++) on.out[i] = 1 - 2 / (1 + Math.exp(2 * on.out[i]));
  return on.out;
}

/** The generator's gradient, from that at its series: `push` (T, F, N), which is overwritten. */
function learnToGenerate(net, on, push) {
  const {T, H, N, out} = on, F = net.outputs;
  on.source = on.source || new Float64Array(T * H * N);
  on.source.fill(0);
  for (let i = 0; i < push.length; i++) push[i] *= 1 - out[i] * out[i];
  for (let t = 0; t < T; t++) {
    multiply(on.source, t * H * N, net.out, 0, 1, H, push, t * F * N, H, F, N);
    outer(net.to.out, 0, H, push, t * F * N, on.h, (t + 1) * H * N, F, H, N);
    for (let i = 0; i < F * N; i++) net.to.bias[i / N | 0] += push[t * F * N + i];
  }
  backward(net, on, false);
  accumulate(net, on);
}

/** Logits (N,) of the series in the tape's x: a linear map of the states' mean over time. */
function read(net, on) {
  const {T, H, N, h, mean, score} = on;
  forward(net, on);
  mean.fill(0);
  for (let t = 1; t <= T; t++) {
    for (let i = 0, o = t * H * N; i < H * N; i++, o++) mean[i] += h[o] / T;
  }
  score.fill(net.bias[0]);
  multiply(score, 0, net.out, 0, H, 1, mean, 0, 1, H, N);
  return score;
}

/** The gradient at the gates, and if asked for at the series, of factor[n] times logit n. */
function pull(net, on, factor, toInputs) {
  const {T, H, N} = on;
  on.source = on.source || new Float64Array(H * N);
  for (let i = 0; i < H * N; i++) on.source[i] = net.out[i / N | 0] / T * factor[i % N];
  backward(net, on, toInputs);
}

/** What the output's weights learn; its bias too, unless the factors cancel in pairs. */
function learnToScore(net, {H, N, mean}, factor, pairs) {
  outer(net.to.out, 0, H, factor, 0, mean, 0, 1, H, N);
  // The sum of the pairs is 0, but for rounding, which Adam would take for a gradient.
  if (!pairs) for (let n = 0; n < N; n++) net.to.bias[0] += factor[n];
}

// --- Losses: each gives a value and its derivative by the logit ---------------------------------

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

// --- Settings, those of rt.train, and the part of an address that holds them --------------------

const GAME = "nonsaturating";  // unless told
const PLAIN = {r1: 0, r2: 0, data: "heartbeats", steps: 1000, seeds: 4, first_seed: 0, hidden: 16,
               batch: 32, latent: [4, 2], average: 0.99};
const ADAM = {lr_generator: 3e-3, lr_discriminator: 3e-3, betas: [0, 0.99], eps: 1e-8,
              discriminator_steps: 1};
const ALONE = {...ADAM, lr_generator: 6e-3, lr_discriminator: 6e-3, betas: [0.9, 0.999]};
const LIVE = new Set([...Object.keys(ADAM), "steps"]);  // may change while it trains

// Least, most, and what it is; a number alone unless said.
const RANGES = {
  steps: [1, 1e6, "whole"], seeds: [1, 16, "whole"], first_seed: [0, 2 ** 31 - 1, "whole"],
  hidden: [1, 64, "whole"], batch: [1, 128, "whole"], discriminator_steps: [1, 20, "whole"],
  latent: [0, 16, "whole"], average: [0, 0.99999], r1: [0, 1e4], r2: [0, 1e4],
  lr_generator: [1e-9, 1], lr_discriminator: [1e-9, 1], betas: [0, 0.999999], eps: [1e-20, 1],
  real_label: [1e-6, 1], c: [1e-9, 1e4], weight: [1e-9, 1e4], gamma: [1e-9, 1e4],
};

/** The settings that a loss has unless told. */
function defaults(loss) {
  if (!Object.hasOwn(LOSSES, loss)) {
    throw new Error(`there is no loss '${loss}'; choose from ${Object.keys(LOSSES).join(", ")}`);
  }
  return {loss, ...LOSSES[loss].options, ...PLAIN, ...(LOSSES[loss].regress ? ALONE : ADAM)};
}

/** All settings from some; a one-line error where one is unknown or out of range. */
function complete(given = {}) {
  const plain = defaults(given.loss ?? GAME), settings = {...plain};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(plain, name)) {
      throw new Error(`loss '${plain.loss}' has no setting '${name}'; it has ` +
                      Object.keys(plain).join(", "));
    }
    const [least, most, whole] = RANGES[name] || [], wanted = plain[name];
    const fits = v => RANGES[name] ? typeof v === "number" && v >= least && v <= most &&
      (!whole || Number.isInteger(v)) : typeof v === typeof wanted;
    if (Array.isArray(wanted) ? !(Array.isArray(value) && value.length === wanted.length &&
                                  value.every(fits)) : !fits(value)) {
      const one = RANGES[name] ? `a ${whole ? "whole " : ""}number from ${least} to ${most}` :
        `a ${typeof wanted}`;
      throw new Error(`${name} is ${value}; it must be ` + (Array.isArray(wanted) ?
        `${wanted.length} numbers, each ${one}` : one));
    }
    settings[name] = Array.isArray(value) ? [...value] : value;
  }
  if (!(settings.latent[0] + settings.latent[1])) {
    throw new Error("latent is 0,0; the generator needs one channel of noise at least");
  }
  if (LOSSES[settings.loss].regress && (settings.r1 || settings.r2)) {
    throw new Error(`loss '${settings.loss}' has no discriminator to penalise; set r1 and r2 to 0`);
  }
  return settings;
}

/** The names of settings that are not the loss's own. */
function changed(settings) {
  const plain = defaults(settings.loss);
  return Object.keys(settings).filter(name => String(settings[name]) !== String(plain[name]));
}

/** The same settings for another loss: what was changed stays, as far as that loss has it. */
function withLoss(given, loss) {
  const settings = complete(given), next = defaults(loss);
  const kept = changed(settings).filter(name => Object.hasOwn(next, name) &&
    !(LOSSES[loss].regress && /^r[12]$/.test(name)));
  return complete({loss, ...Object.fromEntries(kept.map(name => [name, settings[name]]))});
}

/** The settings that are not the loss's own, as in "#loss=r3gan&gamma=1". */
function toFragment(given) {
  const settings = complete(given), told = ["loss", ...changed(settings)];
  return "#" + told.map(name => `${name}=${encodeURIComponent(settings[name])}`
    .replaceAll("%2C", ",")).join("&");
}

/** The settings that a fragment holds. */
function fromFragment(fragment) {
  const pairs = fragment.replace(/^#/, "").split("&").filter(Boolean).map(pair => {
    const [name, ...value] = pair.split("=");
    try {
      return [name, decodeURIComponent(value.join("="))];
    } catch {
      throw new Error(`the link is damaged at '${pair}'`);
    }
  });
  const texts = Object.fromEntries(pairs), plain = defaults(texts.loss ?? GAME);
  const number = text => text.trim() === "" ? NaN : Number(text);
  const parse = (like, text) => Array.isArray(like) ? text.split(",").map(number) :
    typeof like === "number" ? number(text) :
    typeof like === "boolean" ? {true: true, false: false}[text] : text;
  return complete(Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, parse(plain[name], text)])));
}

/** The call of the package that trains the same game. */
function toPython(given) {
  const s = complete(given), other = changed(s);
  const python = v => Array.isArray(v) ? `(${v.map(python).join(", ")})` :
    v === true ? "True" : v === false ? "False" : String(v);
  const options = other.filter(name => Object.hasOwn(LOSSES[s.loss].options || {}, name))
    .map(name => `, ${name}=${python(s[name])}`).join("");
  const adam = other.filter(name => Object.hasOwn(ADAM, name))
    .map(name => `"${name}": ${python(s[name])}`);
  const loss = (options || s.r1 || s.r2 ? `rt.loss("${s.loss}"${options})` : `"${s.loss}"`) +
    (s.r1 ? ` + rt.losses.R1(${s.r1})` : "") + (s.r2 ? ` + rt.losses.R2(${s.r2})` : "");
  const seeds = s.first_seed ? `range(${s.first_seed}, ${s.first_seed + s.seeds})` : s.seeds;
  return `rt.train(train, ${loss}, steps=${s.steps}, seeds=${seeds}, hidden=${s.hidden}, ` +
    `batch=${s.batch}, latent=rt.Latent${python(s.latent)}, average=${s.average || "None"}` +
    (adam.length ? `, adam={${adam.join(", ")}})` : ")");
}

// --- Adam ---------------------------------------------------------------------------------------

/** Kingma and Ba 2015, algorithm 1. */
class Adam {
  constructor(size) {
    this.first = new Float64Array(size);
    this.second = new Float64Array(size);
    this.moves = 0;
  }

  move({weights, gradient}, rate, [beta1, beta2], eps) {
    const {first, second} = this, moves = ++this.moves;
    const step = rate / (1 - beta1 ** moves), root = Math.sqrt(1 - beta2 ** moves);
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i];
      first[i] += (1 - beta1) * (g - first[i]);
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      weights[i] -= step * first[i] / (Math.sqrt(second[i]) / root + eps);
    }
  }
}

// --- One seed's game ----------------------------------------------------------------------------

const HALF = 1e-3;  // half the distance of the two series whose logits give a slope
const GROUPS = {real: 0, fake: 1, mix: 2};

/** Copy the first columns of one matrix into another, from its column `at` on. */
function copy(from, fromColumns, into, intoColumns, at, count) {
  for (let o = 0, p = at; o < from.length; o += fromColumns, p += intoColumns) {
    for (let n = 0; n < count; n++) into[p + n] = from[o + n];
  }
}

/** Lay the normal draws (N, held + T * fresh) of a generator out over time, into (T, I, N). */
function arrange(normal, [held, fresh], T, n, x, N) {
  const draws = held + T * fresh, I = held + fresh;
  for (let t = 0; t < T; t++) {
    for (let c = 0; c < I; c++) {
      const from = c < held ? c : held + t * fresh + c - held;
      for (let b = 0; b < n; b++) x[(t * I + c) * N + b] = normal[b * draws + from];
    }
  }
}

class Game {
  /** `room` gives tapes, which all seeds share; `draw` the random numbers of a round. */
  constructor(seed, settings, data, room, draw) {
    Object.assign(this, {seed, settings, data, room, draw});
    const {hidden, latent, average} = settings, {normal} = random(seed, 0);
    this.generator = new Network(latent[0] + latent[1], hidden, data.features, normal);
    this.discriminator = new Network(data.features, hidden, 1, normal);
    this.average = average ? new Network(latent[0] + latent[1], hidden, data.features) : null;
    this.average?.weights.set(this.generator.weights);
    this.adam = [this.generator, this.discriminator].map(net => new Adam(net.weights.length));
    this.kind = LOSSES[settings.loss];
    this.game = this.kind.game?.(settings);
    this.penalties = [...(this.kind.penalties?.(settings) || []),
                      ...(settings.r1 ? [zeroCentred("real", settings.r1)] : []),
                      ...(settings.r2 ? [zeroCentred("fake", settings.r2)] : [])];
    this.mixes = this.penalties.some(penalty => penalty.at === "mix");
    this.push = new Float64Array(data.length);
    this.logits = {real: new Float64Array(0), fake: new Float64Array(0)};
    this.losses = {discriminator: NaN, generator: NaN};
    this.lengths = {discriminator: NaN, generator: NaN};  // of the players' gradients
    this.rounds = 0;
    this.diverged = null;  // or the step at which it stopped
  }

  /** Moves of the discriminator, then one of the generator; false if it stops being finite. */
  step() {
    const {settings, data, game} = this, {batch: B, hidden: H, latent} = settings;
    const {length: T, features: F} = data, rounds = game ? settings.discriminator_steps : 1;
    const made = this.room("made", T, H, latent[0] + latent[1], padded(B));
    const x = new Float64Array(T * F * B);
    for (let i = 0; i < rounds; i++) {
      const {rows, normal, uniform} = this.draw(this.seed, this.rounds++);
      for (let b = 0; b < B; b++) {
        for (let k = 0; k < T * F; k++) x[k * B + b] = data.values[rows[b] * T * F + k];
      }
      arrange(normal, latent, T, B, made.x, made.N);
      generate(this.generator, made);
      if (game && !this.judge(x, made, uniform)) return false;
    }
    const push = game ? this.pushOf(x, made) : this.error(x, made);
    for (let t = 0; t < T; t++) {
      let squares = 0;
      for (let k = t * F * made.N; k < (t + 1) * F * made.N; k++) squares += (B * push[k]) ** 2;
      this.push[t] = Math.sqrt(squares / B);
    }
    this.generator.gradient.fill(0);
    learnToGenerate(this.generator, made, push);
    if (!this.learn("generator", 0)) return false;
    if (this.average) {
      const {weights} = this.average, own = this.generator.weights, part = 1 - settings.average;
      for (let i = 0; i < own.length; i++) weights[i] += part * (own[i] - weights[i]);
    }
    return true;
  }

  /** The discriminator's move. */
  judge(x, made, uniform) {
    const {settings, data, discriminator: net, game, penalties} = this;
    const {batch: B, hidden: H} = settings, {length: T, features: F} = data;
    const on = this.room("judged", T, H, F, padded(this.mixes ? 3 * B : 2 * B));
    copy(x, B, on.x, on.N, 0, B);
    copy(made.out, made.N, on.x, on.N, B, B);
    for (let k = 0; this.mixes && k < T * F; k++) {
      for (let b = 0; b < B; b++) {
        const fake = made.out[k * made.N + b];
        on.x[k * on.N + 2 * B + b] = fake + uniform[b] * (x[k * B + b] - fake);
      }
    }
    const score = read(net, on), factor = on.factor.fill(0);
    let value = 0;
    for (let b = 0; b < B; b++) {
      const [paid, toReal, toFake] = game.judge(score[b], score[B + b]);
      value += paid / B;
      factor[b] = toReal / B;
      factor[B + b] = toFake / B;
    }
    this.logits = {real: score.slice(0, B), fake: score.slice(B, 2 * B)};
    net.gradient.fill(0);
    learnToScore(net, on, factor, false);
    if (!penalties.length) {
      pull(net, on, factor, false);
    } else {
      // Every logit's own gradient gives the slopes; times its factor, the game's gradient.
      pull(net, on, new Float64Array(on.N).fill(1), true);
      value += this.penalise(on);
      for (let i = 0; i < on.back.length; i++) on.back[i] *= factor[i % on.N];
    }
    accumulate(net, on);
    this.losses.discriminator = value;
    if (!this.learn("discriminator", 1)) return false;
    const bound = this.kind.clip?.(settings);
    for (let i = 0; bound && i < net.weights.length; i++) {
      net.weights[i] = Math.min(bound, Math.max(-bound, net.weights[i]));
    }
    return true;
  }

  /** Value of the penalties, from the slopes in on.dx, and their gradient without a second one.
   *
   * How the length of a slope moves with the weights is how the logit rises along the slope's
   * direction, held fixed: (D(x + e v) - D(x - e v)) / 2e. So these pairs are read once more.
   */
  penalise(on) {
    const {discriminator: net, penalties, settings: {batch: B}} = this, {T, I: F} = on;
    const pairs = this.room("pairs", T, on.H, F, padded(2 * B * penalties.length));
    const factor = pairs.factor.fill(0);
    let value = 0;
    penalties.forEach(({at, cost}, i) => {
      for (let b = 0; b < B; b++) {
        const n = GROUPS[at] * B + b, up = 2 * B * i + b, down = up + B;
        let length = 0;
        for (let k = n; k < on.dx.length; k += on.N) length += on.dx[k] ** 2;
        length = Math.sqrt(length);
        const [paid, slope] = cost(length);
        value += paid / B;
        factor[up] = slope / (2 * HALF * B);
        factor[down] = -factor[up];
        for (let k = 0; k < T * F; k++) {
          const here = on.x[k * on.N + n];
          const move = length ? HALF * on.dx[k * on.N + n] / length : 0;
          pairs.x[k * pairs.N + up] = here + move;
          pairs.x[k * pairs.N + down] = here - move;
        }
      }
    });
    read(net, pairs);
    pull(net, pairs, factor, false);
    learnToScore(net, pairs, factor, true);
    accumulate(net, pairs);
    return value;
  }

  /** The generator's loss, and its gradient at the generated series (T, F, N). */
  pushOf(x, made) {
    const {settings, data, discriminator: net, game} = this;
    const {batch: B, hidden: H} = settings, {length: T, features: F} = data;
    const on = this.room("moved", T, H, F, padded(game.paired ? 2 * B : B));
    copy(made.out, made.N, on.x, on.N, 0, B);
    if (game.paired) copy(x, B, on.x, on.N, B, B);
    const score = read(net, on), factor = on.factor.fill(0);
    this.losses.generator = 0;
    for (let b = 0; b < B; b++) {
      const [paid, slope] = game.move(score[b], score[B + b]);
      this.losses.generator += paid / B;
      factor[b] = slope / B;
    }
    pull(net, on, factor, true);
    const push = new Float64Array(T * F * made.N);
    copy(on.dx, on.N, push, made.N, 0, B);
    return push;
  }

  /** The same for an error between each generated series and a random real one. */
  error(x, made) {
    const {batch: B} = this.settings, push = new Float64Array(made.out.length);
    this.losses.generator = 0;
    for (let i = 0; i < x.length; i++) {
      const k = (i / B | 0) * made.N + i % B;
      const [paid, slope] = this.kind.regress(made.out[k] - x[i]);
      this.losses.generator += paid / x.length;
      push[k] = slope / x.length;
    }
    return push;
  }

  /** One step of Adam, unless the loss or its gradient is not finite. */
  learn(who, at) {
    const {settings} = this, net = this[who];
    let squares = 0;
    for (let i = 0; i < net.gradient.length; i++) squares += net.gradient[i] ** 2;
    this.lengths[who] = Math.sqrt(squares);
    if (!Number.isFinite(squares) || !Number.isFinite(this.losses[who])) return false;
    this.adam[at].move(net, settings[`lr_${who}`], settings.betas, settings.eps);
    return true;
  }

  /** Series (T, F, padded n) from normal draws (n, held + T * fresh), by the average if kept. */
  sample(normal, n) {
    const {hidden: H, latent} = this.settings, {length: T} = this.data;
    const on = this.room("sampled", T, H, latent[0] + latent[1], padded(n));
    arrange(normal, latent, T, n, on.x, on.N);
    return generate(this.average || this.generator, on);
  }
}

// --- Several seeds beside each other ------------------------------------------------------------

const MOST = 400000;  // time steps x hidden x batch: some 100 MB
const SHOWN = 24;  // series per seed, of one noise for the whole run

class Trainer {
  /** `given.draw(seed, round)` replaces the random numbers of a round: {rows, normal, uniform}. */
  constructor(settings, data, given = {}) {
    this.data = data;
    this.settings = complete({...settings, batch: settings.batch ?? Math.min(32, data.train)});
    const {seeds, first_seed, hidden, batch, latent} = this.settings, tapes = new Map();
    const size = data.length * hidden * batch;
    if (size > MOST) {
      throw new Error(`time steps x hidden x batch is ${size}; a page has room for ${MOST}, so ` +
                      "make one of them smaller");
    }
    const draws = latent[0] + data.length * latent[1];
    const fill = (size, next) => Float64Array.from({length: size}, next);
    this.noise = (seed, n) => fill(n * draws, random(seed, SAMPLING).normal);
    const draw = given.draw || ((seed, round) => {
      const {uniform, normal} = random(seed, 1 + round);
      return {rows: fill(batch, () => Math.floor(uniform() * data.train)),
              normal: fill(batch * draws, normal), uniform: fill(batch, uniform)};
    });
    const room = (who, ...sizes) => {
      const key = `${who} ${sizes}`;
      if (!tapes.has(key)) tapes.set(key, tape(...sizes));
      return tapes.get(key);
    };
    this.games = range(seeds, first_seed)
      .map(seed => new Game(seed, this.settings, data, room, draw));
    this.shown = this.games.map(game => this.noise(game.seed, SHOWN));
    this.steps = 0;
  }

  /** One step of every seed that has not diverged; false once all have, or at the last step. */
  step() {
    if (this.done) return false;
    for (const game of this.games) {
      if (game.diverged === null && !game.step()) game.diverged = this.steps;
    }
    this.steps++;
    return !this.done;
  }

  get done() {
    return this.steps >= this.settings.steps || this.games.every(game => game.diverged !== null);
  }

  /** Take up settings of Adam or another last step as it trains; false if others differ. */
  change(settings) {
    const wanted = complete(settings);
    const differs = Object.keys({...wanted, ...this.settings}).filter(
      name => String(wanted[name]) !== String(this.settings[name]));
    if (!differs.every(name => LIVE.has(name))) return false;
    Object.assign(this.settings, wanted);
    return true;
  }
}

// --- Scores, those of rt.metrics ----------------------------------------------------------------

const SCORED = 256, FEWEST = 8, NEIGHBOURS = 5, TOLERANCE = 0.2, COVERED = 0.02;

/** Series of the given numbers as columns (T * F, padded count). */
function columns(data, rows) {
  const size = data.length * data.features, N = padded(rows.length);
  const found = new Float64Array(size * N);
  rows.forEach((row, n) => {
    for (let k = 0; k < size; k++) found[k * N + n] = data.values[row * size + k];
  });
  return found;
}

/** Squared distances (n, m) between columns of a and columns of b. */
function squaredDistances(a, n, b, m) {
  const found = new Float64Array(n * m), N = padded(n), M = padded(m);
  for (let p = 0, q = 0; p < a.length; p += N, q += M) {
    for (let i = 0; i < n; i++) {
      for (let j = 0, o = i * m; j < m; j++, o++) found[o] += (a[p + i] - b[q + j]) ** 2;
    }
  }
  return found;
}

/** Mean distance of two sorted samples' quantile functions, which are steps. */
function wasserstein1(p, q) {
  const n = p.length, m = q.length;
  let sum = 0;
  for (let i = 0, j = 0, edge = 0; i < n && j < m;) {
    const next = Math.min((i + 1) * m, (j + 1) * n);
    sum += Math.abs(p[i] - q[j]) * (next - edge);
    edge = next;
    if (edge === (i + 1) * m) i++;
    if (edge === (j + 1) * n) j++;
  }
  return sum / (n * m);
}

const shuffled = (n, {uniform}) => range(n).map(i => [uniform(), i])
  .sort((a, b) => a[0] - b[0]).map(pair => pair[1]);

/** What generated series are held against: test series, floor and control. */
class Ruler {
  /** `along`, (directions, T * F), replaces the random directions. */
  constructor(data, along = null) {
    const size = data.length * data.features, tests = data.n - data.train;
    this.data = data;
    this.n = Math.min(SCORED, tests, data.train);
    if (this.n < FEWEST) throw new Error(`there are ${this.n} test series; give ${FEWEST} or more`);
    this.along = along || directions(size, 256);
    this.rows = range(this.n, data.train);
    this.real = columns(data, this.rows);
    this.sorted = this.project(this.real, this.n);
    const truth = range(data.n).map(i => data.labels?.[i]), total = this.shareNames.length;
    this.truth = range(total).map(k => truth.filter(label => label === k).length / data.n);
    const floors = range(3).map(i => shuffled(data.train, random(i, SAMPLING)).slice(0, this.n))
      .map(rows => this.scores(columns(data, rows), this.n));
    this.floor = Object.fromEntries(Object.keys(floors[0]).map(
      name => [name, floors.reduce((sum, one) => sum + one[name] / 3, 0)]));
    this.control = this.scores(columns(data, Array(this.n).fill(this.medoid())), this.n);
  }

  /** Projections of n columns on every direction, each sorted. */
  project(series, n) {
    const size = this.data.length * this.data.features, N = padded(n), P = this.along.length / size;
    const found = new Float64Array(P * N);
    multiply(found, 0, this.along, 0, size, 1, series, 0, P, size, N);
    return range(P).map(i => found.subarray(i * N, i * N + n).sort());
  }

  /** The training series that is nearest to all others. */
  medoid() {
    const m = Math.min(this.data.train, SCORED), all = columns(this.data, range(m));
    const apart = squaredDistances(all, m, all, m).map(Math.sqrt);
    const sums = range(m).map(i => apart.subarray(i * m, (i + 1) * m).reduce((a, b) => a + b));
    return sums.indexOf(Math.min(...sums));
  }

  get shareNames() {
    return this.data.curves || this.data.labels ? this.data.label_names : [];
  }

  /** Each series' mode, -1 if it is no clean copy of one; or the label of most neighbours. */
  kinds(series, n) {
    const {data} = this, size = data.length * data.features;
    if (data.curves) {
      const m = data.curves.length, curves = new Float64Array(size * padded(m));
      data.curves.forEach((curve, j) => curve.forEach((v, k) => curves[k * padded(m) + j] = v));
      const apart = squaredDistances(series, n, curves, m);
      return range(n).map(i => {
        const row = apart.subarray(i * m, (i + 1) * m), least = Math.min(...row);
        return least / size < TOLERANCE ** 2 ? row.indexOf(least) : -1;
      });
    }
    if (!data.labels) return range(n).fill(-1);
    const apart = squaredDistances(series, n, this.real, this.n);
    return range(n).map(i => {
      const row = apart.subarray(i * this.n, (i + 1) * this.n);
      const votes = data.label_names.map(() => 0);
      for (let k = 0; k < NEIGHBOURS; k++) {
        const nearest = row.reduce((best, v, j) => v < row[best] ? j : best, 0);
        votes[data.labels[this.rows[nearest]]]++;
        row[nearest] = Infinity;
      }
      return votes.indexOf(Math.max(...votes));
    });
  }

  /** Share of n series that are of each kind. */
  shares(series, n) {
    const found = this.shareNames.map(() => 0);
    for (const kind of this.kinds(series, n)) if (kind >= 0) found[kind] += 1 / n;
    return found;
  }

  /** Name -> score of n generated series. */
  scores(series, n) {
    const {data} = this, shares = this.shares(series, n), names = data.label_names;
    const apart = this.project(series, n).map((p, i) => wasserstein1(p, this.sorted[i]));
    const found = {sliced_wasserstein: apart.reduce((a, b) => a + b) / apart.length};
    if (data.curves) {
      found.mode_coverage = shares.filter(share => share > COVERED).length;
      found.clean_share = shares.reduce((a, b) => a + b);
    } else if (data.labels && names.length === 2) {
      found[`${names[1]}_share`] = shares[1];
    } else if (data.labels) {
      const real = names.map((_, k) => this.rows.filter(i => data.labels[i] === k).length / this.n);
      found.label_error = real.reduce((sum, r, k) => sum + Math.abs(r - shares[k]) / 2, 0);
    }
    return found;
  }
}

/** Random unit vectors, (projections, size). */
function directions(size, projections) {
  const {normal} = random(0, SAMPLING - 1);
  const found = new Float64Array(projections * size);
  for (let i = 0; i < projections; i++) {
    const one = found.subarray(i * size, (i + 1) * size);
    for (let k = 0; k < size; k++) one[k] = normal();
    const length = Math.hypot(...one);
    for (let k = 0; k < size; k++) one[k] /= length;
  }
  return found;
}

// --- Data ---------------------------------------------------------------------------------------

/** What tools/lab_data.py wrote, as series; the first `train` of them are for training. */
function decode(file) {
  const {differences, curves, noise, labels, ...rest} = file, size = file.length * file.features;
  if (curves) {  // a law, not series
    const {uniform, normal} = random(0, SAMPLING - 2), values = new Float64Array(file.n * size);
    const kinds = Uint8Array.from({length: file.n}, () => Math.floor(uniform() * curves.length));
    for (let i = 0; i < values.length; i++) {
      const clean = curves[kinds[i / size | 0]][i % size];
      values[i] = Math.max(-1, Math.min(1, clean + noise * normal()));
    }
    return {...rest, curves, values, labels: kinds};
  }
  const values = Float64Array.from(differences);
  for (let i = 0; i < values.length; i++) {
    if (i % size >= file.features) values[i] += values[i - file.features];
  }
  return {...rest, values: values.map(v => v / 127), labels: Uint8Array.from(labels)};
}

/** A reader's own series: N x T or N x T x F nested arrays in any unit, perhaps with labels. */
function fromArray(series, labels = null, name = "own") {
  const list = Array.isArray(series) ? series.map(one => Array.from(one, v => [v].flat())) : [];
  const T = list[0]?.length, F = list[0]?.[0]?.length;
  if (list.length < 2 || !(T >= 2 && T <= 200) || !(F >= 1 && F <= 8)) {
    throw new Error("give two series or more, an array of 2 to 200 time steps for each, with " +
                    "one number or an array of up to 8 at each step");
  }
  list.forEach((one, i) => {
    if (one.length !== T || one.some(v => v.length !== F)) {
      throw new Error(`series ${i + 1} has another shape than series 1, ${T} steps of ${F}`);
    }
    if (!one.flat().every(Number.isFinite)) {
      throw new Error(`series ${i + 1} holds what is no finite number`);
    }
  });
  if (labels && labels.length !== list.length) {
    throw new Error(`there are ${labels.length} labels for ${list.length} series; give one each`);
  }
  const names = labels ? [...new Set(labels.map(String))].sort() : [];
  if (names.length > 50) {
    throw new Error(`there are ${names.length} different labels; 50 are the most`);
  }
  const order = shuffled(list.length, random(0, SAMPLING - 3));
  // Each kind is split alike; too few series are all for training, and then none are scored.
  const first = Math.round(0.6 * list.length), enough = list.length - first >= FEWEST;
  let rows = order;
  if (enough && labels) {
    const parts = names.map(kind => order.filter(i => String(labels[i]) === kind));
    const cut = parts.map(part => Math.round(0.6 * part.length));
    rows = [...parts.flatMap((part, k) => part.slice(0, cut[k])),
            ...parts.flatMap((part, k) => part.slice(cut[k]))];
  }
  const train = !enough ? list.length : !labels ? first : names.reduce((sum, kind) =>
    sum + Math.round(0.6 * labels.filter(label => String(label) === kind).length), 0);
  const of = f => list.flatMap(one => one.map(step => step[f]));
  const ends = range(F).map(f => of(f).reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)],
                                              [Infinity, -Infinity]));
  const low = ends.map(([a, b]) => a - 0.05 * (b - a));
  const high = ends.map(([a, b]) => b + 0.05 * (b - a));
  const scaled = (v, f) => high[f] > low[f] ? 2 * (v - low[f]) / (high[f] - low[f]) - 1 : 0;
  return {name, n: list.length, train, length: T, features: F, low, high, unit: "",
          step: 1, step_unit: "step", label_names: names,
          labels: labels && Uint8Array.from(rows, i => names.indexOf(String(labels[i]))),
          values: Float64Array.from(rows.flatMap(i => list[i].flatMap(v => v.map(scaled))))};
}

return {LOSSES, RANGES, LIVE, SHOWN, FEWEST, random, padded, Network, Trainer, Ruler, defaults,
        complete, withLoss, toFragment, fromFragment, toPython, decode, fromArray};
}

const made = engine();
made.source = `(${engine})()`;  // what a worker without a file of its own runs
if (typeof module === "object" && module.exports) module.exports = made;
else scope.RNNGAN = made;
})(typeof self === "undefined" ? globalThis : self);
