/* Data of the reader's own: curves drawn by hand, and a table pasted or out of a file. */
(function (scope) {
"use strict";

const {make, look, fromTable, readCurves, writeCurves, STEPS, CURVES, random} = scope.RNNGAN;

/** A smooth curve of a few waves, for those who do not draw. */
function anyCurve(key) {
  const {uniform} = random(key, 7);
  const waves = [1, 2, 3].map(k => [k, (2 * uniform() - 1) / k, 2 * Math.PI * uniform()]);
  const curve = Array.from({length: STEPS}, (_, t) => waves.reduce(
    (sum, [k, size, at]) => sum + size * Math.sin(2 * Math.PI * k * t / STEPS + at), 0));
  const most = Math.max(...curve.map(Math.abs));
  return curve.map(v => 0.9 * v / most);
}

/** Where curves are drawn; `drew(name)` hears of the setting that holds them. */
class Pad {
  constructor(drew) {
    Object.assign(this, {drew, curves: [], stroke: null, count: 0});
    this.canvas = make("canvas", {className: "lab-pad", role: "img"});
    this.remove = make("button", {
      type: "button", onclick: () => this.set(this.curves.slice(0, -1))}, "Remove the last");
    this.add = make("button", {type: "button", onclick: () => this.set(
      [...this.curves, anyCurve(this.count++)])}, "Add a curve for me");
    this.box = make("div", {className: "lab-own"},
      make("p", {}, "Draw from left to right. Each curve becomes a kind of series of its own, " +
                    `with a little noise; up to ${CURVES}. The link carries them.`),
      this.canvas, make("div", {className: "lab-row"}, this.add, this.remove));
    this.canvas.onpointerdown = event => {
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = Array(STEPS).fill(null);
      this.last = null;
      this.put(event);
    };
    this.canvas.onpointermove = event => this.stroke && this.put(event);
    this.canvas.onpointerup = this.canvas.onpointercancel = () => this.finish();
  }

  /** Note where the pointer is, and what lies between there and where it was. */
  put({offsetX, offsetY}) {
    const {clientWidth: width, clientHeight: height} = this.canvas;
    const t = Math.max(0, Math.min(STEPS - 1, Math.round(offsetX / width * (STEPS - 1))));
    const v = Math.max(-1, Math.min(1, 1 - 2 * offsetY / height)), {t: from, v: was} = this.last ||
      {t, v};
    for (let s = Math.min(t, from); s <= Math.max(t, from); s++) {
      this.stroke[s] = t === from ? v : was + (v - was) * (s - from) / (t - from);
    }
    this.last = {t, v};
    this.draw();
  }

  /** A stroke is a curve once it spans half of the time; its ends are held. */
  finish() {
    const known = this.stroke?.flatMap((v, t) => v === null ? [] : [t]) || [];
    const stroke = this.stroke;
    this.stroke = null;
    if (known.length < STEPS / 2) this.draw();
    else this.set([...this.curves, stroke.map((_, t) => stroke[
      Math.max(known[0], Math.min(known.at(-1), t))])]);
  }

  set(curves) {
    if (curves.length > 0 && curves.length <= CURVES) this.drew(writeCurves(curves));
    else this.draw();
  }

  /** Show the curves of a setting. */
  show(name) {
    this.curves = readCurves(name);
    this.add.disabled = this.curves.length === CURVES;
    this.remove.disabled = this.curves.length === 1;
    this.canvas.ariaLabel = `${this.curves.length} drawn curves`;
    this.draw();
  }

  draw() {
    const {canvas} = this, style = look(canvas);
    const {clientWidth: width, clientHeight: height} = canvas, sharp = devicePixelRatio || 1;
    Object.assign(canvas, {width: width * sharp, height: height * sharp});
    const pen = canvas.getContext("2d");
    pen.scale(sharp, sharp);
    pen.lineWidth = 2;
    for (const curve of [...this.curves, ...this.stroke ? [this.stroke] : []]) {
      pen.strokeStyle = style[curve === this.stroke ? "real-strong" : "real"];
      pen.beginPath();
      curve.forEach((v, t) => v !== null &&
        pen.lineTo(t * width / (STEPS - 1), (1 - v) * height / 2));
      pen.stroke();
    }
  }
}

/** Where a table is pasted or loaded; `read(data)` gets the data, `refused(message)` why not. */
class Table {
  constructor({read, refused}) {
    this.text = make("textarea", {
      rows: 5, spellcheck: false, ariaLabel: "table of series",
      placeholder: "0.1, 0.4, 0.9, 1.2, 0.8, 0.3, 0.1, 0.0, calm\n0.2, 0.5, ..."});
    const use = make("button", {type: "button"}, "Use this table");
    const file = make("input", {type: "file", accept: ".csv,.tsv,.txt,text/*",
                                ariaLabel: "file with a table"});
    this.box = make("div", {className: "lab-own"},
      make("p", {}, "One series per line, numbers parted by commas, semicolons, tabs or spaces, " +
        "with a word for its kind if you know it. Or a recording: one moment per line, a column " +
        "for each quantity, which is cut into windows of 48 moments. Nothing leaves this page."),
      this.text, make("div", {className: "lab-row"}, use, file));
    use.onclick = () => {
      try {
        read(fromTable(this.text.value));
      } catch (error) {
        refused(error.message);
      }
    };
    file.onchange = async () => {
      if (!file.files.length) return;
      this.text.value = await file.files[0].text();
      use.click();
    };
  }
}

Object.assign(scope.RNNGAN, {Pad, Table, anyCurve});
})(self);
