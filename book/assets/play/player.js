/* The player: trained generators of a loss, at every moment of their training, under your hands. */
(function (live) {
"use strict";

const {Record, generatorsPicture, random, short} = live;
const records = new Map();

const fileOf = name => `play/data/${name}.js`;

/** The record of a loss; undefined as long as it is not loaded. */
function record(name) {
  const data = globalThis.RNNGAN_PLAY?.[name];
  if (data && !records.has(name)) records.set(name, new Record(data));
  return records.get(name);
}

const shownIn = state => [state.loss, state.other].map(name => name && record(name)).filter(Boolean);
const hand = state => JSON.stringify(Object.entries(state).filter(
  ([name]) => /^(z\d+|c\d+|fresh|again|label|category)$/.test(name)));

/** One beat of every seed, from the noise, code and label of the sliders. */
function made({generators}, state) {
  const {latent, length, continuous} = generators, {normal} = random(100 + state.again);
  const fresh = Array.from({length: length * latent[1]}, () => state.fresh * normal());
  const count = (n, letter) => Array.from({length: n}, (_, i) => state[`${letter}${i + 1}`] ?? 0);
  const laid = generators.lay({held: count(latent[0], "z"), fresh, code: count(continuous, "c"),
                               category: Number(state.category), label: Number(state.label)});
  return Array.from({length: generators.all.length / generators.size},
                    (_, seed) => generators.series(seed, laid));
}

const block = {
  load: ({loss, other}) => Promise.all([loss, other].filter(Boolean).map(
    name => live.fetch(fileOf(name)))),

  start({loss, other, others}) {
    const {steps, generators: {latent, continuous}} = record(loss);
    const state = {loss, other: other || "", others: others || [], moment: steps.length - 1,
                   fresh: 1, again: 0, label: "0", category: "0", show: []};
    for (let i = 1; i <= latent[0]; i++) state[`z${i}`] = 0;
    for (let i = 1; i <= continuous; i++) state[`c${i}`] = 0;
    state.hand = hand(state);
    return state;
  },

  /** Whoever moves the noise wants to see what comes of it. */
  settle(state) {
    if (state.hand === hand(state)) return;
    state.hand = hand(state);
    state.show = ["own"];
    state.moment = record(state.loss).steps.length - 1;
  },

  need: ({other}) => other && !record(other) ? live.fetch(fileOf(other)) : null,

  controls(state) {
    const {steps, generators, labels} = record(state.loss);
    const {latent, categories, continuous, told} = generators;
    const noise = (name, label, most) => ({kind: "slider", name, label, min: -most, max: most,
                                           step: 0.1, say: v => short(v, 1)});
    const options = names => names.map((name, i) => [String(i), name]);
    return [
      {kind: "slider", name: "moment", label: "Training step", min: 0, max: steps.length - 1,
       step: 1, play: 250, say: at => steps[at].toLocaleString("en")},
      {kind: "choice", name: "other", label: "Beside it", options: [["", "nothing"],
        ...state.others.filter(name => name !== state.loss).map(name => [name, name])],
       shown: () => state.others.length > 0},
      {kind: "checks", name: "show", label: "",
       options: [["own", "one beat of each, from the noise below", "l1"]]},
      ...(told ? [{kind: "choice", name: "label", label: "Label: ", options: options(labels)}] : []),
      ...(categories ? [{kind: "choice", name: "category", label: "Category: ",
                         options: Array.from({length: categories}, (_, i) => [String(i), i])}] : []),
      ...Array.from({length: continuous}, (_, i) => noise(`c${i + 1}`, `Code c${i + 1}`, 1)),
      ...Array.from({length: latent[0]}, (_, i) => noise(`z${i + 1}`, `Noise z${i + 1}`, 3)),
      {kind: "slider", name: "fresh", label: "Noise of each step, times", min: 0, max: 3, step: 0.1,
       say: v => short(v, 1)},
      {kind: "button", label: "Other noise at each step", run: now => { now.again++; }}];
  },

  picture(state, width) {
    const all = shownIn(state), last = all.every(one => state.moment === one.steps.length - 1);
    const owns = state.show.includes("own") && last ? all.map(one => made(one, state)) : null;
    const drawn = generatorsPicture(all, state.moment, owns, width);
    if (state.other && !record(state.other)) drawn.say += ` ${state.other} is on its way.`;
    if (state.show.includes("own") && !last) {
      drawn.say += " A beat from your noise is made at the last step only.";
    }
    return drawn;
  },
};

live.blocks.player = block;
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
