/* Price and push of one logit, for every loss that reads nothing but logits. */
(function (live) {
"use strict";

const {LOSSES, Panel, picture, short, spread} = live;
const NAMES = Object.keys(LOSSES);
const LINES = {
  nonsaturating: "l1", minimax: "l2 thick", least_squares: "l3", hinge: "l4", wasserstein: "l5",
  least_absolute: "l3 dashed", kl: "l4 dashed", kl_practical: "l4 dotted",
  reverse_kl: "l2 dashed", reverse_kl_practical: "l2 dotted", js: "l5 dashed",
  js_practical: "l5 dotted", pearson: "l1 dashed", pearson_practical: "l1 dotted",
  relativistic: "l3 dotted",
};
const PAYS = [["move", "generator, for its own series"],
              ["fake", "discriminator, for a generated series"],
              ["real", "discriminator, for a real series"]];
const EDGE = 8, GRID = spread(-EDGE, EDGE, 241);

/** What a loss charges and how hard it pushes the logit up: minus the derivative. */
function pushed(name, who, logit, by) {
  const [price, slope] = LOSSES[name][who](logit, by);
  return {price, push: -slope + 0};
}

/** Whom the discriminator takes the series for, in words. */
const standing = s => s < -1.5 ? "the discriminator is sure that the series is generated" :
  s > 1.5 ? "the discriminator takes the series for real" : "the discriminator is in doubt";

function say({who, logit, by, losses}) {
  const all = losses.map(name => [LOSSES[name].label, pushed(name, who, logit, by).push]);
  if (!all.length) return "Choose a loss.";
  all.sort((a, b) => Math.abs(a[1]) - Math.abs(b[1]));
  const told = ([name, push]) => `${name} (${short(push)})`;
  return `Logit ${short(logit, 1)}: ${standing(logit)}. ` + (all.length > 1 ?
    `It is pushed least by ${told(all[0])}, most by ${told(all.at(-1))}.` :
    `It is pushed by ${told(all[0])}.`);
}

const block = {
  start: ({losses, who, logit}) => ({
    who: who || "move", logit: logit ?? -4, by: 0,
    losses: losses || ["nonsaturating", "minimax", "least_squares", "hinge"]}),

  controls: () => [
    {kind: "slider", name: "logit", label: "Logit of the series", min: -EDGE, max: EDGE, step: 0.1,
     say: v => short(v, 1)},
    {kind: "choice", name: "who", label: "Who pays: ", options: PAYS},
    {kind: "slider", name: "by", label: "Logit of its partner", min: -EDGE, max: EDGE, step: 0.1,
     say: v => short(v, 1), shown: ({losses}) => losses.includes("relativistic")},
    {kind: "checks", name: "losses", label: "Losses, with price and push at this logit",
     options: NAMES.map(name => [name, LOSSES[name].label, LINES[name]])}],

  grab: () => "logit",
  move(state, _, {x}) {
    state.logit = Math.round(10 * Math.max(-EDGE, Math.min(EDGE, x))) / 10;
  },

  picture(state, width) {
    const {who, logit, by, losses} = state, wide = width >= 560;
    const each = wide ? (width - 110) / 2 : width - 58, height = wide ? 230 : 180;
    const place = i => ({left: 48 + (wide ? i * (each + 58) : 0),
                         top: 24 + (wide ? 0 : i * (height + 62)), width: each, height});
    const x = [-EDGE, EDGE];
    const panels = {price: new Panel({...place(0), x, y: [-6, 8]}),
                    push: new Panel({...place(1), x, y: [-2.2, 2.2]})};
    const told = {price: "price", push: "push: minus the slope of the price"}, notes = {};
    for (const name of NAMES) {
      const {price, push} = pushed(name, who, logit, by);
      notes[name] = `${short(price)}, ${short(push)}`;
    }
    const lines = losses.map(name => {
      const all = GRID.map(v => pushed(name, who, v, by));
      return {words: LOSSES[name].label.replace(/ \(.*/, ""), line: LINES[name],
              at: pushed(name, who, logit, by), price: all.map(one => one.price),
              push: all.map(one => one.push)};
    });
    const parts = Object.entries(panels).map(([part, panel]) => {
      const inside = [panel.horizontal(0, {class: "rule"}),
                      panel.vertical(logit, {class: "finger"})];
      for (const {line, at, [part]: ys} of lines) {
        inside.push(panel.curve(GRID, ys, {class: line}));
        if (part === "price") {  // the tangent: what the gradient sees
          inside.push(panel.curve([logit - 1.2, logit + 1.2],
                                  [at.price + 1.2 * at.push, at.price - 1.2 * at.push],
                                  {class: `${line.slice(0, 2)} thick pale`}));
        }
        inside.push(panel.dot(logit, at[part], 4, {class: "ink-fill"}));
      }
      inside.push(panel.names(GRID, lines.map(one => ({...one, ys: one[part]}))));
      return panel.frame(inside.join(""), {title: told[part], xlabel: "logit"});
    });
    const bottom = wide ? height + 66 : 2 * height + 128;
    const said = say(state);
    return {svg: picture(width, bottom, parts.join(""), `Price and push of a logit. ${said}`),
            say: said, panels, notes, handles: []};
  },
};

live.blocks.logit = block;
Object.assign(live, {pushed});
})(globalThis.RNNGAN_LIVE = globalThis.RNNGAN_LIVE || {});
