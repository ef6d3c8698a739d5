/* What there is to see of a run: the panels of series, and the instruments below them. */
(function (scope) {
"use strict";

const {LOSSES, SHOWN, shownRows, look, drawSeries, drawLines, drawLogits, drawPush,
       percent} = scope.RNNGAN;

/** An element: make("p", {className: "lab-x"}, "text", other). */
function make(tag, given = {}, ...children) {
  const element = Object.assign(document.createElement(tag), given);
  element.append(...children);
  return element;
}

const picture = () => make("canvas", {role: "img"});
const flat = lists => lists.flatMap(values => [...values]);

/** Which kinds stand out: the rarer of two, or a clean copy of a known curve. */
const strongOf = data => data.curves ? kind => kind >= 0 :
  data.label_names.length === 2 ? kind => kind === 1 : () => false;

/** From the least to the greatest, without the wildest of them. */
function rangeOf(values, margin = 0.02) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b), n = sorted.length;
  if (!n) return [0, 1];
  const [low, high] = [sorted[Math.floor(margin * n)], sorted[Math.ceil((1 - margin) * n) - 1]];
  return high - low > 1e-6 * Math.abs(high) ? [low, high] : [low - 0.5, high + 0.5];
}

class View {
  constructor(home) {
    this.home = home;
    this.stage = make("div", {className: "lab-stage"});
    const chart = (name, title, note) => {
      const canvas = picture(), heading = make("b", {}, title);
      const figure = make("figure", {className: `lab-chart lab-${name}`},
                          make("figcaption", {}, heading, make("small", {}, note)), canvas);
      return {canvas, heading, figure, title};
    };
    this.charts = {
      distance: chart("distance", "Distance", "to series not trained on"),
      kinds: chart("kinds", "Kinds", "dashed: the data"),
      losses: chart("losses", "Losses", "low is not good"),
      logits: chart("logits", "Logits", "real and generated, by seed"),
      push: chart("push", "Push", "where in time the loss pulls"),
    };
    this.instruments = make("div", {className: "lab-charts"},
                            ...Object.values(this.charts).map(({figure}) => figure));
    home.append(this.stage, this.instruments);
    this.restyle();
  }

  /** Take up the colours of the page, which a reader may change. */
  restyle() {
    this.style = look(this.home);
  }

  /** Panels for the seeds of a run. */
  restart({data, seeds}) {
    const panel = (className, title) => {
      const canvas = picture(), share = make("span", {className: "lab-share"});
      const marks = make("span", {className: "lab-marks", ariaHidden: "true"});
      const figure = make("figure", {className: `lab-panel ${className}`}, canvas,
                          make("figcaption", {}, make("b", {}, title), share, marks));
      return {canvas, share, marks, figure};
    };
    this.data = data;
    this.real = panel("lab-real", "real");
    this.made = seeds.map(({seed}) => panel("lab-made", `seed ${seed}`));
    this.stage.replaceChildren(...[this.real, ...this.made].map(({figure}) => figure));
    this.charts.kinds.figure.hidden = !data.label_names.length;
    const rows = shownRows(data), size = data.length * data.features;
    this.shown = {
      kinds: rows.map(i => data.labels ? data.labels[i] : -1),
      values: flat(rows.map(i => data.values.subarray(i * size, (i + 1) * size)))};
  }

  draw(run) {
    const {data, style} = this;
    const shape = {length: data.length, features: data.features, strong: strongOf(data)};
    drawSeries(this.real.canvas, style, {
      ...shape, ...this.shown, colour: "real",
      scale: {low: data.low[0], high: data.high[0], unit: data.unit, step: data.step,
              stepUnit: data.step_unit === "step" ? "steps" : data.step_unit}});
    run.seeds.forEach(({series, kinds}, i) => {
      if (series) {
        drawSeries(this.made[i].canvas, style, {...shape, colour: "fake", kinds, values: series});
      }
    });
    this.drawInstruments(run);
  }

