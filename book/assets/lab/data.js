/* Which series the laboratory trains on: those of the book, a reader's table, curves by hand. */
"use strict";

{
const lab = globalThis.RNNGAN;

const WINDOW = 48;  // time steps that a long recording is cut into
const FEW = 8;  // numbers in a line: a line with fewer is a moment, not a series
const MOST = 3000;  // series; the rest of a file is left out

// --- A table: pasted, or out of a file ----------------------------------------------------------

/** Cells of each line that holds something, and how many lines stand before it. */
function cellsOf(text) {
  const lines = text.split(/\r\n|\r|\n/).map((line, i) => [line.trim(), i + 1])
    .filter(([line]) => line);
  if (!lines.length) throw new Error("the table is empty; give one series per line");
  const first = lines[0][0];
  const between = [";", "\t", ","].find(mark => first.includes(mark)) || /\s+/;
  // Where semicolons or tabs part the cells, a comma is a decimal point.
  const point = between === ";" || between === "\t" ? cell => cell.replace(",", ".") : cell => cell;
  return lines.map(([line, number]) => ({
    number, cells: line.split(between).map(cell => point(cell.trim().replace(/^"(.*)"$/, "$1")))}));
}

const isNumber = cell => cell !== "" && Number.isFinite(Number(cell));

/** Series and labels in a table: a series per line with a word for its kind, if there is one,
 *  or a moment per line with a column for each quantity, which is cut into windows. */
function readTable(text) {
  let lines = cellsOf(text);
  const numbersIn = ({cells}) => cells.filter(isNumber).length;
  if (!numbersIn(lines[0]) && lines.length > 1) lines = lines.slice(1);  // a line of names
  const [{cells: first}] = lines, width = first.length;
  const words = first.flatMap((cell, i) => isNumber(cell) ? [] : [i]);
  if (words.length > 1) {
    throw new Error(`line ${lines[0].number} holds '${first[words[0]]}' and '${first[words[1]]}';` +
                    " give numbers, and one word at most for the kind of the series");
  }
  for (const {number, cells} of lines) {
    if (cells.length !== width) {
      throw new Error(`line ${number} has ${cells.length} cells and line ${lines[0].number} ` +
                      `${width}; give every line as many`);
    }
    const wrong = cells.find((cell, i) => i !== words[0] && !isNumber(cell));
    if (wrong !== undefined) {
      throw new Error(`line ${number} holds '${wrong}' where a number should be`);
    }
  }
  const rows = lines.map(({cells}) => cells.filter((_, i) => i !== words[0]).map(Number));
  const kinds = words.length ? lines.map(({cells}) => cells[words[0]]) : null;
  if (rows[0].length >= FEW) {
    return {series: rows.slice(0, MOST), labels: kinds && kinds.slice(0, MOST)};
  }
  if (kinds) {
    throw new Error(`a series of a known kind needs ${FEW} numbers in its line; there are ` +
                    rows[0].length);
  }
  const count = Math.floor(rows.length / WINDOW);
  if (count < 2) {
    throw new Error(`${rows.length} lines are too few: give series of ${FEW} numbers or more, ` +
                    `one per line, or ${2 * WINDOW} moments of a recording`);
  }
  return {series: Array.from({length: Math.min(count, MOST)},
                             (_, i) => rows.slice(i * WINDOW, (i + 1) * WINDOW)), labels: null};
}

/** The data of such a table. */
function fromTable(text) {
  const {series, labels} = readTable(text);
  return lab.fromArray(series, labels);
}

// --- Curves by hand: written into the setting "data", so that a link carries them ---------------

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STEPS = 24, CURVES = 8, DRAWN = "drawn:";

/** The setting for curves of 24 values from -1 to 1, a sign of 64 for each value. */
const writeCurves = curves => DRAWN + curves.map(curve => curve.map(
  v => SIGNS[Math.round((Math.max(-1, Math.min(1, v)) + 1) * 31.5)]).join("")).join(".");

/** The curves of such a setting. */
function readCurves(name) {
  const words = name.slice(DRAWN.length).split(".");
  if (words.length > CURVES || !words.every(word => /^[\w-]{24}$/.test(word))) {
    throw new Error(`the link should hold 1 to ${CURVES} drawn curves of ${STEPS} signs each`);
  }
  return words.map(word => [...word].map(sign => SIGNS.indexOf(sign) / 31.5 - 1));
}

/** The law of noisy copies of these curves: what the page's modes are for theirs. */
const drawn = name => {
  const curves = readCurves(name).map(curve => curve.map(v => 0.85 * v));
  return lab.decode({name, n: 1024, train: 768, length: STEPS, features: 1, low: [-1], high: [1],
                     unit: "", step: 1, step_unit: "step", noise: 0.03, curves,
                     label_names: curves.map((_, i) => `curve ${i + 1}`)});
};

// --- The data of a name -------------------------------------------------------------------------

/** Every second time step: half the work. */
function halved({length, values, step, features, ...rest}) {
  const kept = [];
  for (let i = 0; i < values.length; i += 2 * features) {
    for (let f = 0; f < features; f++) kept.push(values[i + f]);
  }
  return {...rest, features, length: length / 2, step: 2 * step, values: Float64Array.from(kept)};
}

/** Data by the name that the setting `data` has; `files` is what the scripts of data set. */
function dataOf(name, files, own = null) {
  if (name === "heartbeats" || name === "modes") return lab.decode(files[name]);
  if (name === "heartbeats24") return {...halved(lab.decode(files.heartbeats)), name};
  if (name.startsWith(DRAWN)) return drawn(name);
  if (name === "own" && own) return own;
  throw new Error(name === "own" ? "a link carries no series of your own; load them again" :
    `there are no data '${name}'; choose from heartbeats24, heartbeats, modes, own`);
}

/** Rows of the series to show: as many of each kind as belong to so many. */
function shownRows({train, labels, label_names: names}) {
  const rows = Array.from({length: train}, (_, i) => i), part = Math.min(1, lab.SHOWN / train);
  if (!labels) return rows.slice(0, lab.SHOWN);
  return names.flatMap((_, kind) => {
    const own = rows.filter(i => labels[i] === kind);
    return own.slice(0, Math.max(1, Math.round(part * own.length)));
  });
}

Object.assign(lab, {readTable, fromTable, readCurves, writeCurves, dataOf, shownRows, DRAWN, STEPS,
                    CURVES});
}
