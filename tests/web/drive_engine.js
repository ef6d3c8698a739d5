// Reads one question as JSON, asks the laboratory's scripts, and prints the answer as JSON.
const {readFileSync} = require("node:fs");
const {Worker} = require("node:worker_threads");
const folder = process.argv[2];
const lab = require("../../tools/lab_node.js")(folder);
const {task, ...given} = JSON.parse(readFileSync(0, "utf8"));

/** The values of a nested array, one after the other. */
const flat = values => Float64Array.from(values.flat(Infinity));

/** The data of a file beside the engine. */
function load(name) {
  require(`${folder}/${name}.js`);
  return lab.decode(globalThis.RNNGAN_DATA[name]);
}

/** Columns (T, F, padded n) as n rows. */
const rowsOf = (made, n) => Array.from({length: n}, (_, b) =>
  [...made].filter((_, k) => k % lab.padded(n) === b));

const answers = {
  /** Steps from given weights with given draws: what each of them leaves. */
  train({settings, x, weights, draws, noise}) {
    const data = {values: flat(x), n: x.length, train: x.length, length: x[0].length,
                  features: x[0][0].length, labels: null, label_names: []};
    const draw = (seed, round) => {
      const [rows, normal, uniform] = draws[round].map(part => part[seed]);
      return {rows, normal: flat(normal), uniform: uniform.map(one => one[0])};
    };
    const trainer = new lab.Trainer(settings, data, {draw});
    trainer.games.forEach((game, i) => {
      for (const who of ["generator", "discriminator"]) game[who].weights.set(weights[who][i]);
      game.average.weights.set(weights.generator[i]);
    });
    const steps = [];
    while (!trainer.done) {
      trainer.step();
      steps.push(trainer.games.map(game => ({
        losses: {...game.losses}, push: [...game.push], gradient: {
          generator: [...game.generator.gradient],
          discriminator: [...game.discriminator.gradient]}})));
    }
    return {steps, end: trainer.games.map((game, i) => ({
      generator: [...game.generator.weights], discriminator: [...game.discriminator.weights],
      average: [...game.average.weights],
      series: rowsOf(game.sample(flat(noise[i]), noise[i].length), noise[i].length)}))};
  },

  /** A run with the engine's own random numbers; the first seed may be poisoned at some step. */
  run({data: name, settings, poison}) {
    const data = load(name), ruler = new lab.Ruler(data), trainer = new lab.Trainer(settings, data);
    const scores = () => trainer.games.map(game =>
      ruler.scores(game.sample(trainer.noise(game.seed, ruler.n), ruler.n), ruler.n));
    const before = scores();
    while (!trainer.done) {
      const [game] = trainer.games, {draw} = game;
      if (trainer.steps === poison?.step && poison.how === "data") {
        game.draw = (...key) => ({...draw(...key), rows: []});
      } else if (trainer.steps === poison?.step) {
        game.discriminator.out.fill(1e200);
      }
      trainer.step();
    }
    return {before, after: scores(), floor: ruler.floor,
            weights: trainer.games.map(game => [...game.generator.weights]),
            diverged: trainer.games.map(game => game.diverged),
            shown: rowsOf(trainer.games[0].sample(trainer.shown[0], lab.SHOWN), lab.SHOWN).flat()};
  },

  defaults: () => Object.fromEntries(Object.keys(lab.LOSSES).map(
    name => [name, lab.defaults(name)])),
  options: ({loss}) => lab.LOSSES[loss].options || {},
  weights: ({seeds, hidden, inputs}) => Array.from({length: seeds}, (_, seed) =>
    [...new lab.Network(inputs, hidden, 1, lab.random(seed, 0).normal).weights]),
  random: ({keys, n}) => keys.map(key => ({
    uniform: Array.from({length: n}, lab.random(...key).uniform),
    normal: Array.from({length: n}, lab.random(...key).normal)})),

  /** Scores of given series (n, T * F), with floor and control. */
  scores({fake, file, data, along}) {
    const n = fake.length, N = lab.padded(n), size = fake[0].length;
    const series = new Float64Array(size * N);
    fake.forEach((one, b) => one.forEach((v, k) => series[k * N + b] = v));
    const real = file ? lab.decode(file) : {...data, values: flat(data.values)};
    const ruler = new lab.Ruler(real, along && flat(along));
    return {scores: ruler.scores(series, n), shares: ruler.shares(series, n),
            kinds: ruler.kinds(series, n), floor: ruler.floor, control: ruler.control,
            medoid: ruler.medoid()};
  },

  decode({data: name}) {
    const {values, labels, ...rest} = load(name);
    return {...rest, values: [...values], labels: [...labels]};
  },

  own({series, labels}) {
    const {values, labels: found, ...rest} = lab.fromArray(series, labels);
    return {...rest, values: [...values], labels: found && [...found]};
  },

  link({settings, fragment}) {
    const all = settings ? lab.complete(settings) : lab.fromFragment(fragment);
    const link = lab.toFragment(all);
    return {settings: all, link, back: lab.fromFragment(link), python: lab.toPython(all)};
  },

  other({settings, loss}) {
    const all = lab.withLoss(settings, loss);
    return {settings: all, link: lab.toFragment(all)};
  },

  table({text}) {
    const {series, labels} = lab.readTable(text);
    return {series, labels};
  },

  curves({curves, name}) {
    const written = name ?? lab.writeCurves(curves), data = lab.dataOf(written, {});
    return {name: written, curves: lab.readCurves(written), law: data.curves, n: data.n,
            values: [...data.values], labels: [...data.labels]};
  },

  /** Data by the name that a link has. */
  named({data: name}) {
    for (const file of ["heartbeats", "modes"]) load(file);
    const {values, labels, ...rest} = lab.dataOf(name, globalThis.RNNGAN_DATA);
    return {...rest, values: [...values], shown: lab.shownRows({...rest, labels}),
            labels: [...labels]};
  },

  trace({values}) {
    const trace = new lab.Trace();
    values.forEach(v => trace.add(v));
    return trace.points;
  },

  verdict: ({run}) => lab.verdict(run),
  fates: ({cases}) => cases.map(one => lab.fate(...one)),

  /** What the words leave out of the engine's losses and settings, and the presets' links. */
  words: () => ({
    losses: [Object.keys(lab.LOSSES), Object.values(lab.LOSS_NAMES).flatMap(Object.keys)],
    settings: [[...new Set(Object.keys(lab.LOSSES)
      .flatMap(name => Object.keys(lab.defaults(name))))],
               ["loss", "data", ...Object.keys(lab.FIELDS)]],
    own: Object.values(lab.LOSSES).flatMap(({options}) => Object.keys(options || {})),
    placed: [...lab.MAIN, ...lab.MORE],
    presets: Object.fromEntries(Object.entries(lab.PRESETS).map(([name, {settings}]) =>
      [name, lab.toFragment(settings)])),
    python: Object.fromEntries(Object.keys(lab.DATA_NAMES).map(
      name => [name, lab.dataPython(name)]))}),

  /** What a worker tells, sent one message after the other; a word waits for what it says. */
  worker: ({data: name, script}) => new Promise((resolve, reject) => {
    const page = `const {parentPort} = require("node:worker_threads");
      globalThis.self = {postMessage: message => parentPort.postMessage(message)};
      parentPort.on("message", data => self.onmessage({data}));
      const later = setTimeout;
      let line = 0;
      globalThis.setTimeout = (slice, ms) => {
        if (line++) throw new Error("two slices stand in line");
        later(() => { line--; slice(); }, ms);
      };`;
    const worker = new Worker(page + lab.workerText(), {eval: true});
    const told = [], plain = v => ArrayBuffer.isView(v) ? [...v] : v;
    const reached = (word, {type, done, running}) => word === "wait" || word === type ||
      word === "done" && type === "scores" && told.some(m => m.done) ||
      word === "paused" && type === "scores" && !told.findLast(m => m.type === "progress").running;
    const next = () => {
      while (typeof script[0] === "object") {
        const message = script.shift();
        worker.postMessage({...message, ...(message.data && {data: load(name)})});
      }
      if (!script.length) worker.terminate().then(() => resolve(told));
      if (script[0] === "silence") {
        const before = told.length;
        setTimeout(() => {
          if (told.length !== before) reject(new Error("a paused worker goes on"));
          script.shift();
          next();
        }, 300);
      }
    };
    worker.on("message", message => {
      told.push(JSON.parse(JSON.stringify(message, (_, v) => plain(v))));
      if (reached(script[0], message)) {
        script.shift();
        next();
      }
    });
    worker.on("error", reject);
    next();
  }),
};

Promise.resolve().then(() => answers[task](given))
  .catch(error => error instanceof TypeError || error instanceof ReferenceError ?
    Promise.reject(error) : {error: error.message})
  .then(answer => process.stdout.write(JSON.stringify(answer)));
