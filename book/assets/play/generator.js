/* A trained generator of the package in the page: its weights, and its pass from noise to series.
 *
 * The recurrence is that of rnngan_tutorial/recurrence.py: r, z <- sigmoid, n = tanh(a + r q),
 * h' = n + z (h - n); a step's series is the tanh of a linear map of the state.
 */
(function (live) {
"use strict";

/** The bytes of a base64 text. */
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));

/** Numbers of 16 bits, as IEEE 754 has them, little end first. */
function halves(text) {
  const raw = new DataView(bytes(text).buffer), found = new Float64Array(raw.byteLength / 2);
  for (let i = 0; i < found.length; i++) {
    const bits = raw.getUint16(2 * i, true), power = bits >> 10 & 31, part = (bits & 1023) / 1024;
    const size = power ? 2 ** (power - 15) * (1 + part) : 2 ** -14 * part;
    found[i] = bits >> 15 ? -size : size;
  }
  return found;
}

const sigmoid = v => 1 / (1 + Math.exp(-v));

/** The generators of all seeds of a loss, from what tools/play_data.py wrote. */
class Generators {
  constructor({weights, seeds, hidden, latent, categories, continuous, told, length, features}) {
    this.latent = latent;
    Object.assign(this, {hidden, categories, continuous, told, length, features});
    this.inputs = latent[0] + latent[1] + categories + continuous + told;
    this.all = halves(weights);
    this.size = this.all.length / seeds.length;
  }

  /** What enters each step, (T, inputs): held and fresh noise, a code, and a label if told. */
  lay({held, fresh, category = 0, code = [], label = 0}) {
    const {latent, length, inputs, categories, told} = this;
    const laid = new Float64Array(length * inputs);
    const hot = (n, at) => Array.from({length: n}, (_, i) => Number(i === at));
    for (let t = 0; t < length; t++) {
      laid.set([...held, ...fresh.slice(t * latent[1], (t + 1) * latent[1]),
                ...hot(categories, category), ...code, ...hot(told, label)], t * inputs);
    }
    return laid;
  }

  /** One series (T, F) of the seed at a place, from what `lay` gives. */
  series(place, laid) {
    const {hidden: H, inputs: I, features: F, length: T} = this;
    const w = this.all.subarray(place * this.size, (place + 1) * this.size);
    const wide = H + I + 1, q = 2 * H * wide, a = q + H * (H + 1), out = a + H * (I + 1);
    const made = new Float64Array(T * F), r = new Float64Array(H), z = new Float64Array(H);
    let h = new Float64Array(H);
    /** Row of a matrix at `at`, on the state, on the input, and its bias. */
    const row = (at, state, x) => {
      let sum = 0;
      if (state) for (let k = 0; k < H; k++) sum += w[at++] * state[k];
      if (x) for (let k = 0; k < I; k++) sum += w[at++] * x[k];
      return sum + w[at];
    };
    for (let t = 0; t < T; t++) {
      const x = laid.subarray(t * I, (t + 1) * I), next = new Float64Array(H);
      for (let i = 0; i < H; i++) {
        r[i] = sigmoid(row(i * wide, h, x));
        z[i] = sigmoid(row((H + i) * wide, h, x));
      }
      for (let i = 0; i < H; i++) {
        const n = Math.tanh(row(a + i * (I + 1), null, x) + r[i] * row(q + i * (H + 1), h, null));
        next[i] = n + z[i] * (h[i] - n);
      }
      h = next;
      for (let f = 0; f < F; f++) made[t * F + f] = Math.tanh(row(out + f * (H + 1), h, null));
    }
    return made;
  }
}

Object.assign(live, {Generators, bytes, halves});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
