/* One seed's game: Adam, the discriminator's move with its penalties, the generator's. */
"use strict";

RNNGAN.part(lab => {
const {random, padded, Network, accumulate, generate, learnToGenerate, read, pull, learnToScore,
       zeroCentred, LOSSES} = lab;

// --- Adam ----------------------------------------------------------------------------------------

/** Kingma and Ba 2015, algorithm 1. */
class Adam {
  constructor(size) {
    this.first = new Float64Array(size);
    this.second = new Float64Array(size);
    this.moves = 0;
  }

  move({weights, gradient}, rate, [beta1, beta2], eps) {
    const {first, second} = this, moves = ++this.moves;
    const step = rate / (1 - beta1 ** moves), root = Math.sqrt(1 - beta2 ** moves);
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i];
      first[i] += (1 - beta1) * (g - first[i]);
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      weights[i] -= step * first[i] / (Math.sqrt(second[i]) / root + eps);
    }
  }
}

// --- One seed's game -----------------------------------------------------------------------------

const HALF = 1e-3;  // half the distance of the two series whose logits give a slope
const GROUPS = {real: 0, fake: 1, mix: 2};

/** Copy the first columns of one matrix into another, from its column `at` on. */
function copy(from, fromColumns, into, intoColumns, at, count) {
  for (let o = 0, p = at; o < from.length; o += fromColumns, p += intoColumns) {
    for (let n = 0; n < count; n++) into[p + n] = from[o + n];
  }
}

/** Lay the normal draws (N, held + T * fresh) of a generator out over time, into (T, I, N). */
function arrange(normal, [held, fresh], T, n, x, N) {
  const draws = held + T * fresh, I = held + fresh;
  for (let t = 0; t < T; t++) {
    for (let c = 0; c < I; c++) {
      const from = c < held ? c : held + t * fresh + c - held;
      for (let b = 0; b < n; b++) x[(t * I + c) * N + b] = normal[b * draws + from];
    }
  }
}

class Game {
  /** `room` gives tapes, which all seeds share; `draw` the random numbers of a round. */
  constructor(seed, settings, data, room, draw) {
    Object.assign(this, {seed, settings, data, room, draw});
    const {hidden, latent, average} = settings, {normal} = random(seed, 0);
    this.generator = new Network(latent[0] + latent[1], hidden, data.features, normal);
    this.discriminator = new Network(data.features, hidden, 1, normal);
    this.average = average ? new Network(latent[0] + latent[1], hidden, data.features) : null;
    this.average?.weights.set(this.generator.weights);
    this.adam = [this.generator, this.discriminator].map(net => new Adam(net.weights.length));
    this.kind = LOSSES[settings.loss];
    this.game = this.kind.game?.(settings);
    this.penalties = [...(this.kind.penalties?.(settings) || []),
                      ...(settings.r1 ? [zeroCentred("real", settings.r1)] : []),
                      ...(settings.r2 ? [zeroCentred("fake", settings.r2)] : [])];
    this.mixes = this.penalties.some(penalty => penalty.at === "mix");
    this.push = new Float64Array(data.length);
    this.logits = {real: new Float64Array(0), fake: new Float64Array(0)};
    this.losses = {discriminator: NaN, generator: NaN};
    this.lengths = {discriminator: NaN, generator: NaN};  // of the players' gradients
    this.rounds = 0;
    this.diverged = null;  // or the step at which it stopped
  }

  /** Moves of the discriminator, then one of the generator; false if it stops being finite. */
  step() {
    const {settings, data, game} = this, {batch: B, hidden: H, latent} = settings;
    const {length: T, features: F} = data, rounds = game ? settings.discriminator_steps : 1;
    const made = this.room("made", T, H, latent[0] + latent[1], padded(B));
    const x = new Float64Array(T * F * B);
    for (let i = 0; i < rounds; i++) {
      const {rows, normal, uniform} = this.draw(this.seed, this.rounds++);
      for (let b = 0; b < B; b++) {
        for (let k = 0; k < T * F; k++) x[k * B + b] = data.values[rows[b] * T * F + k];
      }
      arrange(normal, latent, T, B, made.x, made.N);
      generate(this.generator, made);
      if (game && !this.judge(x, made, uniform)) return false;
    }
    const push = game ? this.pushOf(x, made) : this.error(x, made);
    for (let t = 0; t < T; t++) {
      let squares = 0;
      for (let k = t * F * made.N; k < (t + 1) * F * made.N; k++) squares += (B * push[k]) ** 2;
      this.push[t] = Math.sqrt(squares / B);
    }
    this.generator.gradient.fill(0);
    learnToGenerate(this.generator, made, push);
    if (!this.learn("generator", 0)) return false;
    if (this.average) {
      const {weights} = this.average, own = this.generator.weights, part = 1 - settings.average;
      for (let i = 0; i < own.length; i++) weights[i] += part * (own[i] - weights[i]);
    }
    return true;
  }

