// The laboratory's scripts in node, as a page has them: require("./lab_node.js")(folder).
const {join} = require("node:path");

const PARTS = ["parts", "numbers", "networks", "losses", "settings", "game", "trainer", "scores",
               "series"];

module.exports = folder => {
  for (const name of PARTS) require(join(folder, "engine", `${name}.js`));
  for (const name of ["worker", "data", "words", "run"]) require(join(folder, `${name}.js`));
  return globalThis.RNNGAN;
};
