/* The laboratory: buttons, settings, a run and what there is to see of it, put together. */
(function (scope) {
"use strict";

const {RNNGAN, RNNGAN_DATA} = scope;
const {PRESETS, MOST_SEEDS, make, complete, toFragment, fromFragment, toPython, dataOf, dataKind,
       dataPython, verdict, writeCurves, anyCurve, Controls, Pad, Table, Run, Shelf,
       View} = RNNGAN;

const CALM = 1000;  // ms between two pictures where less motion is asked for

const button = (text, title, onclick) => make("button", {type: "button", title, onclick}, text);
const row = (name, ...children) => make("div", {className: `lab-row ${name}`}, ...children);

class Page {
  constructor(home) {
    Object.assign(this, {home, own: null, settings: null});
    this.run = new Run((what, message) => this.hear(what, message));
    this.controls = new Controls(complete(PRESETS.forgets.settings), {
      changed: settings => this.apply(settings), refused: message => this.refuse(message),
      picked: kind => this.take(() => this.pick(kind))});
    this.pad = new Pad(name => this.take(() => this.apply({...this.settings, data: name})));
    this.table = new Table({
      read: data => {
        this.own = data;
        this.apply({...this.settings, data: "own"});
      },
      refused: message => this.refuse(message)});
    this.shelf = new Shelf(settings => this.take(() => this.apply(settings)));
    this.top();
    this.view = new View(home);
    this.below();
    this.listen();
    this.take(() => this.apply(this.fromAddress() || complete(PRESETS.forgets.settings)));
    if (!this.settings) this.apply(complete(PRESETS.forgets.settings), {quiet: true});
  }

  /** What starts and stops a run, and what is said of it. */
  top() {
    this.go = button("Train", "train, or pause",
                     () => this.run.running ? this.pause() : this.start());
    this.go.className = "lab-go";
    this.progress = make("progress", {max: 1, value: 0, ariaLabel: "steps"});
    this.counter = make("span", {className: "lab-counter"});
    this.verdict = make("p", {className: "lab-verdict"});
    this.fault = make("p", {className: "lab-fault", role: "alert", hidden: true});
    this.said = make("p", {className: "lab-said", role: "status"});
    this.bar = row("lab-bar", this.go,
                   button("One step", "a step of every seed", () => this.oneStep()),
                   button("Restart", "from new networks", () => this.restart()), this.progress,
                   this.counter);
    this.home.append(this.controls.choices, this.pad.box, this.table.box, this.bar, this.fault,
                     this.verdict, this.said);
  }

  /** Earlier runs, the other settings, and ways to take them elsewhere. */
  below() {
    this.link = make("input", {readOnly: true, ariaLabel: "link with these settings",
                               onfocus: () => this.link.select()});
    this.copy = button("Copy link", "a link with these settings", () => this.share());
    this.python = make("code");
    const starts = Object.entries(PRESETS).map(
      ([name, {name: text}]) => button(text, "these settings", () => this.preset(name)));
    this.home.append(this.shelf.box, make("section", {className: "lab-settings"},
      make("h2", {}, "Settings"), row("", make("span", {}, "Begin from"), ...starts),
      this.controls.form, row("lab-share-row", this.link, this.copy),
      make("p", {className: "lab-note"}, "The same game in Python"),
      make("pre", {}, this.python)));
  }

  listen() {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.run.running) {
        this.hidden = true;
        this.run.pause();
      } else if (!document.hidden && this.hidden) {
        this.hidden = false;
        this.run.start();
      }
      this.tell();
    });
    addEventListener("hashchange", () => this.take(() => {
      const settings = this.fromAddress();
      if (settings) this.apply(settings);
    }));
    addEventListener("pagehide", () => this.run.pause());
    this.less = matchMedia("(prefers-reduced-motion: reduce)");
    new MutationObserver(() => {
      this.view.restyle();
      this.pad.draw();
      this.shelf.draw();
      this.later();
    }).observe(document.documentElement, {attributeFilter: ["data-theme"]});
    new ResizeObserver(() => this.later()).observe(this.home);
  }

  /** The settings in the page's address; what has no "=" leads to a heading. */
  fromAddress() {
    return location.hash.includes("=") ? fromFragment(location.hash) : null;
  }

  take(act) {
    try {
      act();
    } catch (error) {
      this.refuse(error.message);
    }
  }

  refuse(message) {
    this.fault.textContent = `This will not do: ${message}.`;
    this.fault.hidden = false;
  }

  /** Take up settings; a run that goes on takes those of Adam at once. */
  apply(settings, {quiet = false} = {}) {
    if (settings.seeds > MOST_SEEDS) {
      throw new Error(`seeds is ${settings.seeds}; the page has room for ${MOST_SEEDS}`);
    }
    const data = this.settings?.data === settings.data && settings.data !== "own" ?
      this.run.data : dataOf(settings.data, RNNGAN_DATA, this.own);
    const before = this.run.seeds, training = this.run.running;
    this.settings = settings;
    this.run.change(settings, data);
    if (!quiet) this.fault.hidden = true;
    this.controls.write(settings);
    this.link.value = `${location.href.split("#")[0]}${toFragment(settings)}`;
    this.python.textContent = dataPython(settings.data) + toPython(settings);
    this.showOwn();
    if (this.run.seeds !== before) {
      this.view.restart(this.run);
      if (training) this.run.start();
    }
    this.later();
    this.tell();
  }

  /** Other data, by what the list of them says. */
  pick(kind) {
    if (kind === "own" && !this.own) {
      this.showOwn(kind);
      return;
    }
    const curves = () => writeCurves([anyCurve(1), anyCurve(2)]);
    this.apply({...this.settings, data: kind === "drawn" ? curves() : kind});
  }

  showOwn(kind = dataKind(this.settings.data)) {
    this.pad.box.hidden = kind !== "drawn";
    this.table.box.hidden = kind !== "own";
    if (kind === "drawn") this.pad.show(this.settings.data);
  }

  preset(name) {
    this.take(() => this.apply(complete(PRESETS[name].settings)));
  }

  /** One of the two cards above: its settings, from new networks, and off. */
  play(name) {
    const before = this.run.seeds;
    this.preset(name);
    if (this.run.seeds === before) this.restart();
    this.start();
    this.bar.scrollIntoView({block: "start", behavior: this.less.matches ? "auto" : "smooth"});
  }

  start() {
    if (this.run.done) this.restart();
    this.run.start();
    this.announce("Training.");
    this.tell();
  }

  pause() {
    this.run.pause();
    this.announce("Paused.");
    this.tell();
  }

  oneStep() {
    this.run.step();
    this.tell();
  }

  restart() {
    this.run.restart(this.settings, this.run.data);
    this.view.restart(this.run);
    this.tell();
  }

  async share() {
    history.replaceState(null, "", toFragment(this.settings));
    this.link.focus();
    try {
      await navigator.clipboard.writeText(this.link.value);
      this.copy.textContent = "Copied";
    } catch {  // a browser may refuse: the link is marked, to be copied by hand
      this.copy.textContent = "Marked";
    }
    this.announce(`Link: ${this.copy.textContent}.`);
    setTimeout(() => this.copy.textContent = "Copy link", 2000);
  }

  announce(text) {
    this.said.textContent = text;
  }

  hear(what, message) {
    if (what === "ends") {
      this.shelf.keep(this.run);
      return;
    }
    if (what === "error") this.refuse(message);
    if (what === "scores") {
      this.verdict.textContent = this.words();
      this.view.describe(this.run);
      if (this.run.done) this.announce(`Step ${this.run.steps}, done. ${this.words()}`);
    }
    this.later();
    this.tell();
  }

  words() {
    const text = verdict(this.run);
    return text && !this.run.done ? `So far: ${text[0].toLowerCase()}${text.slice(1)}` : text;
  }

  /** How far the run is. */
  tell() {
    const {run} = this, {steps} = run, last = run.settings.steps;
    const left = (last - steps) * run.ms / 1000;
    this.go.textContent = run.running ? "Pause" : run.done ? "Train again" : "Train";
    this.progress.value = steps / last;
    const [now, end] = [steps, last].map(n => n.toLocaleString("en"));
    this.counter.textContent = `step ${now} of ${end}` + (run.ms ? ` · ${run.ms.toFixed(run.ms < 10 ? 1 : 0)} ms a step` : "") +
      (run.running && steps ? ` · ${Math.ceil(left)} s left` : "");
    if (!steps) {
      this.verdict.textContent = run.running ? "Training." :
        "Not trained yet: noise in, lines out. Press Train.";
    }
  }

  /** Draw once before the next frame, or less often where less motion is asked for. */
  later() {
    if (this.waiting) return;
    this.waiting = true;
    const draw = () => requestAnimationFrame(() => {
      this.waiting = false;
      this.view.draw(this.run);
    });
    if (this.less?.matches && this.run.running) setTimeout(draw, CALM);
    else draw();
  }
}

const home = document.getElementById("lab");
const page = new Page(home);
for (const card of document.querySelectorAll(".lab-card[data-preset]")) {
  const press = make("button", {type: "button", className: "lab-go"}, "Train it here");
  press.onclick = () => page.play(card.dataset.preset);
  card.append(press);
}
RNNGAN.page = page;
})(self);
