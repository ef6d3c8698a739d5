/* Settings, those of rt.train, as an object, as a link and as a line of Python. */
"use strict";

RNNGAN.part(lab => {
const {LOSSES} = lab;

const GAME = "nonsaturating";  // unless told
const PLAIN = {r1: 0, r2: 0, data: "heartbeats", steps: 1000, seeds: 4, first_seed: 0, hidden: 16,
               batch: 32, latent: [4, 2], average: 0.99};
const ADAM = {lr_generator: 3e-3, lr_discriminator: 3e-3, betas: [0, 0.99], eps: 1e-8,
              discriminator_steps: 1};
const ALONE = {...ADAM, lr_generator: 6e-3, lr_discriminator: 6e-3, betas: [0.9, 0.999]};
const LIVE = new Set([...Object.keys(ADAM), "steps"]);  // may change while it trains

// Least, most, and what it is; a number alone unless said.
const RANGES = {
  steps: [1, 1e6, "whole"], seeds: [1, 16, "whole"], first_seed: [0, 2 ** 31 - 1, "whole"],
  hidden: [1, 64, "whole"], batch: [1, 128, "whole"], discriminator_steps: [1, 20, "whole"],
  latent: [0, 16, "whole"], average: [0, 0.99999], r1: [0, 1e4], r2: [0, 1e4],
  lr_generator: [1e-9, 1], lr_discriminator: [1e-9, 1], betas: [0, 0.999999], eps: [1e-20, 1],
  real_label: [1e-6, 1], c: [1e-9, 1e4], weight: [1e-9, 1e4], gamma: [1e-9, 1e4],
};

/** The settings that a loss has unless told. */
function defaults(loss) {
  if (!Object.hasOwn(LOSSES, loss)) {
    throw new Error(`there is no loss '${loss}'; choose from ${Object.keys(LOSSES).join(", ")}`);
  }
  return {loss, ...LOSSES[loss].options, ...PLAIN, ...(LOSSES[loss].regress ? ALONE : ADAM)};
}

/** All settings from some; a one-line error where one is unknown or out of range. */
function complete(given = {}) {
  const plain = defaults(given.loss ?? GAME), settings = {...plain};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(plain, name)) {
      throw new Error(`loss '${plain.loss}' has no setting '${name}'; it has ` +
                      Object.keys(plain).join(", "));
    }
    const [least, most, whole] = RANGES[name] || [], wanted = plain[name];
    const fits = v => RANGES[name] ? typeof v === "number" && v >= least && v <= most &&
      (!whole || Number.isInteger(v)) : typeof v === typeof wanted;
    if (Array.isArray(wanted) ? !(Array.isArray(value) && value.length === wanted.length &&
                                  value.every(fits)) : !fits(value)) {
      const one = RANGES[name] ? `a ${whole ? "whole " : ""}number from ${least} to ${most}` :
        `a ${typeof wanted}`;
      throw new Error(`${name} is ${value}; it must be ` + (Array.isArray(wanted) ?
        `${wanted.length} numbers, each ${one}` : one));
    }
    settings[name] = Array.isArray(value) ? [...value] : value;
  }
  if (!(settings.latent[0] + settings.latent[1])) {
    throw new Error("latent is 0,0; the generator needs one channel of noise at least");
  }
  if (LOSSES[settings.loss].regress && (settings.r1 || settings.r2)) {
    throw new Error(`loss '${settings.loss}' has no discriminator to penalise; set r1 and r2 to 0`);
  }
  return settings;
}

/** The names of settings that are not the loss's own. */
function changed(settings) {
  const plain = defaults(settings.loss);
  return Object.keys(settings).filter(name => String(settings[name]) !== String(plain[name]));
}

/** The same settings for another loss: what was changed stays, as far as that loss has it. */
function withLoss(given, loss) {
  const settings = complete(given), next = defaults(loss);
  const kept = changed(settings).filter(name => Object.hasOwn(next, name) &&
    !(LOSSES[loss].regress && /^r[12]$/.test(name)));
  return complete({loss, ...Object.fromEntries(kept.map(name => [name, settings[name]]))});
}

/** The settings that are not the loss's own, as in "#loss=r3gan&gamma=1". */
function toFragment(given) {
  const settings = complete(given), told = ["loss", ...changed(settings)];
  return "#" + told.map(name => `${name}=${encodeURIComponent(settings[name])}`
    .replaceAll("%2C", ",")).join("&");
}

/** The settings that a fragment holds. */
function fromFragment(fragment) {
  const pairs = fragment.replace(/^#/, "").split("&").filter(Boolean).map(pair => {
    const [name, ...value] = pair.split("=");
    try {
      return [name, decodeURIComponent(value.join("="))];
    } catch {
      throw new Error(`the link is damaged at '${pair}'`);
    }
  });
  const texts = Object.fromEntries(pairs), plain = defaults(texts.loss ?? GAME);
  const number = text => text.trim() === "" ? NaN : Number(text);
  const parse = (like, text) => Array.isArray(like) ? text.split(",").map(number) :
    typeof like === "number" ? number(text) :
    typeof like === "boolean" ? {true: true, false: false}[text] : text;
  return complete(Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, parse(plain[name], text)])));
}

/** The call of the package that trains the same game. */
function toPython(given) {
  const s = complete(given), other = changed(s);
  const python = v => Array.isArray(v) ? `(${v.map(python).join(", ")})` :
    v === true ? "True" : v === false ? "False" : String(v);
  const options = other.filter(name => Object.hasOwn(LOSSES[s.loss].options || {}, name))
    .map(name => `, ${name}=${python(s[name])}`).join("");
  const adam = other.filter(name => Object.hasOwn(ADAM, name))
    .map(name => `"${name}": ${python(s[name])}`);
  const loss = (options || s.r1 || s.r2 ? `rt.loss("${s.loss}"${options})` : `"${s.loss}"`) +
    (s.r1 ? ` + rt.losses.R1(${s.r1})` : "") + (s.r2 ? ` + rt.losses.R2(${s.r2})` : "");
  const seeds = s.first_seed ? `range(${s.first_seed}, ${s.first_seed + s.seeds})` : s.seeds;
  return `rt.train(train, ${loss}, steps=${s.steps}, seeds=${seeds}, hidden=${s.hidden}, ` +
    `batch=${s.batch}, latent=rt.Latent${python(s.latent)}, average=${s.average || "None"}` +
    (adam.length ? `, adam={${adam.join(", ")}})` : ")");
}

return {LIVE, RANGES, defaults, complete, withLoss, toFragment, fromFragment, toPython};
});
