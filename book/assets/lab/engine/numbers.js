/* Random numbers that depend on a key alone, and matrix products. */
"use strict";

RNNGAN.part(() => {
// --- Random numbers, as a function of a key alone ------------------------------------------------

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
const shuffled = (n, {uniform}) => range(n).map(i => [uniform(), i])
  .sort((a, b) => a[0] - b[0]).map(pair => pair[1]);

// --- Matrix products, two rows by four columns at a time -----------------------------------------

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

return {random, SAMPLING, padded, range, shuffled, multiply, outer};
});
