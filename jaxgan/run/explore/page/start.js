"use strict";
// The page begins: facts, the runtime, the first picture.
(() => {
  const { card, chosen, controls } = explorer, at = id => document.getElementById(id);
  at("name").textContent = card.experiment;
  document.title = `${card.experiment} · explorer`;
  at("version").textContent = card.version;
  at("engine").textContent = `Networks are run by ${card.engine}.`;
  at("silent").hidden = card.record !== null;
  at("saying").hidden = card.record === null;
  at("to-walk").hidden = !card.walk;
  const [height, width, channels] = card.shape;
  const facts = {
    experiment: card.experiment, run: card.run, step: card.step.toLocaleString("en"),
    pictures: `${width} × ${height}, ${channels === 1 ? "gray" : "coloured"}`,
    classes: card.classes.length || "none",
    latent: card.kind === "style" ? `styles w, ${card.code?.[0]} layers of ${card.code?.[1]}` : `noise z, ${card.code?.[1] ?? "?"} numbers`,
  };
  for (const [name, value] of Object.entries(facts)) {
    const both = document.createElement("div");
    for (const [kind, text] of [["dt", name], ["dd", value]]) {
      const one = document.createElement(kind);
      one.textContent = text;
      both.append(one);
    }
    at("counts").append(both);
  }
  const { training } = card, many = x => x.toLocaleString("en");
  at("training-note").textContent = training.missing
    ? `Nearest training pictures are not shown: ${training.missing}.`
    : `The nearest training picture is looked for among ${many(training.count)} of ${many(training.total)}, by the root of the mean square difference of pixels${training.square > 1 ? `, each the mean over ${training.square} × ${training.square}` : ""}. 0 would be a copy. Near pixels are no proof of one, nor far pixels of none.`;
  const still = why => {
    at("told").textContent = why;
    const image = document.createElement("img");
    image.src = "preview.png";
    image.alt = "Samples of seed 0";
    const shown = document.createElement("figure");
    shown.className = "still";
    shown.append(image);
    at("controls").replaceChildren(shown);
    for (const id of ["picture", "keep", "walk", "to-walk"]) at(id).hidden = true;
  };
  const begin = async () => {
    if (location.protocol === "file:") {
      still("Browsers run no networks from a disk. Run jaxgan explore RUN --open, or python -m http.server in this folder, and open the address that it names. These are samples of seed 0.");
      return;
    }
    try {
      await engine.prepare(card.runtime);
      chosen.read(location.hash.slice(1));
      controls.setUp();
      explorer.walk.setUp();
      controls.update();
      await controls.settled();
      await explorer.nearest.load();
      controls.near();
      explorer.ready = true;
    } catch (error) { still(`The generator could not be started: ${error.message}`); }
  };
  // A link to a part of this page is no choice.
  window.addEventListener("hashchange", () => {
    const text = location.hash.slice(1);
    if (at(text) || !explorer.ready) return;
    chosen.read(text);
    controls.turn();
    controls.update();
  });
  window.addEventListener("resize", () => explorer.bars.draw());
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => explorer.bars.draw());
  begin();
})();