  drawInstruments({seeds, facts, settings}) {
    const {charts, style, data} = this, most = settings.steps;
    const scored = name => seeds.map(seed => ({
      colour: "fake", points: seed.scores.map(s => [s.step, s[name]])}));
    if (facts?.floor) {
      const at = name => [facts.floor[name], facts.control[name]];
      const [floor, control] = at("sliced_wasserstein");
      drawLines(charts.distance.canvas, style, {
        lines: scored("sliced_wasserstein"), most, range: [0, 2.2 * control],
        rules: [{at: floor, colour: "real", name: "real ones"},
                {at: control, colour: "ink", name: "one again and again"}]});
      const name = this.kindScore, names = data.label_names;
      if (name) {
        const truth = name.endsWith("_share") ? facts.shares[1] : facts.floor[name];
        const high = data.curves ? names.length : names.length > 2 ? 1 : Math.min(1, 2.2 * truth);
        drawLines(charts.kinds.canvas, style, {
          lines: scored(name), most, range: [0, high],
          rules: [{at: truth, colour: "real", name: "real ones"}]});
      }
    }
    const traces = who => seeds.map(seed => seed.traces[who].points);
    const [judge, maker] = [traces("discriminator"), traces("generator")];
    drawLines(charts.losses.canvas, style, {
      lines: [...judge.map(points => ({points, colour: "judge"})),
              ...maker.map(points => ({points, colour: "fake"}))],
      most, range: rangeOf(flat([...judge, ...maker]).map(([, v]) => v)),
      names: [...(judge[0].some(([, v]) => Number.isFinite(v)) ?
        [{name: "discriminator", colour: "judge"}] : []), {name: "generator", colour: "fake"}]});
    const said = seeds.map(seed => seed.logits);
    charts.logits.figure.hidden = Boolean(LOSSES[settings.loss].regress);
    const [low, high] = rangeOf(flat(said.flatMap(({real, fake}) => [real, fake])), 0);
    drawLogits(charts.logits.canvas, style, {rows: said, range: [Math.min(low, -1),
                                                                 Math.max(high, 1)]});
    drawPush(charts.push.canvas, style, {rows: seeds.map(seed => seed.push || [0, 0])});
  }

  /** The score that the chart of kinds shows. */
  get kindScore() {
    const names = this.data.label_names;
    return this.data.curves ? "mode_coverage" : names.length === 2 ? `${names[1]}_share` :
      names.length ? "label_error" : null;
  }

  /** Say in words what is drawn, below the panels and for those who do not see them. */
  describe({seeds, facts, settings}) {
    const {data, charts} = this, names = data.label_names, truth = facts?.shares || [];
    const found = shares => shares.filter(share => share > 0.02).length;
    const short = shares => data.curves ? `${found(shares)} of ${names.length}` :
      names.length === 2 ? `${names[1]} ${percent(shares[1])}` : "";
    const mark = ({share, marks, canvas}, shares, what) => {
      share.textContent = shares?.length ? short(shares) : "";
      // Twice the data's share fills a mark; half of it is as in the data.
      marks.replaceChildren(...(shares || []).map((s, k) => [s, k])
        .filter(([, k]) => data.curves || names.length !== 2 || k)  // one of two says it all
        .map(([s, k]) => {
          const bar = make("i");
          bar.style.setProperty("--part", Math.min(1, s / (2 * truth[k] || 1)));
          return bar;
        }));
      canvas.ariaLabel = `${what} ${share.textContent && `Of these, ${share.textContent}.`}`.trim();
    };
    mark(this.real, truth, `${SHOWN} real series of ${data.length} time steps.`);
    seeds.forEach(({seed, step, shares, diverged}, i) => {
      mark(this.made[i], shares, `${SHOWN} series generated by seed ${seed} at step ${step}.`);
      if (diverged !== null) this.made[i].share.textContent = `diverged at step ${diverged}`;
    });
    charts.kinds.heading.textContent = data.curves ? "Kinds found" : names.length === 2 ?
      `Share of ${names[1]}` : "Error of shares";
    const now = (name, write) => seeds.map(seed => seed.scores.at(-1)?.[name])
      .filter(Number.isFinite).map(write).join(", ") || "not scored yet";
    const three = v => v.toFixed(3);
    charts.distance.canvas.ariaLabel = "Sliced Wasserstein distance of each seed: " +
      `${now("sliced_wasserstein", three)}.` + (facts?.floor ? " Real series: " +
        `${three(facts.floor.sliced_wasserstein)}, one series again and again: ` +
        `${three(facts.control.sliced_wasserstein)}.` : "");
    charts.kinds.canvas.ariaLabel = `${charts.kinds.heading.textContent}, each seed: ` +
      `${now(this.kindScore, v => String(+v.toFixed(2)))}.`;
    const end = who => seeds.map(seed => seed.traces[who].values.at(-1)).filter(Number.isFinite)
      .map(three).join(", ") || "none";
    charts.losses.canvas.ariaLabel = `Losses over ${settings.steps} steps; the last of the ` +
      `discriminator: ${end("discriminator")}, of the generator: ${end("generator")}.`;
    const mean = values => three(flat([values]).reduce((a, b) => a + b, 0) / values.length);
    const heard = seeds.filter(seed => seed.logits.real.length);
    const logits = heard.map(s => `${mean(s.logits.real)} and ${mean(s.logits.fake)}`).join("; ");
    charts.logits.canvas.ariaLabel = !logits ? "No logits yet." :
      `Mean logit of the batch, each seed, real and generated: ${logits}.`;
    const top = seeds.filter(seed => seed.push)
      .map(({push}) => push.indexOf(Math.max(...push)) + 1);
    charts.push.canvas.ariaLabel = "Length of the generator's gradient at each of " +
      `${data.length} time steps; longest at step ${top.join(", ")}.`;
  }
}

Object.assign(scope.RNNGAN, {make, strongOf, View});
})(self);
