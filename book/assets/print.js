// A chapter is printed complete: nothing folded but the code of plots and claims, and the solutions
// of its exercises at the end, away from the questions. Afterwards all is as it was.
"use strict";

(() => {
  const undo = [];

  function prepare() {
    const article = document.querySelector("article.bd-article");
    if (!article || undo.length) return;
    for (const details of article.querySelectorAll("details:not(.hide, [open])")) {
      details.open = true;
      undo.push(() => { details.open = false; });
    }
    const solutions = [...article.querySelectorAll(".solution")];
    if (!solutions.length) return;
    const end = document.createElement("section"), heading = document.createElement("h2");
    heading.textContent = "Solutions";
    end.append(heading);
    for (const solution of solutions) {
      const place = document.createComment("");
      solution.replaceWith(place);
      end.append(solution);
      undo.push(() => place.replaceWith(solution));
    }
    article.append(end);
    undo.push(() => end.remove());
  }

  function restore() {
    while (undo.length) undo.shift()();
  }

  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
})();
