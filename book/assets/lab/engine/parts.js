/* A recurrent GAN that trains in the page: the package's networks, losses, penalties and Adam.
 *
 * Its parts are functions of those before them, put together here, and out of their own text in a
 * worker. Names and settings are those of rt.train; so are the layouts: time comes first and the
 * batch last, a batch is padded with columns of zeros to a multiple of four. Everything is float64,
 * which V8 is fastest with.
 */
"use strict";

{
  const parts = [], lab = globalThis.RNNGAN = {
    part(make) {
      parts.push(make);
      Object.assign(lab, make(lab));
    },

    /** An expression that makes it all again, for a worker that has no file of its own. */
    get source() {
      return `[${parts}].reduce((lab, make) => Object.assign(lab, make(lab)), {})`;
    },
  };
}