  /** The discriminator's move. */
  judge(x, made, uniform) {
    const {settings, data, discriminator: net, game, penalties} = this;
    const {batch: B, hidden: H} = settings, {length: T, features: F} = data;
    const on = this.room("judged", T, H, F, padded(this.mixes ? 3 * B : 2 * B));
    copy(x, B, on.x, on.N, 0, B);
    copy(made.out, made.N, on.x, on.N, B, B);
    for (let k = 0; this.mixes && k < T * F; k++) {
      for (let b = 0; b < B; b++) {
        const fake = made.out[k * made.N + b];
        on.x[k * on.N + 2 * B + b] = fake + uniform[b] * (x[k * B + b] - fake);
      }
    }
    const score = read(net, on), factor = on.factor.fill(0);
    let value = 0;
    for (let b = 0; b < B; b++) {
      const [paid, toReal, toFake] = game.judge(score[b], score[B + b]);
      value += paid / B;
      factor[b] = toReal / B;
      factor[B + b] = toFake / B;
    }
    this.logits = {real: score.slice(0, B), fake: score.slice(B, 2 * B)};
    net.gradient.fill(0);
    learnToScore(net, on, factor, false);
    if (!penalties.length) {
      pull(net, on, factor, false);
    } else {
      // Every logit's own gradient gives the slopes; times its factor, the game's gradient.
      pull(net, on, new Float64Array(on.N).fill(1), true);
      value += this.penalise(on);
      for (let i = 0; i < on.back.length; i++) on.back[i] *= factor[i % on.N];
    }
    accumulate(net, on);
    this.losses.discriminator = value;
    if (!this.learn("discriminator", 1)) return false;
    const bound = this.kind.clip?.(settings);
    for (let i = 0; bound && i < net.weights.length; i++) {
      net.weights[i] = Math.min(bound, Math.max(-bound, net.weights[i]));
    }
    return true;
  }

  /** Value of the penalties, from the slopes in on.dx, and their gradient without a second one.
   *
   * How the length of a slope moves with the weights is how the logit rises along the slope's
   * direction, held fixed: (D(x + e v) - D(x - e v)) / 2e. So these pairs are read once more.
   */
  penalise(on) {
    const {discriminator: net, penalties, settings: {batch: B}} = this, {T, I: F} = on;
    const pairs = this.room("pairs", T, on.H, F, padded(2 * B * penalties.length));
    const factor = pairs.factor.fill(0);
    let value = 0;
    penalties.forEach(({at, cost}, i) => {
      for (let b = 0; b < B; b++) {
        const n = GROUPS[at] * B + b, up = 2 * B * i + b, down = up + B;
        let length = 0;
        for (let k = n; k < on.dx.length; k += on.N) length += on.dx[k] ** 2;
        length = Math.sqrt(length);
        const [paid, slope] = cost(length);
        value += paid / B;
        factor[up] = slope / (2 * HALF * B);
        factor[down] = -factor[up];
        for (let k = 0; k < T * F; k++) {
          const here = on.x[k * on.N + n];
          const move = length ? HALF * on.dx[k * on.N + n] / length : 0;
          pairs.x[k * pairs.N + up] = here + move;
          pairs.x[k * pairs.N + down] = here - move;
        }
      }
    });
    read(net, pairs);
    pull(net, pairs, factor, false);
    learnToScore(net, pairs, factor, true);
    accumulate(net, pairs);
    return value;
  }

  /** The generator's loss, and its gradient at the generated series (T, F, N). */
  pushOf(x, made) {
    const {settings, data, discriminator: net, game} = this;
    const {batch: B, hidden: H} = settings, {length: T, features: F} = data;
    const on = this.room("moved", T, H, F, padded(game.paired ? 2 * B : B));
    copy(made.out, made.N, on.x, on.N, 0, B);
    if (game.paired) copy(x, B, on.x, on.N, B, B);
    const score = read(net, on), factor = on.factor.fill(0);
    this.losses.generator = 0;
    for (let b = 0; b < B; b++) {
      const [paid, slope] = game.move(score[b], score[B + b]);
      this.losses.generator += paid / B;
      factor[b] = slope / B;
    }
    pull(net, on, factor, true);
    const push = new Float64Array(T * F * made.N);
    copy(on.dx, on.N, push, made.N, 0, B);
    return push;
  }

  /** The same for an error between each generated series and a random real one. */
  error(x, made) {
    const {batch: B} = this.settings, push = new Float64Array(made.out.length);
    this.losses.generator = 0;
    for (let i = 0; i < x.length; i++) {
      const k = (i / B | 0) * made.N + i % B;
      const [paid, slope] = this.kind.regress(made.out[k] - x[i]);
      this.losses.generator += paid / x.length;
      push[k] = slope / x.length;
    }
    return push;
  }

  /** One step of Adam, unless the loss or its gradient is not finite. */
  learn(who, at) {
    const {settings} = this, net = this[who];
    let squares = 0;
    for (let i = 0; i < net.gradient.length; i++) squares += net.gradient[i] ** 2;
    this.lengths[who] = Math.sqrt(squares);
    if (!Number.isFinite(squares) || !Number.isFinite(this.losses[who])) return false;
    this.adam[at].move(net, settings[`lr_${who}`], settings.betas, settings.eps);
    return true;
  }

  /** Series (T, F, padded n) from normal draws (n, held + T * fresh), by the average if kept. */
  sample(normal, n) {
    const {hidden: H, latent} = this.settings, {length: T} = this.data;
    const on = this.room("sampled", T, H, latent[0] + latent[1], padded(n));
    arrange(normal, latent, T, n, on.x, on.N);
    return generate(this.average || this.generator, on);
  }
}

return {Game};
});
