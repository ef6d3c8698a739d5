/* Several seeds beside each other. */
"use strict";

RNNGAN.part(lab => {
const {random, SAMPLING, range, tape, LIVE, complete, Game} = lab;

const MOST = 400000;  // time steps x hidden x batch: some 100 MB
const SHOWN = 24;  // series per seed, of one noise for the whole run

class Trainer {
  /** `given.draw(seed, round)` replaces the random numbers of a round: {rows, normal, uniform}. */
  constructor(settings, data, given = {}) {
    this.data = data;
    this.settings = complete({...settings, batch: settings.batch ?? Math.min(32, data.train)});
    const {seeds, first_seed, hidden, batch, latent} = this.settings, tapes = new Map();
    const size = data.length * hidden * batch;
    if (size > MOST) {
      throw new Error(`time steps x hidden x batch is ${size}; a page has room for ${MOST}, so ` +
                      "make one of them smaller");
    }
    const draws = latent[0] + data.length * latent[1];
    const fill = (size, next) => Float64Array.from({length: size}, next);
    this.noise = (seed, n) => fill(n * draws, random(seed, SAMPLING).normal);
    const draw = given.draw || ((seed, round) => {
      const {uniform, normal} = random(seed, 1 + round);
      return {rows: fill(batch, () => Math.floor(uniform() * data.train)),
              normal: fill(batch * draws, normal), uniform: fill(batch, uniform)};
    });
    const room = (who, ...sizes) => {
      const key = `${who} ${sizes}`;
      if (!tapes.has(key)) tapes.set(key, tape(...sizes));
      return tapes.get(key);
    };
    this.games = range(seeds, first_seed)
      .map(seed => new Game(seed, this.settings, data, room, draw));
    this.shown = this.games.map(game => this.noise(game.seed, SHOWN));
    this.steps = 0;
  }

  /** One step of every seed that has not diverged; false once all have, or at the last step. */
  step() {
    if (this.done) return false;
    for (const game of this.games) {
      if (game.diverged === null && !game.step()) game.diverged = this.steps;
    }
    this.steps++;
    return !this.done;
  }

  get done() {
    return this.steps >= this.settings.steps || this.games.every(game => game.diverged !== null);
  }

  /** Take up settings of Adam or another last step as it trains; false if others differ. */
  change(settings) {
    const wanted = complete(settings);
    const differs = Object.keys({...wanted, ...this.settings}).filter(
      name => String(wanted[name]) !== String(this.settings[name]));
    if (!differs.every(name => LIVE.has(name))) return false;
    Object.assign(this.settings, wanted);
    return true;
  }
}

return {SHOWN, Trainer};
});
