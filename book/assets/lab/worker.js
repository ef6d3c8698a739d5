/* The laboratory's worker: trains in slices of time and tells after each what there is to see.
 *
 * RNNGAN.startWorker() makes it of the text of the page's own scripts, so that it runs from
 * file:// too. It is told, as {type, ...}:
 *   restart   settings, data (from RNNGAN.decode or fromArray); what is left out stays as it was
 *   settings  settings; those of Adam are taken up as it trains, others restart
 *   start, pause, step (steps: 1 unless told)
 * and tells:
 *   ready     settings (all), link, python, floor, control, scored (series per seed), shares (real)
 *   progress  step, running, done, ms (for a step of all seeds), first (step of the losses),
 *             losses {discriminator, generator} (seeds, steps since the last), lengths (of the
 *             players' gradients), series (seeds, 24, T, F), kinds (seeds, 24), push (seeds, T),
 *             logits {real, fake} (seeds, batch), diverged (step or null for each seed)
 *   scores    step, scores (name -> score, for each seed), shares (of kinds, for each seed)
 *   error     message
 */
"use strict";

{

function serve(port, lab) {
  "use strict";
  const SLICE = 50;  // ms of work between two reports
  const PART = 15;  // scoring takes at most about one part in so many of the time
  let settings = {}, data = null, trainer = null, ruler = null;
  let running = false, waiting = false, told = 0, losses = [], lastScored = 0, scoring = 0, ms = 0;

  const now = () => performance.now();
  const numbers = rows => Float32Array.from(rows.flatMap(row => [...row]));

  /** One step of all seeds; the losses of one that has diverged are NaN. */
  function step() {
    const start = now();
    trainer.step();
    losses.push(trainer.games.map(game => game.diverged === null ? {...game.losses} : {}));
    ms = ms ? 0.9 * ms + 0.1 * (now() - start) : now() - start;
    if (trainer.done) running = false;
  }

  function report() {
    const {games} = trainer, {length: T, features: F} = data, N = lab.padded(lab.SHOWN);
    const series = new Float32Array(games.length * lab.SHOWN * T * F), kinds = [];
    games.forEach((game, i) => {
      const made = game.sample(trainer.shown[i], lab.SHOWN);
      for (let k = 0; k < T * F; k++) {
        for (let b = 0; b < lab.SHOWN; b++) {
          series[(i * lab.SHOWN + b) * T * F + k] = made[k * N + b];
        }
      }
      kinds.push(...(ruler ? ruler.kinds(made, lab.SHOWN) : Array(lab.SHOWN).fill(-1)));
    });
    const players = ["discriminator", "generator"];
    port.postMessage({
      type: "progress", step: trainer.steps, running, done: trainer.done, ms, first: told,
      losses: Object.fromEntries(players.map(
        who => [who, numbers(games.map((_, i) => losses.map(at => at[i][who] ?? NaN)))])),
      lengths: games.map(game => ({...game.lengths})), series, kinds: Int8Array.from(kinds),
      push: numbers(games.map(game => game.push)),
      logits: {real: numbers(games.map(game => game.logits.real)),
               fake: numbers(games.map(game => game.logits.fake))},
      diverged: games.map(game => game.diverged)});
    [told, losses] = [trainer.steps, []];
  }

  function score() {
    if (!ruler) return;
    const start = now(), scores = [], shares = [];
    for (const game of trainer.games) {
      const made = game.sample(trainer.noise(game.seed, ruler.n), ruler.n);
      scores.push(ruler.scores(made, ruler.n));
      shares.push(ruler.shares(made, ruler.n));
    }
    port.postMessage({type: "scores", step: trainer.steps, scores, shares});
    lastScored = now();
    scoring = lastScored - start;
  }

  function slice() {
    waiting = false;
    if (!running) return;
    const start = now();
    do step(); while (running && now() - start < SLICE);
    report();
    if (!running || now() - lastScored > PART * scoring) score();
    if (running) goOn();
  }

  function goOn() {
    if (waiting) return;  // never two of them in line
    waiting = true;
    setTimeout(slice, 0);  // so that messages are heard in between
  }

  const heard = {
    restart({settings: wanted = settings, data: series = data}) {
      if (!series) throw new Error("there are no data yet; send them with the first restart");
      trainer = new lab.Trainer(wanted, series);  // before anything else: it may refuse
      if (series !== data) {
        ruler = series.n - series.train >= lab.FEWEST ? new lab.Ruler(series) : null;
      }
      [settings, data, told, losses, ms] = [trainer.settings, series, 0, [], 0];
      port.postMessage({
        type: "ready", settings, link: lab.toFragment(settings), python: lab.toPython(settings),
        floor: ruler?.floor, control: ruler?.control, scored: ruler?.n, shares: ruler?.truth});
      report();
      score();
    },
    settings(message) {
      if (trainer.change(message.settings)) {
        settings = trainer.settings;
        report();
      } else {
        heard.restart(message);
      }
    },
    start() {
      running = !trainer.done;
      if (running) goOn();
    },
    pause() {
      if (!running) return;
      running = false;
      report();
      score();
    },
    step({steps = 1}) {
      running = false;
      for (let i = 0; i < steps && !trainer.done; i++) step();
      report();
      score();
    },
  };

  port.onmessage = ({data: message}) => {
    try {
      if (!Object.hasOwn(heard, message.type)) throw new Error(`nobody knows '${message.type}'`);
      if (message.type !== "restart" && !trainer) throw new Error("send a restart first");
      heard[message.type](message);
    } catch (error) {
      port.postMessage({type: "error", message: error.message});
    }
  };
}

const lab = globalThis.RNNGAN;
/** What a worker runs. */
const workerText = () => `"use strict";(${serve})(self,${lab.source});`;

function startWorker() {
  const address = URL.createObjectURL(new Blob([workerText()], {type: "text/javascript"}));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
}

Object.assign(lab, {workerText, startWorker});
}
