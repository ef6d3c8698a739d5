/* Pictures on a canvas: overlaid series, lines over the steps, logits, and a bar for each step. */
(function (scope) {
"use strict";

const SMALL = 11;  // px of writing

/** The colours and the font that the page gives to an element. */
function look(element) {
  const style = getComputedStyle(element), colour = name => style.getPropertyValue(`--lab-${name}`);
  const names = ["real", "real-strong", "fake", "fake-strong", "judge", "ink", "faint", "paper",
                 "card"];
  return {...Object.fromEntries(names.map(name => [name, colour(name).trim()])),
          font: `${SMALL}px ${style.fontFamily}`};
}

/** An empty canvas of its own size on the page, as sharp as the screen. */
function sheet(canvas, {font}) {
  const {clientWidth: width, clientHeight: height} = canvas, sharp = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, width, height);
  Object.assign(pen, {font, textBaseline: "middle", lineJoin: "round", lineCap: "round"});
  return {pen, width, height};
}

/** A round number of about this size. */
function round(size) {
  const ten = 10 ** Math.floor(Math.log10(size)), rest = size / ten;
  return (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10) * ten;
}

const short = v => String(+v.toPrecision(2));

/** The first feature of series over time; `strong(kind)` says which stand out. */
function drawSeries(canvas, style, {values, kinds, length, features, strong, colour, scale}) {
  const {pen, width, height} = sheet(canvas, style), count = values.length / length / features;
  const x = t => 4 + t * (width - 8) / (length - 1), y = v => height / 2 - v * (height / 2 - 4);
  const order = Array.from({length: count}, (_, i) => i);
  for (const loud of [false, true]) {
    pen.strokeStyle = style[loud ? `${colour}-strong` : colour];
    pen.globalAlpha = loud ? 0.85 : 0.45;
    pen.lineWidth = loud ? 1.5 : 1;
    for (const i of order.filter(i => strong(kinds[i]) === loud)) {
      pen.beginPath();
      for (let t = 0; t < length; t++) pen.lineTo(x(t), y(values[(i * length + t) * features]));
      pen.stroke();
    }
  }
  pen.globalAlpha = 1;
  if (scale) drawScale(pen, style, scale, x, y, width, height, length);
}

/** Two bars that say how long and how high: the panels of generated series share them. */
function drawScale(pen, style, {low, high, unit, step, stepUnit}, x, y, width, height, length) {
  const time = round(step * (length - 1) / 4), value = round((high - low) / 4);
  const right = width - 6, across = x(time / step) - x(0), up = y(0) - y(2 * value / (high - low));
  const top = 8;
  pen.strokeStyle = pen.fillStyle = style.ink;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(right - across, top);
  pen.lineTo(right, top);
  pen.lineTo(right, top + up);
  pen.stroke();
  pen.textAlign = "right";
  write(pen, style.card, `${short(time)} ${stepUnit}`.trim(), right - 5, top + 10);
  write(pen, style.card, `${short(value)} ${unit}`.trim(), right - 5, top + up - 2);
}

/** Writing that stays legible on lines, with a rim in the colour of what lies behind. */
function write(pen, behind, text, x, y) {
  Object.assign(pen, {strokeStyle: behind, lineWidth: 4});
  pen.strokeText(text, x, y);
  pen.fillText(text, x, y);
}

/** A path through points that are finite. */
function trace(pen, points) {
  pen.beginPath();
  for (const [x, y] of points) if (Number.isFinite(y)) pen.lineTo(x, y);
  pen.stroke();
}

/** Lines over the steps: [{points, colour}], with rules [{at, colour, name}] across. */
function drawLines(canvas, style, {lines, rules = [], most, range: [low, high], names = []}) {
  const {pen, width, height} = sheet(canvas, style);
  const left = 38, bottom = height - 15, right = width - 5, top = 6, foot = height - 6;
  const inside = part => Math.max(-0.02, Math.min(1.02, part));
  const x = step => left + (right - left) * Math.min(1, step / most);
  const y = v => bottom - (bottom - top) * inside((v - low) / (high - low));
  Object.assign(pen, {strokeStyle: style.faint, fillStyle: style.ink, textAlign: "right",
                      lineWidth: 1});
  for (const edge of [low, high]) {
    trace(pen, [[left, y(edge)], [right, y(edge)]]);
    pen.fillText(short(edge), left - 4, Math.min(bottom - 2, y(edge) + 2));
  }
  pen.setLineDash([5, 3]);
  for (const {at, colour} of rules) {
    pen.strokeStyle = style[colour];
    trace(pen, [[left, y(at)], [right, y(at)]]);
  }
  pen.setLineDash([]);
  Object.assign(pen, {lineWidth: 1.5, globalAlpha: 0.8});
  for (const {points, colour} of lines) {
    pen.strokeStyle = style[colour];
    trace(pen, points.map(([step, v]) => [x(step), Number.isFinite(v) ? y(v) : NaN]));
  }
  pen.globalAlpha = 1;
  for (const {at, colour, name} of rules) {
    pen.fillStyle = style[colour];
    write(pen, style.paper, name, right, y(at) - 7 < top ? y(at) + 8 : y(at) - 7);
  }
  pen.textAlign = "left";
  const end = names.reduce((from, {name, colour}) => {
    pen.fillStyle = style[colour];
    pen.fillText(name, from, foot);
    return from + pen.measureText(name).width + 8;
  }, 4);
  const steps = `${most.toLocaleString("en")} steps`;
  Object.assign(pen, {fillStyle: style.ink, textAlign: "right"});
  if (right - pen.measureText(steps).width > end) pen.fillText(steps, right, foot);
}

/** The logits of the last batch, a row for each seed: real ones above, generated ones below. */
function drawLogits(canvas, style, {rows, range: [low, high]}) {
  const {pen, width, height} = sheet(canvas, style), bottom = height - 15, top = 4;
  const x = v => 6 + (width - 12) * Math.max(0, Math.min(1, (v - low) / (high - low)));
  Object.assign(pen, {strokeStyle: style.faint, lineWidth: 1});
  pen.beginPath();
  pen.moveTo(x(0), top);
  pen.lineTo(x(0), bottom);
  pen.stroke();
  pen.fillStyle = style.ink;
  pen.textAlign = "left";
  pen.fillText(`${short(low)} generated?`, 6, height - 6);
  pen.textAlign = "right";
  pen.fillText(`real? ${short(high)}`, width - 6, height - 6);
  pen.globalAlpha = 0.55;
  rows.forEach(({real, fake}, i) => {
    const tall = (bottom - top) / rows.length, middle = top + (i + 0.5) * tall;
    const size = Math.max(3, tall * 0.3);
    for (const [logits, colour, side] of [[real, "real", -1], [fake, "fake", 0]]) {
      pen.fillStyle = style[colour];
      for (const v of logits) pen.fillRect(x(v) - 1, middle + side * (size + 1) + 0.5, 2, size);
    }
  });
  pen.globalAlpha = 1;
}

/** One line per seed over the time steps of a series: how hard each step is pushed. */
function drawPush(canvas, style, {rows}) {
  const {pen, width, height} = sheet(canvas, style), bottom = height - 15;
  const high = Math.max(...rows.flatMap(row => [...row])) || 1;
  Object.assign(pen, {strokeStyle: style.faint, lineWidth: 1});
  pen.beginPath();
  pen.moveTo(4, bottom);
  pen.lineTo(width - 4, bottom);
  pen.stroke();
  pen.strokeStyle = pen.fillStyle = style.fake;
  pen.lineWidth = 1.5;
  for (const row of rows) {
    pen.globalAlpha = 0.85;
    pen.beginPath();
    row.forEach((v, t) => pen.lineTo(4 + t * (width - 8) / (row.length - 1),
                                     bottom - (bottom - 6) * v / high));
    pen.stroke();
    pen.globalAlpha = 0.1;
    pen.lineTo(width - 4, bottom);
    pen.lineTo(4, bottom);
    pen.fill();
  }
  pen.globalAlpha = 1;
  pen.fillStyle = style.ink;
  pen.textAlign = "left";
  pen.fillText("first time step", 4, height - 6);
  pen.textAlign = "right";
  pen.fillText("last", width - 4, height - 6);
}

Object.assign(scope.RNNGAN, {look, drawSeries, drawLines, drawLogits, drawPush});
})(self);
