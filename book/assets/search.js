// The search page: sections of the book that answer best come first.
//
// A section is scored by BM25 over its words, those of its heading and its page's title counted
// several times; words are compared by their stems, the last one also as the beginning of a word.
"use strict";

const COMMON = new Set(("a an and are as at be by can do does for from how i if in is it me my of "
  + "on or should that the their there this to use using was we what when where which who why "
  + "will with you your").split(" "));
const WEIGHTS = { heading: 4, page: 2, keywords: 6 };
const SHOWN = 30, PER_PAGE = 3;

const plainly = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f\u00ad]/g, "");
const split = (text) => plainly(text).match(/[a-z0-9]+(?:_[a-z0-9]+)*/g) || [];

// A crude stem: enough that "losses" finds "loss" and "collapsed" finds "collapse".
function stem(word) {
  if (word.length < 4) return word;
  return word.replace(/(sses)$/, "ss").replace(/ies$/, "y").replace(/([^su])s$/, "$1")
    .replace(/(ing|ed|e)$/, (end) => (word.length - end.length > 3 ? "" : end));
}

// "WGAN-GP", "wgan_gp" and "wgan gp" are the same two words.
const apart = (text) => split(text).flatMap((word) => word.split("_"));
const stems = (text) => apart(text).map(stem);

// The stems of a query without its small words, unless there is nothing else.
function telling(query) {
  const rare = apart(query).filter((word) => !COMMON.has(word));
  return [...new Set((rare.length ? rare : apart(query)).map(stem))];
}

function prepare(book) {
  const sections = [], where = new Map();
  let length = 0;
  for (const [page, parts] of book) {
    for (const [address, heading, text, keywords] of parts) {
      const counts = new Map();
      const add = (words, weight) => {
        for (const word of words) counts.set(word, (counts.get(word) || 0) + weight);
      };
      const body = stems(text);
      add(body, 1);
      add(stems(heading), WEIGHTS.heading);
      add(stems(page), WEIGHTS.page);
      add(stems(keywords), WEIGHTS.keywords);
      for (const word of counts.keys()) {
        if (!where.has(word)) where.set(word, []);
        where.get(word).push(sections.length);
      }
      length += body.length;
      sections.push({
        page, address, heading, text, counts, length: body.length,
        names: plainly(`${heading} ${page} ${keywords}`), whole: plainly(text),
      });
    }
  }
  return { sections, where, mean: length / sections.length };
}

function search({ sections, where, mean }, query) {
  const wanted = telling(query);
  const scores = new Map();
  const matched = new Map();
  for (const word of wanted) {
    // Also as the beginning of a word, for less.
    const forms = where.has(word) || word.length < 3 ? [[word, 1]]
      : [...where.keys()].filter((other) => other.startsWith(word)).map((other) => [other, 0.5]);
    const best = new Map();
    for (const [form, worth] of forms) {
      const places = where.get(form) || [];
      const rarity = Math.log(1 + (sections.length - places.length + 0.5) / (places.length + 0.5));
      for (const i of places) {
        const count = sections[i].counts.get(form);
        const long = 0.5 + 0.5 * sections[i].length / mean;
        best.set(i, Math.max(best.get(i) || 0, worth * rarity * count * 2.2 / (count + 1.2 * long)));
      }
    }
    for (const [i, score] of best) {
      scores.set(i, (scores.get(i) || 0) + score);
      matched.set(i, (matched.get(i) || 0) + 1);
    }
  }
  const phrase = plainly(query).trim();
  const found = [...scores].map(([i, score]) => {
    const section = sections[i];
    const share = matched.get(i) / wanted.length;
    let worth = score * share * share;
    if (section.names.includes(phrase)) worth *= 2;
    else if (phrase.includes(" ") && section.whole.includes(phrase)) worth *= 1.5;
    return { section, score: worth };
  });
  return found.sort((a, b) => b.score - a.score);
}

// The best few sections of each page, best first.
function choose(found) {
  const taken = new Map();
  return found.filter(({ section }) => {
    const count = taken.get(section.page) || 0;
    taken.set(section.page, count + 1);
    return count < PER_PAGE;
  }).slice(0, SHOWN);
}

// The part of a text where most of the words stand, with the words marked.
function excerpt(text, query, length = 200) {
  const wanted = new Set(telling(query));
  const words = text.split(" ");
  const hit = words.map((word) => stems(word).some((part) => wanted.has(part)));
  const span = 32;
  let best = 0, most = -1, inside = 0;
  for (let i = 0; i < words.length; i++) {
    inside += hit[i] - (hit[i - span] || 0);
    if (inside > most) [most, best] = [inside, Math.max(0, i - span + 1)];
  }
  const first = best + Math.max(0, hit.slice(best, best + span).indexOf(true) - 6);
  const shown = document.createElement("p");
  if (first > 0) shown.append("… ");
  let written = 0;
  for (let i = first; i < words.length && written < length; i++) {
    const word = hit[i] ? document.createElement("mark") : document.createTextNode("");
    word.textContent = words[i];
    shown.append(word, " ");
    written += words[i].length + 1;
  }
  if (written >= length) shown.append("…");
  return shown;
}

function show(results, query, list, count) {
  list.replaceChildren(...results.map(({ section }) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = section.address;
    link.textContent = section.heading;
    const page = document.createElement("span");
    page.textContent = section.page.endsWith(section.heading) ? "" : ` in ${section.page}`;
    item.append(link, page, excerpt(section.text, query));
    return item;
  }));
  count.textContent = results.length
    ? `${results.length} section${results.length > 1 ? "s" : ""} for “${query}”`
    : `Nothing for “${query}”. Try fewer words, or the glossary.`;
}

if (typeof document !== "undefined") {
  document.addEventListener("DOMContentLoaded", () => {
    const query = new URLSearchParams(location.search).get("q") || "";
    const list = document.getElementById("search-results");
    for (const field of document.querySelectorAll("input[name=q]")) field.value = query;
    document.querySelector(".bd-search-container input[name=q]").focus();
    if (query.trim()) {
      show(choose(search(prepare(SECTIONS), query)), query, list,
        document.getElementById("search-count"));
    }
  });
} else {
  module.exports = { prepare, search, choose };
}
