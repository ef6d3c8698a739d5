// Write the two stories above the laboratory: node tools/lab_cards.js
//
// What its first two presets make of twenty seeds that nobody chose them by. The page shows this
// where no script runs, on paper, and before a reader has pressed anything.
const {writeFileSync} = require("node:fs");
const {join} = require("node:path");

const BOOK = join(__dirname, "..", "book"), LAB = join(BOOK, "assets", "lab");
const lab = require("./lab_node.js")(LAB);
require(join(LAB, "heartbeats.js"));

const FIRST = 200, SEEDS = 20, WIDTH = 240, HEIGHT = 100;
const MOST = 0.6;  // share at the right end of a strip of seeds

/** What every seed of a preset has become, and the series of the one in the middle. */
function trained(settings) {
  const data = lab.dataOf(settings.data, globalThis.RNNGAN_DATA), ruler = new lab.Ruler(data);
  const apart = scores => scores.sliced_wasserstein, [, truth] = ruler.truth;
  const found = Array.from({length: SEEDS}, (_, i) => {
    const trainer = new lab.Trainer({...settings, first_seed: FIRST + i, seeds: 1}, data);
    while (trainer.step());
    const [game] = trainer.games, made = game.sample(trainer.noise(game.seed, ruler.n), ruler.n);
    const shown = game.sample(trainer.shown[0], lab.SHOWN), [, share] = ruler.shares(made, ruler.n);
    const distance = apart(ruler.scores(made, ruler.n)), control = apart(ruler.control);
    return {share, fate: lab.fate(share, truth, distance, control), nearer: distance < control,
            kinds: ruler.kinds(shown, lab.SHOWN), series: rows(shown, data.length)};
  });
  return {found, truth, middle: [...found].sort((a, b) => a.share - b.share)[SEEDS >> 1]};
}

/** Columns as rows. */
const rows = (made, length) => Array.from({length: lab.SHOWN}, (_, b) => Array.from(
  {length}, (_, t) => made[t * lab.padded(lab.SHOWN) + b]));

/** Real beats of the data, as many of each kind as belong to so many. */
function real(name) {
  const data = lab.dataOf(name, globalThis.RNNGAN_DATA), ruler = new lab.Ruler(data);
  const picked = lab.shownRows(data), T = data.length;
  return {truth: ruler.truth[1], kinds: picked.map(i => data.labels[i]),
          series: picked.map(i => [...data.values.subarray(i * T, (i + 1) * T)])};
}

/** Overlaid series; wide ones on top. */
function picture({series, kinds}, colour, said) {
  const line = values => "M" + values.map((v, t) =>
    `${Math.round(t * WIDTH / (values.length - 1))} ${Math.round((1 - v) * HEIGHT / 2)}`).join("L");
  const path = kind => series.filter((_, i) => kinds[i] === kind).map(line).join("");
  const drawn = (kind, name) =>
    `<path fill="none" stroke="currentColor" class="lab-line ${name}" d="${path(kind)}"/>\n`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" ` +
    `aria-label="${said}">\n${drawn(0, colour)}${drawn(1, `${colour} wide`)}</svg>`;
}

const at = share => `style="left:${(100 * Math.min(1, share / MOST)).toFixed(1)}%"`;

/** "All", "None", "3 of them". */
const many = count => count === SEEDS ? "All" : count ? `${count} of them` : "None";

function card(name, {title, text, said}) {
  const {settings} = lab.PRESETS[name], {found, truth, middle} = trained(lab.complete(settings));
  const shares = found.map(one => one.share), count = among => many(found.filter(among).length);
  const ends = [Math.min(...shares), Math.max(...shares)].map(lab.percent);
  return `<figure class="lab-card" data-preset="${name}" data-link="${lab.toFragment(settings)}">
${picture(middle, "fake", `${lab.SHOWN} generated beats of the seed in the middle, ` +
          `${lab.percent(middle.share)} of them wide.`)}
<figcaption><b>${title}</b> ${text}</figcaption>
<div class="lab-seeds" aria-hidden="true"><b ${at(truth)}></b>${
    shares.map(share => `<i ${at(share)}></i>`).join("")}</div>
<small aria-hidden="true">Share of wide beats: a dot for each seed, a bar for the data.</small>
<p>Wide: ${[...new Set(ends)].join(" to ")} over ${SEEDS} seeds. ${said(count)}</p>
</figure>`;
}

function cards() {
  const {truth, ...shown} = real(lab.PRESETS.forgets.settings.data);
  return `<!-- Made by tools/lab_cards.js -->
<div class="lab-cards">
<figure class="lab-card lab-card-real">
${picture(shown, "real", `${shown.series.length} real beats, ${lab.percent(truth)} of them wide.`)}
<figcaption><b>Real beats.</b> The wide ones stand out. As a rule, they start in the wrong place of
the heart.</figcaption>
<p>Wide: ${lab.percent(truth)}.</p>
</figure>
${card("forgets", {
    title: "Squared error forgets.",
    text: "Each generated beat is compared with a real one, number by number.",
    said: count => `${count(one => one.fate === "forgot")} forgot.`})}
${card("remembers", {
    title: "A game of pairs remembers.",
    text: "A second network learns to tell real from generated.",
    said: count => `${count(one => one.fate === "forgot")} forgot. ${
      count(one => one.nearer)} came nearer to the data than one beat again and again.`})}
</div>
`;
}

writeFileSync(join(BOOK, "live", "train_cards.html"), cards());
