/* Sliders, choices and the like, made from what a block says of them.
 *
 * A block's control is {kind, name, label, ...}: a "slider" has min, max and step, or values to
 * step through, and may have `play`, the ms between two places if it can move by itself; a
 * "choice" has options [value, label]; "checks" have options [value, label, class of the line]
 * and hold a list; a "button" does run(state). `say` puts a value in words, and `shown(state)`
 * tells whether the control is any use now.
 */
(function (live) {
"use strict";

let count = 0;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** An element; attributes that are false or null are left out. */
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...inside);
  return element;
}

function slider({name, label, values, play, say = v => live.short(v), ...ends}, change) {
  const id = `live-${++count}`, {min, max, step} = values ?
    {min: 0, max: values.length - 1, step: 1} : ends;
  const input = make("input", {type: "range", id, min, max, step, name});
  const output = make("output", {for: id});
  const told = () => values ? values[Number(input.value)] : Number(input.value);
  input.addEventListener("input", () => change({[name]: told()}));
  const element = make("div", {class: "live-slider"}, make("label", {for: id}, label), input,
                       output);
  const sync = state => {
    input.value = values ? values.indexOf(state[name]) : state[name];
    output.textContent = say(state[name], state);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  if (!play) return {element, sync};
  const mover = movement(input, play, () => change({[name]: told()}));
  element.prepend(mover.button);
  return {element, sync, pause: mover.pause};
}

/** A button that moves a slider to its end, from the start if it is there already. */
function movement(input, ms, changed) {
  const button = make("button", {type: "button", class: "live-play", hidden: STILL.matches});
  let timer = 0;
  const show = () => {
    button.textContent = timer ? "❚❚" : "▶";
    button.setAttribute("aria-label", timer ? "Pause" : "Play");
  };
  const pause = () => {
    clearInterval(timer);
    timer = 0;
    show();
  };
  const move = value => {
    input.value = value;
    changed();
    if (Number(input.value) >= Number(input.max)) pause();
  };
  button.addEventListener("click", () => {
    if (timer) return pause();
    timer = setInterval(() => move(Number(input.value) + Number(input.step)), ms);
    show();
    if (Number(input.value) >= Number(input.max)) move(input.min);
  });
  input.addEventListener("pointerdown", pause);
  STILL.addEventListener("change", () => {
    pause();
    button.hidden = STILL.matches;
  });
  show();
  return {button, pause};
}

function choice({name, label, options}, change) {
  const id = `live-${++count}`;
  if (options.length > 4) {
    const select = make("select", {id, name}, ...options.map(
      ([value, words]) => make("option", {value}, words)));
    select.addEventListener("change", () => change({[name]: select.value}));
    return {element: make("div", {class: "live-select"}, make("label", {for: id}, label), select),
            sync: state => { select.value = state[name]; }};
  }
  const inputs = options.map(([value]) => make("input", {type: "radio", name: id, value}));
  for (const input of inputs) input.addEventListener("change", () => change({[name]: input.value}));
  const element = make("fieldset", {class: "live-choice"}, make("legend", {}, label),
    ...options.map(([, words], i) => make("label", {}, inputs[i], make("span", {}, words))));
  return {element, sync: state => {
    for (const input of inputs) input.checked = input.value === String(state[name]);
  }};
}

function checks({name, label, options}, change) {
  const inputs = options.map(([value]) => make("input", {type: "checkbox", name, value}));
  const notes = options.map(() => make("output", {}));
  const told = () => inputs.filter(input => input.checked).map(input => input.value);
  for (const input of inputs) input.addEventListener("change", () => change({[name]: told()}));
  const rows = options.map(([, words, line], i) => make("label", {}, inputs[i], swatch(line),
    make("span", {}, words), notes[i]));
  const element = make("fieldset", {class: "live-checks"},
                       ...(label ? [make("legend", {}, label)] : []), ...rows);
  return {element, sync: (state, drawn) => inputs.forEach((input, i) => {
    input.checked = state[name].includes(input.value);
    notes[i].textContent = drawn.notes?.[input.value] || "";
  })};
}

/** A piece of the line that stands for something in the picture. */
function swatch(line) {
  const holder = make("span", {class: "live-swatch", "aria-hidden": "true"});
  if (line) holder.innerHTML = `<svg width="26" height="8"><path d="M0 4H26" class="${line}"/></svg>`;
  return holder;
}

function button({label, run}, change) {
  const element = make("button", {type: "button", class: "live-button"}, label);
  element.addEventListener("click", () => change(null, run));
  return {element, sync: () => {}};
}

const KINDS = {slider, choice, checks, button};

/** A control, with `sync(state, drawn)` to show what the state is; `change` is told the rest. */
function control(told, change) {
  const made = KINDS[told.kind](told, change), {shown = () => true} = told;
  return {...made, sync(state, drawn) {
    made.element.hidden = !shown(state);
    made.sync(state, drawn);
  }};
}

Object.assign(live, {make, control});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
