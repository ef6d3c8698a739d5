/* Random numbers that are the same on every visit. */
(function (live) {
"use strict";

/** Uniform and normal numbers that depend on the seed alone (mulberry32, Box and Muller). */
function random(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = state + 0x6d2b79f5 >>> 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {uniform, normal};
}

/** The numbers from 0 to n - 1 in random order. */
function shuffled(n, seed) {
  const {uniform} = random(seed);
  return Array.from({length: n}, (_, i) => [uniform(), i]).sort((a, b) => a[0] - b[0])
    .map(pair => pair[1]);
}

Object.assign(live, {random, shuffled});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
