/* Data as the engine wants them: decoded from a file of the page, or a reader's own. */
"use strict";

RNNGAN.part(lab => {
const {random, SAMPLING, range, shuffled, FEWEST} = lab;

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

return {decode, fromArray};
});
