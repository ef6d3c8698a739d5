/* Scores, those of rt.metrics: distance, kinds, floor and control. */
"use strict";

RNNGAN.part(lab => {
const {random, SAMPLING, padded, range, shuffled, multiply} = lab;

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

return {Ruler, FEWEST};
});
