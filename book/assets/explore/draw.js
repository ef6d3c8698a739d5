/* Pictures as text: scales, axes, curves and dots of an SVG.
 *
 * There is no DOM here, so that node draws the pictures that stand in a block's place without
 * JavaScript (tools/stills.py). Colours are classes; live.css knows them, light and dark.
 */
(function (live) {
"use strict";

const FONT = 12;  // px, whatever the width of the picture
const DENSE = 3;  // px between the places where curves are looked at
const tenth = v => Math.round(10 * v) / 10;

/** A number for people: few digits, a true minus. */
function short(v, digits = 2) {
  if (!Number.isFinite(v)) return "∞";
  const text = Math.abs(v) >= 1e4 ? v.toExponential(0).replace("e+", "e") : v.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** An element; attributes that are null or undefined are left out. */
function tag(name, attributes, inside = "") {
  const told = Object.entries(attributes).filter(([, v]) => v !== null && v !== undefined)
    .map(([key, v]) => ` ${key}="${typeof v === "number" ? tenth(v) : v}"`).join("");
  return `<${name}${told}>${inside}</${name}>`;
}

const text = (x, y, words, attributes = {}) => tag("text", {x, y, ...attributes}, words);

/** About `count` round numbers from low to high. */
function ticks(low, high, count = 4) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find(k => k * power >= raw * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({length: Math.floor(high / step + 1e-9) - first + 1},
                    (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Powers of ten from low to high. */
const decades = (low, high) => ticks(Math.log10(low), Math.log10(high)).filter(Number.isInteger)
  .map(k => 10 ** k);

/** One set of axes in a picture; x and y are [low, high], in the units of the data. */
class Panel {
  constructor({left, top, width, height, x, y, log = false}) {
    Object.assign(this, {left, top, width, height, x, y, log});
  }

  X(v) {
    return (v - this.x[0]) / (this.x[1] - this.x[0]) * this.width;
  }

  Y(v) {
    const [low, high] = this.log ? this.y.map(Math.log) : this.y;
    const at = this.log ? Math.log(Math.max(v, 1e-300)) : v;
    // What lies far outside needs no long numbers.
    return Math.max(-this.height, Math.min(2 * this.height,
                                           (high - at) / (high - low) * this.height));
  }

  /** The data's coordinates of a place in the picture. */
  at(px, py) {
    const [low, high] = this.log ? this.y.map(Math.log) : this.y;
    const y = high - (py - this.top) / this.height * (high - low);
    return {x: this.x[0] + (px - this.left) / this.width * (this.x[1] - this.x[0]),
            y: this.log ? Math.exp(y) : y};
  }

  has(px, py) {
    return px >= this.left && px <= this.left + this.width &&
      py >= this.top && py <= this.top + this.height;
  }

  /** The way of a line through points; it breaks where one is not finite. */
  trace(xs, ys) {
    let d = "", px = NaN, py = NaN, pen = "M";
    for (let i = 0; i < xs.length; i++) {
      if (!Number.isFinite(ys[i]) || !Number.isFinite(xs[i])) {
        pen = "M";
        continue;
      }
      const X = tenth(this.X(xs[i])), Y = tenth(this.Y(ys[i])), last = i === xs.length - 1;
      // Points on one spot are one.
      if (pen === "L" && !last && Math.abs(X - px) < 0.5 && Math.abs(Y - py) < 0.5) continue;
      d += `${pen}${X} ${Y}`;
      [px, py, pen] = [X, Y, "L"];
    }
    return d;
  }

  curve(xs, ys, attributes = {}) {
    return tag("path", {d: this.trace(xs, ys), ...attributes});
  }

  dot(x, y, radius = 3.5, attributes = {}) {
    return tag("circle", {cx: this.X(x), cy: this.Y(y), r: radius, ...attributes});
  }

  /** The area between a curve and a level. */
  area(xs, ys, level, attributes = {}) {
    const edge = [...xs.map((x, i) => [x, ys[i]]), [xs.at(-1), level], [xs[0], level]];
    return tag("path", {d: "M" + edge.map(([x, y]) => `${tenth(this.X(x))} ${tenth(this.Y(y))}`)
      .join("L") + "Z", ...attributes});
  }

  horizontal(y, attributes = {}) {
    return tag("line", {x1: 0, x2: this.width, y1: this.Y(y), y2: this.Y(y), ...attributes});
  }

  vertical(x, attributes = {}) {
    return tag("line", {x1: this.X(x), x2: this.X(x), y1: 0, y2: this.height, ...attributes});
  }

  /** Words at a place of the data, moved by so many px. */
  words(x, y, words, attributes = {}, dx = 0, dy = 0) {
    return text(this.X(x) + dx, this.Y(y) + dy, words, attributes);
  }

  /** Names at the curves themselves, each where it is clear of all curves and other names.
   *
   * `lines` are {ys, words, line}, over common abscissas in equal steps; a line's class begins
   * with l and a figure, that of its name with t and the same figure.
   */
  names(xs, lines) {
    const boxes = [], [low, high] = this.x, step = xs[1] - xs[0];
    const place = px => Math.max(0, Math.min(xs.length - 1, Math.round(
      (low + px / this.width * (high - low) - xs[0]) / step)));
    const heights = lines.map(({ys}) => range(Math.ceil(this.width / DENSE) + 2)
      .map(k => this.Y(ys[place(DENSE * k)])));
    const inside = box => box.left >= 3 && box.right <= this.width - 3 && box.top >= 2 &&
      box.bottom <= this.height - 2;
    const free = box => boxes.every(other => box.right < other.left || box.left > other.right ||
                                    box.bottom < other.top || box.top > other.bottom) &&
      heights.every(of => {
        for (let k = Math.floor(box.left / DENSE); k < box.right / DENSE; k++) {
          const [one, next] = [of[k], of[k + 1]];
          if (Math.max(one, next) > box.top - 1 && Math.min(one, next) < box.bottom + 1) return false;
        }
        return true;
      });
    return lines.map(({words, line}, i) => {
      const width = 6.7 * words.length;
      for (const gap of [3, 8, 14, 22]) {
        for (let k = 1; DENSE * k < this.width; k += 2) {
          const px = DENSE * k, y = heights[i][k];
          if (!(y >= 0 && y <= this.height)) continue;
          for (const [left, top] of [[px - width / 2, y - gap - FONT], [px - width / 2, y + gap],
                                     [px + gap + 2, y - FONT / 2],
                                     [px - gap - 2 - width, y - FONT / 2]]) {
            const box = {left, right: left + width, top, bottom: top + FONT};
            if (!inside(box) || !free(box)) continue;
            boxes.push(box);
            return text(left, box.bottom - 2, words, {class: `t${line[1]}`});
          }
        }
      }
      return "";
    }).join("");
  }

  /** Axes and grid around what is drawn inside; what leaves the frame is cut. */
  frame(inside, {xlabel = "", ylabel = "", title = "", xticks, yticks, xform = short,
                 yform = short} = {}) {
    const {left, top, width, height} = this, parts = [];
    const digits = marks => Math.max(...marks.map(v => (String(v).split(".")[1] || "").length));
    const across = xticks || ticks(...this.x, Math.max(2, width / 70));
    const up = yticks || (this.log ? decades(...this.y) :
                          ticks(...this.y, Math.max(2, height / 45)));
    const [dx, dy] = [digits(across), digits(up)];
    for (const v of across) {
      const x = left + this.X(v);
      parts.push(tag("line", {x1: x, x2: x, y1: top, y2: top + height, class: "grid"}),
                 text(x, top + height + 15, xform(v, dx), {"text-anchor": "middle"}));
    }
    for (const v of up) {
      const y = top + this.Y(v);
      parts.push(tag("line", {x1: left, x2: left + width, y1: y, y2: y, class: "grid"}),
                 text(left - 5, y + 4, yform(v, dy), {"text-anchor": "end"}));
    }
    const middle = top + height / 2;
    parts.push(
      tag("svg", {x: left, y: top, width, height, overflow: "hidden"}, inside),
      xlabel && text(left + width / 2, top + height + 31, xlabel, {"text-anchor": "middle"}),
      ylabel && text(left - 38, middle, ylabel, {
        "text-anchor": "middle", transform: `rotate(-90 ${tenth(left - 38)} ${tenth(middle)})`}),
      title && text(left, top - 7, title, {class: "title"}));
    return parts.join("");
  }
}

/** The whole picture; its label is what a screen reader says of it. */
function picture(width, height, inside, label) {
  const quoted = label.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${tenth(width)} ${tenth(height)}" ` +
    `width="${tenth(width)}" height="${tenth(height)}" font-size="${FONT}" role="img" ` +
    `aria-label="${quoted}">${inside}</svg>`;
}

/** Whole numbers from 0 to n - 1, or n numbers from low to high. */
const range = n => Array.from({length: n}, (_, i) => i);
const spread = (low, high, n) => range(n).map(i => low + (high - low) * i / (n - 1));

Object.assign(live, {Panel, picture, tag, text, short, range, spread, blocks: live.blocks || {}});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
