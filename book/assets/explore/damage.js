/* Spoil real beats, and see which score notices. */
(function (live) {
"use strict";

const {Panel, Real, picture, random, range, short, shuffled, tag, text} = live;
const SHOWN = 40, NOTICED = 3;  // beats that are drawn; standard deviations of the floor
const NAMES = {sliced_wasserstein: "sliced Wasserstein", mmd: "MMD",
               autocorrelation_error: "autocorrelation", wide_share: "wide share",
               uncovered: "uncovered"};
const percent = v => `${Math.round(100 * v)} %`;

/** Kinds of damage: their sliders, and what each does to the rows of beats. */
const DAMAGE = {
  lost: {label: "Wide beats lost", max: 1, step: 0.05, say: percent},
  repeat: {label: "The same beats again", values: [1, 2, 4, 10, 40],
           say: v => v === 1 ? "no" : `${v} times`},
  garbage: {label: "White noise among them", max: 1, step: 0.05, say: percent},
  noise: {label: "Noise on every beat", max: 0.2, step: 0.01, say: v => short(v)},
  small: {label: "Beats too small", max: 0.6, step: 0.02, say: percent},
  backwards: {label: "Run backwards", max: 1, step: 0.05, say: percent},
};

/** The page's beats: real ones to score against, and others to spoil. */
function prepare({beats, ruler}) {
  const size = beats.length, rows = Float64Array.from(beats.differences);
  for (let i = 0; i < rows.length; i++) if (i % size) rows[i] += rows[i - 1];
  const scaled = rows.map(v => v / 127), tests = beats.n - beats.train;
  const whole = atob(ruler.directions), along = Float64Array.from(
    whole, c => (c.charCodeAt(0) << 24) >> 24);
  for (let d = 0; d < along.length; d += size) {
    const one = along.subarray(d, d + size), length = Math.hypot(...one);
    one.forEach((v, k) => { one[k] = v / length; });
  }
  const order = shuffled(beats.train, 1).slice(0, tests);
  const sound = new Float64Array(tests * size);
  order.forEach((row, i) => sound.set(scaled.subarray(row * size, (row + 1) * size), i * size));
  return {size, sound, kinds: order.map(row => beats.labels[row]), ruler,
          units: v => beats.low[0] + (v + 1) / 2 * (beats.high[0] - beats.low[0]),
          real: new Real(scaled.subarray(beats.train * size), size,
                         beats.labels.slice(beats.train), along)};
}

/** Which of n are spoilt at a share: the same ones first, so that more is always worse. */
const part = (rows, share, seed) =>
  shuffled(rows.length, seed).slice(0, Math.round(share * rows.length)).map(i => rows[i]);

/** The sound beats with every damage of the state done to them. */
function spoilt({size, sound, kinds}, state) {
  const n = kinds.length, rows = sound.slice(), all = range(n), {normal} = random(7);
  const put = (i, j) => rows.copyWithin(i * size, j * size, (j + 1) * size);
  const of = kind => all.filter(i => kinds[i] === kind);
  if (state.repeat > 1) {  // each kind for itself, so that both stay as frequent
    for (const own of [of(0), of(1)]) {
      const few = Math.max(1, Math.round(own.length / state.repeat));
      own.forEach((i, k) => put(i, own[k % few]));
    }
  }
  const narrow = of(0);
  part(of(1), state.lost, 2).forEach((i, k) => put(i, narrow[k % narrow.length]));
  const level = sound.reduce((a, b) => a + b) / sound.length;
  for (let i = 0; i < rows.length; i++) {
    rows[i] = level + (1 - state.small) * (rows[i] - level) + state.noise * normal();
  }
  for (const i of part(all, state.backwards, 3)) {
    rows.subarray(i * size, (i + 1) * size).reverse();
  }
  for (const i of part(all, state.garbage, 4)) {
    for (let k = i * size; k < (i + 1) * size; k++) rows[k] = normal() / 3;
  }
  return rows;
}

/** How far a score is from its floor, as a share of the way to collapse; and whether beyond luck. */
function reading(name, value, {floor, sd, control}) {
  const worse = name === "wide_share" ? Math.abs(value - floor) : value - floor;
  return {value, way: worse / Math.abs(control - floor), notices: worse > NOTICED * sd};
}

let ready = null;

function beatsPanel(place, units, size, rows, kinds, colour, title) {
  const panel = new Panel({...place, x: [0, size - 1], y: [-1.6, 2.7]});
  const steps = range(size), lines = [[], []];
  for (let i = 0; i < SHOWN; i++) {
    lines[kinds[i]].push(panel.curve(steps, Array.from(
      rows.subarray(i * size, (i + 1) * size), units)));
  }
  const [narrow, wide] = lines.map(group => group.join(""));
  return panel.frame(tag("g", {class: `${colour} thin pale`}, narrow) +
                     tag("g", {class: `${colour} wide`}, wide),
                     {title, xlabel: "time step", ylabel: "mV", xticks: [0, 20, 40]});
}

/** One score: a tube from the floor past collapse, filled as far as the score has risen. */
function tube(name, {value, way, notices}, {left, top, width}) {
  const most = 1.25, at = v => left + width * Math.max(0, Math.min(most, v)) / most;
  return [
    text(left, top - 5, NAMES[name], {class: "strong"}),
    text(left + width, top - 5, `${short(value, 3)}, ${notices ? "notices" : "does not notice"}`,
         {"text-anchor": "end", class: notices ? "fake-text" : null}),
    tag("rect", {x: left, y: top, width, height: 12, rx: 6, class: "wash"}),
    tag("rect", {x: left, y: top, width: Math.max(3, at(way) - left), height: 12, rx: 6,
                 class: notices ? "fake-fill" : "soft-fill"}),
    tag("line", {x1: left, x2: left, y1: top - 2, y2: top + 14, class: "l1 real thick"}),
    tag("line", {x1: at(1), x2: at(1), y1: top - 2, y2: top + 14, class: "l1 thick"})].join("");
}

const block = {
  load: () => {
    const {heartbeats: beats, ruler} = globalThis.RNNGAN_DATA;
    ready = ready || prepare({beats, ruler});
  },

  start: ({damage = {lost: 0.4}}) => ({
    ...Object.fromEntries(Object.keys(DAMAGE).map(name => [name, name === "repeat" ? 1 : 0])),
    ...damage}),

  controls: () => [
    ...Object.entries(DAMAGE).map(([name, told]) => ({kind: "slider", name, min: 0, ...told})),
    {kind: "button", label: "Mend all", run: state => Object.assign(state, block.start({damage: {}}))}],

  picture(state, width) {
    const {size, real, units, ruler, sound, kinds} = ready, wide = width >= 620;
    const rows = spoilt(ready, state), {scores, kinds: seen} = real.scores(rows);
    const gap = 56, each = wide ? Math.min(170, (width * 0.5 - 2 * gap) / 2 + 20) :
      (width - 2 * gap + 12) / 2;
    const place = i => ({left: 50 + i * (each + gap), top: 24, width: each, height: 150});
    const left = wide ? 2 * (each + gap) + 26 : 8, top = wide ? 26 : 246;
    const parts = [
      beatsPanel(place(0), units, size, sound, kinds, "real", "real"),
      beatsPanel(place(1), units, size, rows, seen, "fake", "spoilt")];
    const read = Object.fromEntries(Object.keys(NAMES).map(
      name => [name, reading(name, scores[name], ruler.scores[name])]));
    Object.entries(read).forEach(([name, one], i) =>
      parts.push(tube(name, one, {left, top: top + 10 + 38 * i, width: width - left - 8})));
    const bottom = top + 10 + 38 * 5;
    parts.push(text(left, bottom, "real beats", {class: "real-text"}),
               text(left + (width - left - 8) / 1.25, bottom, "one beat for ever",
                    {"text-anchor": "middle"}));
    const blind = Object.keys(read).filter(name => !read[name].notices).map(name => NAMES[name]);
    const done = Object.entries(DAMAGE).filter(([name]) => state[name] !== block.start(
      {damage: {}})[name]).map(([name, {label, say}]) => `${label.toLowerCase()}: ${say(state[name])}`);
    const said = (done.length ? `${done.join("; ")}. ` : "Nothing is spoilt. ") +
      (blind.length === 5 ? "No score notices." : blind.length ?
        `Not noticed by: ${blind.join(", ")}.` : "Every score notices.");
    const spoken = said[0].toUpperCase() + said.slice(1);
    return {svg: picture(width, Math.max(bottom + 8, 216), parts.join(""),
                         `Real beats, spoilt beats, and five scores. ${spoken}`),
            say: spoken, panels: {}};
  },
};

live.blocks.damage = block;
Object.assign(live, {prepare, spoilt, reading});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
