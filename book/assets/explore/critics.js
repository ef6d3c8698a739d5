/* What a free, a clipped and a penalised critic look like between heaps of points. */
(function (live) {
"use strict";

const {AWAY, CRITICS, LINE, MIDDLES, UNITS, Panel, laws, mean, picture, random, range, short,
       slopesOf} = live;
const LINES = {free: "l1", penalisedBCE: "l2 dashed", penalised: "l3", clipped: "l4",
               straight: "l5 dotted"};
const POINTS = 24;  // of each kind
const percent = v => `${Math.round(100 * v)} %`;

/** Points of a law, always from the same random numbers, so that they move as one. */
function points(law, width, seed) {
  const {normal} = random(seed);
  return range(POINTS).map(i => {
    const own = (i + 0.5) / POINTS < law[0][0] ? law[0][1] : law[1][1];
    return own + width * normal();
  });
}

function say(state, pushes) {
  const told = state.show.map(name => `${CRITICS[name].label} ${short(pushes[name])}`);
  const where = state.second ? ` ${percent(state.second)} of the real points lie around ${AWAY}.` :
    "";
  return `The generated points lie around ${short(state.place, 1)}.${where} ` +
    (told.length ? `Mean slope under them, up to the right: ${told.join(", ")}.` : "");
}

const block = {
  start: ({place, second, weight, clip, show} = {}) => ({
    place: place ?? -2, second: second ?? 0.25, width: 0.5, weight: weight ?? 1, clip: clip ?? 0.1,
    show: show || ["free", "penalisedBCE", "penalised", "clipped"]}),

  controls: () => [
    {kind: "slider", name: "place", label: "Where the generated points lie", min: -4, max: 4,
     step: 0.1, say: v => short(v, 1)},
    {kind: "slider", name: "second", label: "Real points in a second heap", min: 0, max: 0.5,
     step: 0.05, say: percent},
    {kind: "slider", name: "width", label: "Width of a heap", min: 0.2, max: 1, step: 0.05},
    {kind: "slider", name: "weight", label: "Weight λ of the penalty", values: [0.1, 0.3, 1, 3, 10],
     say: String},
    {kind: "slider", name: "clip", label: `Clip c of the weights, ${UNITS} units`,
     values: [0.03, 0.1, 0.2, 0.3], say: String},
    {kind: "checks", name: "show", label: "Critics, with the mean slope under the generated points",
     options: Object.entries(CRITICS).map(([name, {label}]) => [name, label, LINES[name]])}],

  grab: (state, {panel}) => panel === "heaps" ? "fake" : null,
  move(state, _, {x}) {
    state.place = Math.round(10 * Math.max(-4, Math.min(4, x))) / 10;
  },

  picture(state, width) {
    const given = laws(state), wide = width >= 560, each = wide ? (width - 110) / 2 : width - 58;
    const at = i => ({left: 48 + (wide ? i * (each + 58) : 0), top: 24 + (wide ? 0 : i * 228)});
    const x = [-5.5, 5.5];
    const panels = {logit: new Panel({...at(0), width: each, height: 160, x, y: [-6, 14]}),
                    slope: new Panel({...at(1), width: each, height: 160, x, y: [-5, 7]})};
    const notes = {}, pushes = {};
    const most = Math.max(...given.q), lines = [];
    for (const [name, {best, label}] of Object.entries(CRITICS)) {
      const logits = best(given), slopes = slopesOf(logits), level = mean(logits, given);
      pushes[name] = mean(slopes, given);
      notes[name] = short(pushes[name]);
      if (!state.show.includes(name)) continue;
      lines.push({line: LINES[name], words: label, slope: slopes,
                  logit: Array.from(logits, v => v - level)});
    }
    const told = {logit: "logit, 0 for the generated points", slope: "its slope"};
    const parts = Object.entries(panels).map(([part, panel]) => {
      const xs = part === "slope" ? MIDDLES : LINE, floor = panel.y[0];
      const inside = [panel.area(LINE, given.q.map(v => floor + 5 * v / most), floor,
                                 {class: "fake-fill pale"}), panel.horizontal(0, {class: "rule"}),
        ...lines.map(one => panel.curve(xs, one[part], {class: one.line})),
        panel.names(xs, lines.map(one => ({...one, ys: one[part]})))];
      return panel.frame(inside.join(""), {title: told[part], xlabel: "x"});
    });
    const top = wide ? 236 : 464, full = width - 58;
    const heaps = panels.heaps = new Panel({left: 48, top, width: full, height: 66, x,
                                            y: [-1.1, 1.9]});
    const law = (density, colour) => heaps.area(LINE, density.map(v => 1.7 * v / most), 0,
                                                {class: `${colour}-fill pale`});
    parts.push(heaps.frame([
      law(given.p, "real"), law(given.q, "fake"),
      ...points(given.real, state.width, 5).map(v => heaps.dot(v, -0.35, 3, {class: "real-fill"})),
      ...points(given.fake, state.width, 6).map(v => heaps.dot(v, -0.8, 3, {class: "fake-fill"}))
    ].join(""), {xlabel: "real points, and generated ones to drag", yticks: []}));
    const said = say(state, pushes);
    return {svg: picture(width, top + 104, parts.join(""),
                         `Critics between heaps of points, and their slopes. ${said}`),
            say: said, panels, notes,
            handles: [{name: "fake", panel: "heaps", x: state.place, y: 0,
                       label: `Generated points at ${short(state.place, 1)}`}]};
  },
};

live.blocks.critics = block;
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
