/* Earlier runs, small, to compare with: each leads back to its settings. */
(function (scope) {
"use strict";

const {make, look, drawSeries, strongOf, brief} = scope.RNNGAN;

const PLACES = 4;

class Shelf {
  /** `back(settings)` is called when a reader wants an earlier run's settings again. */
  constructor(back) {
    this.back = back;
    this.kept = [];
    this.row = make("div", {className: "lab-shelf"});
    this.box = make("section", {hidden: true, ariaLabel: "earlier runs"},
                    make("p", {className: "lab-note"}, "Earlier runs"), this.row);
  }

  /** Put a run that ends in front, and drop the oldest. */
  keep({data, settings, seeds, facts, steps}) {
    const pictures = seeds.map(() => make("canvas", {ariaHidden: "true"}));
    const words = brief({data, seeds, facts});
    const press = make("button", {type: "button", title: "its settings again",
                                  onclick: () => this.back(settings)}, settings.loss);
    const figure = make("figure", {className: "lab-kept"}, make("div", {}, ...pictures),
                        make("figcaption", {}, press, make("span", {}, `step ${steps}`),
                             make("span", {}, words)));
    this.kept.unshift({data, pictures, figure,
                       seen: seeds.map(({series, kinds}) => ({values: series, kinds}))});
    this.kept.length = Math.min(this.kept.length, PLACES);
    this.row.replaceChildren(...this.kept.map(one => one.figure));
    this.box.hidden = false;
    this.draw();
  }

  draw() {
    if (this.box.hidden) return;
    const style = look(this.row);
    for (const {data: {length, features, ...data}, pictures, seen} of this.kept) {
      pictures.forEach((canvas, i) => drawSeries(canvas, style, {
        ...seen[i], length, features, strong: strongOf(data), colour: "fake"}));
    }
  }
}

Object.assign(scope.RNNGAN, {Shelf});
})(self);
