/* A run of several seeds: its workers, and a record of what they told. */
"use strict";

{
const lab = globalThis.RNNGAN;

const POINTS = 256;  // of a trace, at most

/** One number over the steps; when it holds too many, neighbours are averaged. */
class Trace {
  constructor() {
    Object.assign(this, {values: [], every: 1, sum: 0, count: 0});
  }

  add(value) {
    this.sum += value;
    if (++this.count < this.every) return;
    this.values.push(this.sum / this.count);
    this.sum = this.count = 0;
    if (this.values.length < POINTS) return;
    this.values = this.values.flatMap((v, i, all) => i % 2 ? [(all[i - 1] + v) / 2] : []);
    this.every *= 2;
  }

  /** [step, value] of each point; a number that is not finite leaves a gap. */
  get points() {
    return this.values.map((v, i) => [(i + 1) * this.every, v]);
  }
}

/** What is known of one seed. */
const record = seed => ({
  seed, step: 0, done: false, diverged: null, series: null, kinds: null, push: null,
  logits: {real: [], fake: []}, traces: {discriminator: new Trace(), generator: new Trace()},
  scores: [], shares: null});

class Run {
  /** `told(what, message)` is called after each change ("ready", "progress", "scores", "error"),
   *  and before a run that has made a step gives way to the next ("ends"). */
  constructor(told) {
    Object.assign(this, {told, workers: [], seeds: [], settings: {}, data: null});
  }

  /** Begin again, with these settings and data; nothing trains until start or step. */
  restart(settings, data) {
    if (this.seeds.some(seed => seed.step)) this.told("ends");
    this.end();
    const {seeds, first_seed} = settings;
    Object.assign(this, {settings, data, wanted: false, facts: null, ms: 0});
    this.seeds = Array.from({length: seeds}, (_, i) => record(first_seed + i));
    // One core is left to the page.
    const cores = Math.max(1, (navigator.hardwareConcurrency || 2) - 1);
    const count = Math.min(seeds, cores), cut = i => Math.floor(i * seeds / count);
    this.workers = Array.from({length: count}, (_, i) => {
      const worker = lab.startWorker();
      const seat = {worker, first: cut(i), count: cut(i + 1) - cut(i)};
      worker.onmessage = ({data: message}) => {
        if (this.workers.includes(seat)) this.hear(seat, message);
      };
      worker.postMessage({type: "restart", data, settings: this.of(seat)});
      return seat;
    });
  }

  /** The settings of one worker. */
  of({first, count}) {
    return {...this.settings, first_seed: this.settings.first_seed + first, seeds: count};
  }

  /** Take up settings: those of Adam and the last step at once, others with a new beginning. */
  change(settings, data) {
    const differs = Object.keys({...settings, ...this.settings}).filter(
      name => String(settings[name]) !== String(this.settings[name]));
    const live = data === this.data && differs.every(name => lab.LIVE.has(name));
    if (!live) {
      this.restart(settings, data);
      return;
    }
    this.settings = settings;
    for (const seat of this.workers) {
      seat.worker.postMessage({type: "settings", settings: this.of(seat)});
    }
  }

  send(type) {
    this.wanted = type === "start" && !this.done;
    for (const {worker} of this.workers) worker.postMessage({type});
  }

  start() { this.send("start"); }
  pause() { this.send("pause"); }
  step() { this.send("step"); }

  end() {
    for (const {worker} of this.workers) worker.terminate();
    this.workers = [];
  }

  /** The steps that all seeds have made. */
  get steps() {
    return Math.min(...this.seeds.map(seed => seed.diverged === null ? seed.step : Infinity),
                    this.settings.steps);
  }

  get done() {
    return this.seeds.every(seed => seed.done);
  }

  get running() {
    return this.wanted && !this.done;
  }

  hear({first, count}, message) {
    const mine = this.seeds.slice(first, first + count);
    const part = (values, i) => values.slice(i * values.length / count,
                                             (i + 1) * values.length / count);
    if (message.type === "ready") {
      this.facts = message;
    } else if (message.type === "progress") {
      this.ms = message.ms;
      mine.forEach((seed, i) => {
        for (const [who, trace] of Object.entries(seed.traces)) {
          part(message.losses[who], i).forEach(v => trace.add(v));
        }
        Object.assign(seed, {
          step: message.step, done: message.done, diverged: message.diverged[i],
          series: part(message.series, i), kinds: part(message.kinds, i),
          push: part(message.push, i), logits: {real: part(message.logits.real, i),
                                                fake: part(message.logits.fake, i)}});
      });
    } else if (message.type === "scores") {
      mine.forEach((seed, i) => {
        seed.scores.push({step: message.step, ...message.scores[i]});
        seed.shares = message.shares[i];
      });
    }
    this.told(message.type, message.message);
  }
}

Object.assign(lab, {Trace, Run});
}
