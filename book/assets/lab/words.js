/* What the laboratory says: names of losses and settings, where to begin, and the verdict. */
"use strict";

{

/** Groups of losses, as the book has them: name -> what it is called. */
const LOSS_NAMES = {
  "Cross-entropy": {
    bce: "Binary cross-entropy (bce)", nonsaturating: "Non-saturating game (nonsaturating)",
    minimax: "Minimax game (minimax)"},
  "An error of the series, no discriminator": {
    mse: "Squared error (mse)", mae: "Absolute error (mae)"},
  "Errors of the logit": {
    least_squares: "Least squares (least_squares)",
    least_absolute: "Least absolute (least_absolute)", hinge: "Hinge (hinge)"},
  "Divergences": {
    kl: "Kullback-Leibler (kl)", reverse_kl: "Reverse KL (reverse_kl)",
    js: "Jensen-Shannon (js)", pearson: "Pearson (pearson)"},
  "Wasserstein": {
    wasserstein_clip: "Clipped weights (wasserstein_clip)",
    wasserstein_gp: "Gradient penalty (wasserstein_gp)"},
  "Pairs, and penalties of the slope": {
    relativistic: "Relativistic pairs (relativistic)",
    r3gan: "Pairs, R1 and R2 (r3gan)",
    nonsaturating_r1r2: "Non-saturating, R1 and R2 (nonsaturating_r1r2)"},
};

const DATA_NAMES = {
  heartbeats24: "Heartbeats, every second moment", heartbeats: "Heartbeats, all 48 moments",
  modes: "Eight kinds of waves", drawn: "Drawn by hand", own: "A table of your own"};

/** Setting -> its label, and how far a click moves its field. */
const FIELDS = {
  real_label: ["label of real series", 0.05], practical: ["the generator's practical step"],
  c: ["bound of the weights", 0.01], weight: ["weight of the penalty", 0.1],
  gamma: ["weight of the penalties", 0.1],
  lr_generator: ["rate, generator", 0.001],
  lr_discriminator: ["rate, discriminator", 0.001],
  betas: [["beta 1", "beta 2"], 0.01],
  discriminator_steps: ["discriminator steps", 1],
  hidden: ["hidden units", 1], seeds: ["seeds", 1], steps: ["steps", 1],
  batch: ["series in a batch", 1], latent: [["noise held", "noise fresh"], 1],
  average: ["average of the generator", 0.01], eps: ["Adam's epsilon", "any"],
  r1: ["penalty on real series (R1)", 0.1], r2: ["penalty on generated ones (R2)", 0.1],
  first_seed: ["first seed", 1],
};
const MAIN = ["lr_generator", "lr_discriminator", "betas", "discriminator_steps", "hidden", "seeds",
              "steps"];
const MORE = ["batch", "latent", "average", "eps", "r1", "r2", "first_seed"];
const MOST_SEEDS = 4;  // that the page has room for

// Half the moments, half the batch, and steps that are three times as long as the chapters'.
const FAST = {data: "heartbeats24", seeds: 3, batch: 16,
              lr_generator: 0.01, lr_discriminator: 0.01};
/** Where to begin. The first two are the cards above the laboratory. */
const PRESETS = {
  forgets: {name: "Squared error", settings: {loss: "mse", ...FAST, steps: 800}},
  remembers: {name: "Pairs and penalties", settings: {loss: "r3gan", ...FAST, steps: 800}},
  usual: {name: "The usual GAN", settings: {loss: "bce", ...FAST, steps: 800}},
  modes: {name: "Eight waves", settings: {loss: "bce", ...FAST, data: "modes", steps: 800}},
};

/** The lines of Python that load the data of a setting. */
function dataPython(name) {
  const split = '.split(by="random", seed=0)\n';
  if (name === "modes") return `train, test = rt.load("modes", 2048)${split}`;
  if (!name.startsWith("heartbeats")) return "train = rt.from_array(your_series)\n";
  return `train, test = rt.load("heartbeats")${split}` + (name === "heartbeats" ? "" :
    "train = rt.from_array(train.values[:, ::2], labels=train.labels)\n");
}

// --- The verdict --------------------------------------------------------------------------------

const percent = share => `${Math.round(100 * share)} %`;
const list = (values, write) => values.map(write).join(", ");
const small = v => v.toFixed(3).replace(/^0/, "");

const SAID = {  // for one seed, for several
  nothing: ["makes nothing like the data", "make nothing like the data"],
  unlike: ["is no nearer to the data than one KIND again and again",
           "are no nearer to the data than one KIND again and again"],
  forgot: ["forgot the RARE", "forgot the RARE"],
  lacks: ["lacks the RARE", "lack the RARE"],  // as long as it trains
  few: ["makes too few RARE", "make too few RARE"],
  kept: ["remembers the RARE", "remember the RARE"],
  many: ["makes too many RARE", "make too many RARE"],
};

/** What became of the rarer of two kinds: under a quarter of its share is forgotten. */
function fate(share, truth, distance, control) {
  if (distance > 2 * control) return "nothing";
  if (share < truth / 4) return "forgot";
  if (distance > control) return "unlike";
  return share < truth / 2 ? "few" : share > 2 * truth ? "many" : "kept";
}

const everyone = n => n === 1 ? "The seed" : n === 2 ? "Both seeds" : `All ${n} seeds`;

/** "3 of 4 seeds remember the wide beats; 1 makes too many wide beats." */
function counted(fates, rare, one) {
  const say = (what, several) => SAID[what][+several].replace("RARE", rare).replace("KIND", one);
  const kinds = Object.keys(SAID).map(what => [what, fates.filter(f => f === what).length])
    .filter(([, n]) => n).sort((a, b) => b[1] - a[1]), all = fates.length;
  if (kinds.length === 1) {
    return `${everyone(all)} ${say(kinds[0][0], all > 1)}`;
  }
  return kinds.map(([what, n], i) =>
    `${n}${i ? "" : ` of ${all} seeds`} ${say(what, n > 1)}`).join("; ");
}

/** What the last scores of all seeds say, as a sentence or two. */
function verdict({data, facts, seeds, done}) {
  const last = seeds.filter(seed => seed.step && seed.scores.length)
    .map(seed => ({...seed.scores.at(-1), shares: seed.shares}));
  if (!facts) return "";
  if (!facts.floor) return "These series are too few to be scored: judge by eye.";
  if (!last.length) return "";
  const names = data.label_names, apart = list(last, s => small(s.sliced_wasserstein));
  if (data.curves) {
    const missing = last.filter(s => s.mode_coverage < names.length).length;
    const found = `kinds found: ${list(last, s => s.mode_coverage)} of ${names.length}; ` +
      `clean copies: ${list(last, s => percent(s.clean_share))}.`;
    const all = last.length, lost = done ? "lost" : missing > 1 ? "lack" : "lacks";
    return (!missing ? "No seed lost a kind" : `${missing === all ? everyone(all) :
      `${missing} of ${all} seeds`} ${lost} a kind or more`) + `: ${found}`;
  }
  if (names.length === 2) {
    const beats = data.name.startsWith("heartbeats"), [, truth] = facts.shares;
    const rare = beats ? `${names[1]} beats` : `series of the kind '${names[1]}'`;
    const fates = last.map(s => fate(s.shares[1], truth, s.sliced_wasserstein,
                                     facts.control.sliced_wasserstein))
      .map(what => what === "forgot" && !done ? "lacks" : what);
    return `${counted(fates, rare, beats ? "beat" : "series")}. Share of ${rare}: ` +
      `${list(last, s => percent(s.shares[1]))}; in the data ${percent(truth)}.`;
  }
  const off = names.length ? "Shares of the kinds are off by " +
    `${list(last, s => percent(s.label_error))}. ` : "";
  return `${off}Distance to series not trained on: ${apart}; of real ones ` +
    `${small(facts.floor.sliced_wasserstein)}, of one series again and again ` +
    `${small(facts.control.sliced_wasserstein)}.`;
}

/** The same in a few words, for an earlier run. */
function brief({data, facts, seeds}) {
  const last = seeds.filter(seed => seed.scores.length), names = data.label_names;
  if (!last.length || !facts?.floor) return "";
  if (data.curves) {
    return `${list(last, s => s.scores.at(-1).mode_coverage)} of ${names.length} kinds`;
  }
  return names.length === 2 ? `${names[1]} ${list(last, s => percent(s.shares[1]))}` :
    `distance ${list(last, s => small(s.scores.at(-1).sliced_wasserstein))}`;
}

Object.assign(globalThis.RNNGAN, {LOSS_NAMES, DATA_NAMES, FIELDS, MAIN, MORE, MOST_SEEDS, PRESETS,
                                  dataPython, percent, fate, verdict, brief});
}
