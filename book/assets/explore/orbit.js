/* The game of two numbers under Adam and under gradient descent, with theory's circle. */
(function (live) {
"use strict";

const {LOSSES, PLAYED, RULES, Panel, averaged, circle, picture, play, range, short, tag} = live;
const STEPS = 6000, EDGE = 1.75, DECAY = 0.99;
const WIDE = 0.2;  // farther out the losses differ
const ARROWS = range(9).map(i => -1.6 + 0.4 * i);

const adam = ({rule}) => !RULES[rule].plain;
const length = (x, y) => Math.hypot(x, y);

/** Arrows along which both players would go, all of them short. */
function field(panel, settings) {
  const at = live.slopes(settings.game, settings.gamma);
  let d = "";
  for (const x of ARROWS) {
    for (const y of ARROWS) {
      const [gx, gy] = at(x, y), size = length(gx, gy);
      if (size < 1e-6) continue;
      const scale = 0.13 * Math.tanh(size) / size;
      const [X, Y] = [panel.X(x), panel.Y(y)];
      const [dx, dy] = [panel.X(x - scale * gx) - X, panel.Y(y - scale * gy) - Y];
      const [bx, by] = [X + dx, Y + dy].map(v => v.toFixed(1));
      d += `M${X.toFixed(1)} ${Y.toFixed(1)}L${bx} ${by}` +
        `M${(X + 0.55 * dx - 0.22 * dy).toFixed(1)} ${(Y + 0.55 * dy + 0.22 * dx).toFixed(1)}` +
        `L${bx} ${by}L${(X + 0.55 * dx + 0.22 * dy).toFixed(1)} ` +
        `${(Y + 0.55 * dy - 0.22 * dx).toFixed(1)}`;
    }
  }
  return tag("path", {d, class: "grid", style: "stroke: var(--soft); opacity: .45"});
}

function say(state, far, foretold) {
  const {steps, lr} = state, end = far[steps];
  const told = `After ${steps.toLocaleString("en")} steps the players stand ` +
    (end > 100 ? "far outside the picture" : `${short(end, 3)} from the equilibrium`) +
    (adam(state) && end <= 100 ? `, ${short(end / lr, 0)} learning rates` : "") + ". ";
  if (foretold) {
    return `${told}Theory's circle has the radius ${short(foretold.radius, 3)}, ` +
      `${short(foretold.radius / lr, 0)} learning rates; one turn takes ` +
      `${short(foretold.turn, 0)} steps.` + (state.game !== "xy" && foretold.radius > WIDE ?
        " So wide a circle is not the same for every loss: some end well within it." : "");
  }
  if (!adam(state)) return told;
  return told + (state.beta1 || RULES[state.rule].once ?
    "The formula of the circle wants a second memory ten times as long as the first." :
    "Without the first memory nothing drives the players out: there is no circle.");
}

let kept = {key: "", path: null};

/** The whole orbit; moving along it does not compute it again. */
function orbit(state) {
  const {game, rule, lr, beta1, beta2, gamma, start} = state;
  const key = JSON.stringify([game, rule, lr, beta1, beta2, gamma, start]);
  if (kept.key !== key) kept = {key, path: play(state, STEPS)};
  return kept.path;
}

const block = {
  start: ({game, rule, betas}) => ({
    game: game || "xy", rule: rule || "adam", beta1: betas?.[0] ?? 0.5, beta2: betas?.[1] ?? 0.99,
    lr: 0.01, gamma: 0, steps: 3000, start: [1, 0], show: []}),

  controls: () => [
    {kind: "choice", name: "game", label: "Game", options: [["xy", "xy"],
      ...PLAYED.map(name => [name, LOSSES[name].label])]},
    {kind: "choice", name: "rule", label: "Rule: ",
     options: Object.entries(RULES).map(([name, {label}]) => [name, label])},
    {kind: "slider", name: "beta1", label: "First memory, β₁", values: [0, 0.5, 0.8, 0.9],
     say: String, shown: adam},
    {kind: "slider", name: "beta2", label: "Second memory, β₂", values: [0.5, 0.9, 0.99, 0.999],
     say: String, shown: adam},
    {kind: "slider", name: "lr", label: "Learning rate", values: [0.003, 0.01, 0.03, 0.1],
     say: String},
    {kind: "slider", name: "gamma", label: "Penalty R1, γ", min: 0, max: 1, step: 0.05},
    {kind: "slider", name: "steps", label: "Steps", min: 0, max: STEPS, step: 50, play: 60,
     say: v => v.toLocaleString("en")},
    {kind: "checks", name: "show", label: "Beside it",
     options: [["average", `running average, decay ${DECAY}`, "l2"]]}],

  grab: (state, {panel}) => panel === "plane" ? "start" : null,
  move(state, _, {x, y}) {
    state.start = [x, y].map(v => Math.round(50 * Math.max(-1.6, Math.min(1.6, v))) / 50);
  },

  picture(state, width) {
    const wide = width >= 560, side = Math.min(wide ? width * 0.5 : width - 60, 360) - 20;
    const right = wide ? side + 112 : 50;
    const plane = new Panel({left: 50, top: 24, width: side, height: side, x: [-EDGE, EDGE],
                             y: [-EDGE, EDGE]});
    const past = new Panel({left: right, top: wide ? 24 : side + 86,
                            width: width - right - 22, height: wide ? side : 170,
                            x: [0, STEPS], y: [0.005, 5], log: true});
    const path = orbit(state), {steps} = state, foretold = circle(state);
    const cut = part => path[part].subarray(0, steps + 1);
    const far = path.xs.map((x, t) => length(x, path.ys[t]));
    const every = range(301).map(i => Math.round(i * steps / 300));
    const inside = [field(plane, state), plane.curve(cut("xs"), cut("ys"), {class: "l1 thin"})];
    const ring = foretold && {cx: plane.X(0), cy: plane.Y(0),
                              r: foretold.radius / (2 * EDGE) * side, class: "l3 dashed",
                              fill: "none"};
    const along = [past.curve(every, every.map(t => far[t]), {class: "l1"})];
    if (state.show.includes("average")) {
      const mean = averaged(path, DECAY);
      inside.push(plane.curve(mean.xs.subarray(0, steps + 1), mean.ys.subarray(0, steps + 1),
                              {class: "l2"}));
      along.push(past.curve(every, every.map(t => length(mean.xs[t], mean.ys[t])),
                            {class: "l2"}));
    }
    if (ring) {
      inside.push(tag("circle", ring));
      along.push(past.horizontal(foretold.radius, {class: "l3 dashed"}),
                 past.words(STEPS, foretold.radius, "theory", {
                   "text-anchor": "end", class: "strong"}, -4, foretold.radius > 1.5 ? 14 : -6));
    }
    inside.push(tag("path", {d: `M${side / 2 - 6} ${side / 2}h12m-6 -6v12`, class: "l1"}),
                plane.dot(...state.start, 6, {class: "soft-fill"}),
                plane.dot(path.xs[steps], path.ys[steps], 4.5, {class: "fake-fill"}));
    along.push(past.dot(steps, far[steps], 4.5, {class: "fake-fill"}));
    const said = say(state, far, foretold);
    const [own, other] = state.game === "xy" ? ["x", "y"] : ["θ", "ψ"];
    const parts = [
      plane.frame(inside.join(""), {xlabel: `generator's ${own}`, ylabel: `discriminator's ${other}`}),
      past.frame(along.join(""), {title: "distance from the equilibrium", xlabel: "step",
                                  xform: v => v.toLocaleString("en"),
                                  yform: v => String(v)})];
    return {svg: picture(width, wide ? side + 62 : side + 300, parts.join(""),
                         `Orbit of two players, and their distance from the equilibrium. ${said}`),
            say: said, panels: {plane},
            handles: [{name: "start", panel: "plane", x: state.start[0], y: state.start[1],
                       label: `Start at ${short(state.start[0])}, ${short(state.start[1])}`}]};
  },
};

live.blocks.orbit = block;
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
