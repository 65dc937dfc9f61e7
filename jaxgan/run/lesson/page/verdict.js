"use strict";
// The diagnosis in words, below the live game.
(() => {
  const at = id => document.getElementById(id);
  const AGAIN = 3000; // milliseconds, before figures of the same findings are new
  let told = 0, heard = null;

  const said = words => {
    const made = document.createElement("p");
    made.textContent = words;
    return made;
  };
  const advised = name => {
    const list = document.createElement("ul");
    for (const advice of lesson.card.advice[name] || []) {
      const item = document.createElement("li");
      item.textContent = advice.replaceAll("`", "");
      list.append(item);
    }
    return list;
  };

  // Of `lesson.diagnosis.diagnose`, or null: nothing was measured yet.
  lesson.tell = verdict => {
    at("verdict").hidden = !verdict;
    if (!verdict) { heard = null; return; }
    const { findings, early } = verdict;
    const names = findings.map(one => one.name).join(", ") || (early ? "too early to tell" : "healthy");
    const now = performance.now();
    if (names === heard && now - told < AGAIN) return;
    // It is read aloud when another thing is found, not with every figure.
    if (names !== heard) at("diagnosis").textContent = `Diagnosis: ${names}.`;
    [heard, told] = [names, now];
    at("verdict").dataset.mood = findings.length ? "ill" : early ? "" : "well";
    at("evidence").replaceChildren(...findings.flatMap(({ name, evidence }) =>
      [said(`${name[0].toUpperCase()}${name.slice(1)}: ${evidence}.`), advised(name)]));
    if (!findings.length && !early) at("evidence").append(said("None of the library's rules finds anything wrong."));
  };
})();
