/* Scores of generated against real series, those of rt.metrics that need no training.
 *
 * Series are rows of one Float64Array, n of `size` numbers each, on the scale from -1 to 1.
 */
(function (live) {
"use strict";

const NEIGHBOURS = 5;

/** Inner products (n, m) of the rows of a with those of b, four of these at a time. */
function products(a, b, size) {
  const n = a.length / size, m = b.length / size, found = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    let j = 0;
    for (; j + 3 < m; j += 4) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let p = i * size, q = j * size, end = p + size; p < end; p++, q++) {
        const v = a[p];
        s0 += v * b[q];
        s1 += v * b[q + size];
        s2 += v * b[q + 2 * size];
        s3 += v * b[q + 3 * size];
      }
      const o = i * m + j;
      found[o] = s0;
      found[o + 1] = s1;
      found[o + 2] = s2;
      found[o + 3] = s3;
    }
    for (; j < m; j++) {
      for (let k = 0; k < size; k++) found[i * m + j] += a[i * size + k] * b[j * size + k];
    }
  }
  return found;
}

/** Squared length of each row. */
const squares = (rows, size) => Float64Array.from({length: rows.length / size}, (_, i) =>
  rows.subarray(i * size, (i + 1) * size).reduce((sum, v) => sum + v * v, 0));

/** Squared distances (n, m) between the rows of a and those of b. */
function squaredDistances(a, b, size) {
  const found = products(a, b, size), ofA = squares(a, size), ofB = squares(b, size);
  for (let i = 0, o = 0; i < ofA.length; i++) {
    for (let j = 0; j < ofB.length; j++, o++) {
      found[o] = Math.max(0, ofA[i] + ofB[j] - 2 * found[o]);
    }
  }
  return found;
}

/** Projections of the rows on every direction, each sorted, one after the other. */
function shadows(rows, size, along) {
  const found = products(along, rows, size), n = rows.length / size;
  for (let at = 0; at < found.length; at += n) found.subarray(at, at + n).sort();
  return found;
}

/** Autocorrelations at lags 1 to T / 2, about the mean over all series and time. */
function autocorrelation(rows, size) {
  const mean = rows.reduce((a, b) => a + b) / rows.length, n = rows.length / size;
  const variance = rows.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows.length;
  return Array.from({length: size >> 1}, (_, i) => {
    let sum = 0;
    for (let row = 0; row < rows.length; row += size) {
      for (let t = row + i + 1; t < row + size; t++) {
        sum += (rows[t] - mean) * (rows[t - i - 1] - mean);
      }
    }
    return variance > 1e-12 ? sum / n / (size - i - 1) / variance : 0;
  });
}

/** Sum of the kernel over squared distances. */
function kernelSum(squares, bandwidth) {
  const factor = -1 / (2 * bandwidth ** 2);
  return squares.reduce((sum, d) => sum + Math.exp(d * factor), 0);
}

/** Real series, and what of them every score asks for. */
class Real {
  /** `labels` are 0 or 1; `along` holds the directions of the sliced distance, one per row. */
  constructor(rows, size, labels, along) {
    const n = rows.length / size, apart = squaredDistances(rows, rows, size), pairs = [];
    Object.assign(this, {rows, size, labels, along, n});
    this.shadows = shadows(rows, size, along);
    this.lags = autocorrelation(rows, size);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs.push(apart[i * n + j]);
    pairs.sort((a, b) => a - b);
    const half = pairs.length >> 1;
    this.bandwidth = Math.sqrt(pairs.length % 2 ? pairs[half] : (pairs[half - 1] + pairs[half]) / 2);
    this.own = (kernelSum(apart, this.bandwidth) - n) / (n * (n - 1));
    this.reach = Array.from({length: n}, (_, i) =>
      apart.slice(i * n, (i + 1) * n).sort()[NEIGHBOURS]);  // place 0 is the series itself
  }

  /** Label of most of the nearest real series; of equally many votes the lower label wins. */
  kinds(apart) {
    const {n, labels} = this;
    return Array.from({length: apart.length / n}, (_, i) => {
      const row = apart.subarray(i * n, (i + 1) * n), best = [];
      for (let j = 0; j < n; j++) {
        let at = best.length;
        while (at && row[j] < row[best[at - 1]]) at--;
        if (at < NEIGHBOURS) {
          best.splice(at, 0, j);
          best.length = Math.min(best.length, NEIGHBOURS);
        }
      }
      return best.reduce((sum, j) => sum + labels[j], 0) > NEIGHBOURS / 2 ? 1 : 0;
    });
  }

  /** Name -> score of as many generated series as there are real ones, and their kinds. */
  scores(rows) {
    const {n, size, along} = this, cast = shadows(rows, size, along);
    const own = squaredDistances(rows, rows, size), apart = squaredDistances(rows, this.rows, size);
    const kinds = this.kinds(apart), lags = autocorrelation(rows, size);
    let moved = 0, uncovered = 0;
    for (let i = 0; i < cast.length; i++) moved += Math.abs(cast[i] - this.shadows[i]);
    for (let j = 0; j < n; j++) {
      let near = false;
      for (let i = 0; i < n && !near; i++) near = apart[i * n + j] <= this.reach[j];
      if (!near) uncovered++;
    }
    return {kinds, scores: {
      sliced_wasserstein: moved / cast.length,
      mmd: (kernelSum(own, this.bandwidth) - n) / (n * (n - 1)) + this.own -
        2 * kernelSum(apart, this.bandwidth) / (n * n),
      autocorrelation_error: lags.reduce((sum, v, k) => sum + Math.abs(v - this.lags[k]), 0) /
        lags.length,
      wide_share: kinds.reduce((a, b) => a + b) / n,
      uncovered: uncovered / n}};
  }
}

Object.assign(live, {Real});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
