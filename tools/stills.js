// Draw blocks without a page: reads [{scripts, name, options}] and writes [svg]. See stills.py.
"use strict";
const path = require("node:path");

const [assets] = process.argv.slice(2);
const wanted = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const WIDTH = 640;

async function drawn({scripts, name, options}) {
  for (const script of scripts) require(path.resolve(assets, script));
  const live = globalThis.RNNGAN_LIVE, block = live.blocks[name];
  live.fetch = async file => require(path.resolve(assets, file));
  await block.load?.(options);
  return block.picture(block.start(options), WIDTH).svg;
}

(async () => {
  const made = [];
  for (const one of wanted) made.push(await drawn(one));
  process.stdout.write(JSON.stringify(made));
})();
