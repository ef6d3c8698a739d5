/* Eight generators of a loss, as small panels: wide beats dark, and their share below. */
(function (live) {
"use strict";

const {Panel, bytes, picture, range, tag, text} = live;
const EDGE = 1.05;  // of a panel, in the scaled units of the data
const percent = v => `${Math.round(100 * v)} %`;

/** What was recorded of a loss, ready to draw. */
class Record {
  constructor(data) {
    Object.assign(this, data);
    this.replay = new Int8Array(bytes(data.replay).buffer);
    this.flags = bytes(data.wide);
    this.generators = new live.Generators(data);
  }

  /** Place of a beat: at which moment, of which seed. */
  place(moment, seed, beat) {
    return (moment * this.seeds.length + seed) * this.shown + beat;
  }

  isWide(moment, seed, beat) {
    const at = this.place(moment, seed, beat);
    return this.flags[at >> 3] >> (at & 7) & 1;
  }

  /** The values of a beat, in 1/127. */
  beat(moment, seed, beat) {
    const size = this.length * this.features, at = this.place(moment, seed, beat) * size;
    return this.replay.subarray(at, at + size);
  }

  /** The ways of a seed's narrow and of its wide beats: a unit to the right for each step. */
  ways(moment, seed) {
    const ways = ["", ""];
    for (const beat of range(this.shown)) {
      const values = this.beat(moment, seed, beat);
      ways[this.isWide(moment, seed, beat)] += `M0 ${-values[0]}l` +
        range(this.length - 1).map(t => `1 ${values[t] - values[t + 1]}`).join(" ")
          .replaceAll(" -", "-");
    }
    return ways;
  }
}

/** One seed's panel: its beats, the one that is made by hand, and the share of wide ones. */
function seedPanel(record, moment, seed, {left, top, width, height}, own) {
  const panel = new Panel({left, top, width, height, x: [0, record.length - 1], y: [-EDGE, EDGE]});
  const steps = range(record.length), [narrow, wide] = record.ways(moment, seed);
  const share = record.shares[moment][seed], bar = top + height + 5;
  const at = v => left + width * v;
  return [
    tag("rect", {x: left, y: top, width, height, class: "wash"}),
    tag("svg", {x: left, y: top, width, height, preserveAspectRatio: "none",
                viewBox: `0 ${-127 * EDGE} ${record.length - 1} ${254 * EDGE}`},
        tag("path", {d: narrow, class: "fake thin pale"}) +
        tag("path", {d: wide, class: "fake wide"})),
    own ? tag("svg", {x: left, y: top, width, height},
              panel.curve(steps, own, {class: "halo"}) + panel.curve(steps, own, {class: "l1"})) :
      "",
    tag("rect", {x: left, y: bar, width, height: 6, class: "wash"}),
    tag("rect", {x: left, y: bar, width: width * share, height: 6, class: "fake-deep-fill"}),
    tag("line", {x1: at(record.real), x2: at(record.real), y1: bar - 3, y2: bar + 9,
                 class: "l1 real thick"}),
    text(left, bar + 19, `seed ${record.seeds[seed]}`, {"font-size": 11}),
    text(left + width, bar + 19, percent(share), {"text-anchor": "end", "font-size": 11,
                                                  class: "strong"})].join("");
}

/** All seeds of some losses beside each other, or below each other where it is narrow. */
function generatorsPicture(records, moment, owns, width) {
  const beside = width >= 620 && records.length > 1;
  const each = beside ? (width - 28) / 2 : width, across = beside ? 2 : 4;
  const gap = 10, wide = (each - gap * (across - 1)) / across, high = Math.max(56, 0.5 * wide);
  const rows = Math.ceil(records[0].seeds.length / across), tall = 24 + rows * (high + 36) + 8;
  const parts = records.map((record, k) => {
    const left = beside ? k * (each + 28) : 0, top = beside ? 0 : k * tall;
    return text(left, top + 14, record.label, {class: "title"}) +
      record.seeds.map((_, seed) => seedPanel(record, moment, seed, {
        left: left + (seed % across) * (wide + gap), width: wide, height: high,
        top: top + 24 + Math.floor(seed / across) * (high + 36)}, owns?.[k][seed])).join("");
  });
  const bottom = beside ? tall : tall * records.length;
  const said = records.map(record => describe(record, moment)).join(" ");
  return {svg: picture(width, bottom, parts.join(""), said), say: said};
}

/** What there is to see of a loss, in words. */
function describe({label, steps, shares, real}, moment) {
  const now = shares[moment], few = now.filter(share => share < real / 2).length;
  const [low, high] = [Math.min(...now), Math.max(...now)];
  const found = percent(low) === percent(high) ? percent(low) : `${percent(low)} to ${percent(high)}`;
  return `${label} after ${steps[moment].toLocaleString("en")} steps: ${found} wide beats, ` +
    `in the data ${percent(real)}` +
    (few ? `; ${few} of ${now.length} seeds make less than half as many.` : ".");
}

Object.assign(live, {Record, generatorsPicture});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
