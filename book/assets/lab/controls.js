/* The form of settings: fields made from what the engine knows of them. */
(function (scope) {
"use strict";

const {LOSSES, RANGES, LOSS_NAMES, DATA_NAMES, FIELDS, MAIN, MORE, MOST_SEEDS, DRAWN, make,
       complete, withLoss} = scope.RNNGAN;

const LEAST_RATE = 1e-5, MOST_RATE = 0.1;  // of a slider; the field beside it takes others
const dataKind = name => name.startsWith(DRAWN) ? "drawn" : name;

const choice = groups => make("select", {}, ...Object.entries(groups).map(([name, inside]) =>
  typeof inside === "string" ? make("option", {value: name}, inside) :
    make("optgroup", {label: name}, ...choice(inside).children)));

const labelled = (text, ...fields) => make("label", {}, make("span", {}, text), ...fields);

class Controls {
  /** `changed(settings)` hears of new settings, `refused(message)` why others will not do. */
  constructor(settings, {changed, refused, picked}) {
    Object.assign(this, {settings, changed, refused, picked, fields: {}});
    this.loss = choice(LOSS_NAMES);
    this.data = choice(DATA_NAMES);
    this.options = make("div", {className: "lab-fields"});
    const fields = names => make("div", {className: "lab-fields"},
                                 ...names.map(name => this.field(name)));
    const more = make("details", {}, make("summary", {}, "More settings"), fields(MORE));
    this.choices = make("div", {className: "lab-choices"}, labelled("loss", this.loss),
                        labelled("data", this.data));
    this.form = make("form", {className: "lab-form", onsubmit: () => false}, this.options,
                     fields(MAIN), more);
    this.loss.onchange = () => this.take(() => withLoss(this.settings, this.loss.value));
    this.data.onchange = () => this.picked(this.data.value);
    this.write(settings);
  }

  /** The labelled field or fields of a setting. */
  field(name) {
    const [label, step] = FIELDS[name], labels = [label].flat();
    const [least, most] = RANGES[name] || [];
    // A field's steps count from its least value, so only whole numbers are given one.
    const inputs = labels.map(text => make("input", step === undefined ? {type: "checkbox"} : {
      type: "number", min: step === 1 ? least : "", max: name === "seeds" ? MOST_SEEDS : most, step,
      inputMode: step === 1 ? "numeric" : "decimal", ariaLabel: text, name}));
    this.fields[name] = inputs;
    const box = make("div", {className: "lab-field"},
                     ...labels.map((text, i) => labelled(text, inputs[i])));
    if (name.startsWith("lr_")) box.append(this.slider(name, inputs[0], label));
    inputs.forEach(input => input.onchange = () => this.take(() => this.with(name)));
    return box;
  }

  /** A slider of a learning rate, beside its field: every tenth of a power of ten. */
  slider(name, input, label) {
    const slider = make("input", {
      type: "range", min: Math.log10(LEAST_RATE), max: Math.log10(MOST_RATE), step: 0.05,
      ariaLabel: `${label}, slider`});
    slider.oninput = () => {
      input.value = +(10 ** slider.value).toPrecision(2);
      slider.ariaValueText = input.value;
      this.take(() => this.with(name));
    };
    input.slider = slider;
    return slider;
  }

  /** The settings, with what stands in one setting's fields. */
  with(name) {
    const values = this.fields[name].map(input => input.type === "checkbox" ? input.checked :
      input.value.trim() === "" ? NaN : Number(input.value));
    const value = values.length > 1 ? values : values[0];
    if (name === "seeds" && value > MOST_SEEDS) {
      throw new Error(`seeds is ${value}; the page has room for ${MOST_SEEDS}`);
    }
    return complete({...this.settings, [name]: value});
  }

  take(read) {
    try {
      this.changed(read());
    } catch (error) {
      this.write(this.settings);  // what stands there is what holds
      this.refused(error.message);
    }
  }

  /** Show these settings. */
  write(settings) {
    const own = Object.keys(LOSSES[settings.loss].options || {});
    if (settings.loss !== this.shown) {
      this.options.replaceChildren(...own.map(name => this.field(name)));
      this.shown = settings.loss;
    }
    this.settings = settings;
    this.loss.value = settings.loss;
    this.data.value = dataKind(settings.data);
    const alone = Boolean(LOSSES[settings.loss].regress);
    for (const name of [...MAIN, ...MORE, ...own]) {
      [settings[name]].flat().forEach((value, i) => {
        const input = this.fields[name][i];
        if (input.type === "checkbox") input.checked = value;
        else if (Number(input.value) !== value || input.value === "") input.value = value;
        // Without a discriminator there is nothing for these to set.
        input.disabled = alone && /^(r[12]|lr_discriminator|discriminator_steps)$/.test(name);
        if (!input.slider) return;
        input.slider.disabled = input.disabled;
        input.slider.value = Math.log10(value);
      });
    }
  }
}

Object.assign(scope.RNNGAN, {Controls, dataKind});
})(self);
