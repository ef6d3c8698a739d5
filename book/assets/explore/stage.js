/* Brings the blocks of a page to life once they are scrolled to.
 *
 * A block is {start(options), controls(state), picture(state, width)} in RNNGAN_LIVE.blocks, all
 * of it without the DOM. `picture` gives {svg, say, panels, handles, notes}: the drawing, a
 * sentence on it, its Panels by name, what can be dragged, and a note for each check. What is
 * dragged, a handle or what `grab(state, place)` names, is told to `move(state, name, place)`;
 * a place is {panel, x, y}. `load(options)` may fetch what a block needs before it starts,
 * `need(state)` what it needs later, and `settle(state)` may put right what a control left.
 */
(function (live) {
"use strict";

const {make, control} = live;
const NUDGE = 6, QUIET = 700;  // px of an arrow key; ms of rest before a change is read out
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

live.base = new URL("..", document.currentScript.src).href;

class Stage {
  constructor(root, block, options) {
    Object.assign(this, {root, block, state: block.start(options), handles: new Map(), held: null,
                         fault: ""});
    this.view = root.querySelector(".live-picture");
    this.said = make("p", {class: "live-say"});
    this.live = make("p", {class: "live-heard", "aria-live": "polite"});
    const change = (told, run) => {
      if (run) run(this.state);
      else Object.assign(this.state, told);
      block.settle?.(this.state);
      block.need?.(this.state)?.catch(error => { this.fault = ` ${error.message}`; })
        .then(() => this.schedule());
      this.schedule();
    };
    this.controls = block.controls(this.state).map(one => control(one, change));
    const panel = make("div", {class: "live-controls"}, ...this.controls.map(one => one.element));
    this.view.after(this.said, panel, this.live);
    this.change = change;
    this.listen();
    new ResizeObserver(() => this.schedule()).observe(this.view);
    this.draw();
    root.classList.add("live-on");
  }

  /** Draw before the next frame, however often it is asked for. */
  schedule() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const width = this.view.clientWidth;
    if (!width) return;
    const drawn = this.drawn = this.block.picture(this.state, width);
    this.view.querySelector("svg")?.remove();
    this.view.insertAdjacentHTML("afterbegin", drawn.svg);
    this.said.textContent = drawn.say + this.fault;
    for (const one of this.controls) one.sync(this.state, drawn);
    for (const handle of drawn.handles || []) this.place(handle);
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      if (this.live.textContent !== drawn.say) this.live.textContent = drawn.say;
    }, QUIET);
  }

  /** Put a handle where it belongs in the picture; it is an element, so that keys reach it. */
  place({name, panel, x, y, label}) {
    let element = this.handles.get(name);
    if (!element) {
      element = make("div", {class: "live-handle", tabindex: 0, role: "button",
                             "aria-roledescription": "movable point", "data-handle": name});
      element.addEventListener("keydown", event => this.nudge(event, name));
      this.handles.set(name, element);
      this.view.append(element);
    }
    const on = this.drawn.panels[panel];
    element.setAttribute("aria-label", `${label}; arrow keys move it`);
    element.style.left = `${on.left + on.X(x)}px`;
    element.style.top = `${on.top + on.Y(y)}px`;
  }

  nudge(event, name) {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    const {panel, x, y} = this.drawn.handles.find(handle => handle.name === name);
    const on = this.drawn.panels[panel], size = event.shiftKey ? 4 * NUDGE : NUDGE;
    this.move(name, {panel, ...on.at(on.left + on.X(x) + size * way[0],
                                     on.top + on.Y(y) + size * way[1])});
  }

  move(name, place) {
    this.change(null, state => this.block.move(state, name, place));
  }

  listen() {
    const {view} = this;
    const place = (event, panel = null) => {
      const box = view.getBoundingClientRect(), {panels = {}} = this.drawn;
      const [px, py] = [event.clientX - box.left, event.clientY - box.top];
      const name = panel || Object.keys(panels).find(key => panels[key].has(px, py));
      return name && {panel: name, ...panels[name].at(px, py)};
    };
    view.addEventListener("pointerdown", event => {
      const name = event.target.dataset?.handle, own = name &&
        this.drawn.handles.find(handle => handle.name === name).panel;
      const at = place(event, own);
      const what = at && (name || this.block.grab?.(this.state, at));
      if (!what || event.button) return;
      view.setPointerCapture(event.pointerId);
      this.held = {name: what, panel: at.panel};
      this.move(what, at);
    });
    view.addEventListener("pointermove", event => {
      if (this.held) this.move(this.held.name, place(event, this.held.panel));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      view.addEventListener(end, () => { this.held = null; });
    }
  }

  pause() {
    for (const one of this.controls) one.pause?.();
  }
}

const stages = new Map();

async function wake(root) {
  const block = live.blocks[root.dataset.live], options = JSON.parse(root.dataset.options);
  try {
    await block.load?.(options);
  } catch (error) {
    root.append(make("p", {class: "live-say", role: "status"}, error.message));
    return;
  }
  stages.set(root, new Stage(root, block, options));
}

/** Fetch a script of data once; a page that is opened from a file may load nothing else. */
const scripts = new Map();
live.fetch = path => {
  if (!scripts.has(path)) {
    scripts.set(path, new Promise((done, failed) => {
      const script = make("script", {src: live.base + path});
      script.onload = done;
      script.onerror = () => failed(new Error("The data of this picture could not be loaded."));
      document.head.append(script);
    }));
  }
  return scripts.get(path);
};

const near = new IntersectionObserver((entries, self) => {
  for (const {target, isIntersecting} of entries) {
    if (!isIntersecting) continue;
    self.unobserve(target);
    wake(target);
  }
}, {rootMargin: "300px"});
const seen = new IntersectionObserver(entries => {
  for (const {target, isIntersecting} of entries) if (!isIntersecting) stages.get(target)?.pause();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const stage of stages.values()) stage.pause();
});
for (const root of document.querySelectorAll(".live[data-live]")) {
  near.observe(root);
  seen.observe(root);
}
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
