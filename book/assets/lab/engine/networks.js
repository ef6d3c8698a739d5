/* Generator and discriminator: a GRU and a linear map, forward and back through time. */
"use strict";

RNNGAN.part(lab => {
const {multiply, outer} = lab;

// --- The recurrence ------------------------------------------------------------------------------

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

// --- Generator and discriminator -----------------------------------------------------------------

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

return {tape, Network, accumulate, generate, learnToGenerate, read, pull, learnToScore};
});
