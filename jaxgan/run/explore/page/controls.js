"use strict";
// The controls, and the loop that shows what they choose.
(() => {
  const { card, choice, chosen } = explorer, make = explorer.generator, { layers } = make;
  const at = id => document.getElementById(id), THUMBS = 12;
  const button = (text, label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const option = (text, value) => new Option(text, value);
  let begin = 0, dirty = false, busy = false, shown = null, took = 0, seen = "", meanOf = null, later = 0;

  // One picture at a time, of the newest choice.
  const update = () => {
    dirty = true;
    if (!busy) loop();
  };
  const loop = async () => {
    busy = true;
    while (dirty) {
      dirty = false;
      const started = performance.now(), options = chosen.options();
      try {
        const point = await chosen.point();
        const [value] = await make.render([point]);
        make.paint(at("picture"), value);
        took = performance.now() - started;
        shown = { ...point, value, options };
        tell();
        if (!dirty) await beside();
      } catch (error) { at("told").textContent = String(error); }
      await new Promise(requestAnimationFrame);
    }
    busy = false;
  };
  const settled = async () => { while (busy || dirty || later) await new Promise(done => setTimeout(done, 5)); };

  const tell = () => {
    const parts = [choice.projected === null ? `Seed ${choice.seed}, sample ${choice.index}`
      : `Projected: ${card.projected.names[choice.projected]}`];
    if (card.classes.length) parts.push(`class ${card.classes[shown.label]}`);
    if (chosen.changed()) parts.push("changed");
    const said = parts.join(" · ");
    if (at("told").textContent !== said) at("told").textContent = said; // it is read aloud
    // The first picture waits for its networks, which are loaded for it.
    at("took").textContent = explorer.ready ? `· ${took < 1 ? "<1" : Math.round(took)} ms` : "";
    at("undo").disabled = !chosen.changed();
    read();
    clearTimeout(later);
    later = setTimeout(rest, 120);
  };
  // What follows when nothing has moved for a moment: browsers refuse an address that
  // changes with every move.
  const rest = () => {
    later = 0;
    const text = chosen.written();
    history.replaceState(null, "", text ? `#${text}` : location.pathname);
    at("command").textContent = `${chosen.command()}\njaxgan explore RUN --step ${card.step} --open`;
    near();
  };

  // Samples of the seed, the other sample, and the mean: when they change.
  const beside = async () => {
    const now = [choice.seed, choice.label, choice.amount, choice.cutoff, begin, choice.other].join(" ");
    if (now !== seen) {
      const points = [];
      for (let k = 0; k < THUMBS; k++) points.push(await chosen.sample(begin + k));
      if (card.layered) points.push(await chosen.sample(choice.other));
      const values = await make.render(points);
      values.slice(0, THUMBS).forEach((value, k) => make.paint(at("thumbs").children[k].firstChild, value));
      if (card.layered) make.paint(at("other-picture"), values[THUMBS]);
      seen = now;
    }
    const conditions = `${choice.label} ${choice.label === null ? [choice.seed, choice.index] : ""}`;
    if (card.truncation && conditions !== meanOf && (meanOf === null || card.classes.length)) {
      const [value] = await make.render([await chosen.mean()]);
      make.paint(at("mean"), value);
      meanOf = conditions;
    }
  };
  const near = () => {
    const found = shown && explorer.nearest.find(shown.value);
    if (!found) return;
    at("near").hidden = false;
    explorer.nearest.paint(at("near-picture"), found.place);
    at("near-told").textContent = `Nearest of ${card.training.count.toLocaleString("en")} training pictures: pixels differ by ${found.distance.toFixed(0)} of 255`;
  };

  // Controls as they are chosen.
  const read = () => {
    if (document.activeElement !== at("seed")) at("seed").value = choice.seed;
    [...at("thumbs").children].forEach((one, k) => {
      one.setAttribute("aria-pressed", begin + k === choice.index && choice.projected === null);
      one.setAttribute("aria-label", `Sample ${begin + k}`);
    });
    at("span").textContent = `${begin} to ${begin + THUMBS - 1}`;
    at("label").value = choice.label ?? "";
    at("start").value = choice.projected ?? "";
    at("amount").value = choice.amount ?? at("amount").max;
    tells("amount", choice.amount === null ? "none" : choice.amount.toFixed(2));
    at("cutoff").value = choice.cutoff;
    tells("cutoff", choice.cutoff === layers ? "all" : String(choice.cutoff));
    [...at("layers").children].forEach((one, k) => one.setAttribute("aria-pressed", choice.mixed.includes(k)));
    if (document.activeElement !== at("other")) at("other").value = choice.other;
    for (const one of at("methods").children) one.setAttribute("aria-pressed", one.dataset.method === choice.method);
    [at("first").value, at("last").value] = [choice.first, choice.last];
    choice.amounts.forEach((amount, k) => {
      const [, slider, told] = at("sliders").children[k].children;
      slider.value = amount;
      told.value = amount ? `${amount > 0 ? "+" : "−"}${Math.abs(amount).toFixed(1)}` : "0";
    });
    explorer.bars.draw();
  };

  // What a slider stands for, beside it and for those who hear it.
  const tells = (id, text) => {
    at(`${id}-told`).value = text;
    at(id).setAttribute("aria-valuetext", text);
  };

  const number = (id, most, act) => at(id).addEventListener("input", () => {
    const text = at(id).value.trim();
    if (/^\d+$/.test(text) && BigInt(text) <= most) act(String(BigInt(text)));
  });
  const go = index => {
    Object.assign(choice, { index, edits: {}, projected: null });
    update();
  };
  const reseed = seed => {
    Object.assign(choice, { seed, edits: {}, projected: null });
    update();
  };
  const page = by => {
    begin = Math.max(0, begin + by);
    go(begin);
  };
  const turn = () => { begin = Math.floor(choice.index / THUMBS) * THUMBS; };
  const setUpSamples = () => {
    for (let k = 0; k < THUMBS; k++) {
      const one = button("", `Sample ${k}`, () => go(begin + k));
      one.append(document.createElement("canvas"));
      at("thumbs").append(one);
    }
    turn();
    number("seed", (1n << 64n) - 1n, reseed);
    at("roll").addEventListener("click", () => reseed(String(crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000)));
    at("earlier").addEventListener("click", () => page(-THUMBS));
    at("later").addEventListener("click", () => page(THUMBS));
    at("classes").hidden = !card.classes.length;
    at("label").add(option("any, as drawn", ""));
    card.classes.forEach((name, k) => at("label").add(option(name, k)));
    at("label").addEventListener("change", () => {
      choice.label = at("label").value === "" ? null : Number(at("label").value);
      update();
    });
    at("projected").hidden = !card.projected;
    at("start").add(option("none: a sample", ""));
    (card.projected?.names ?? []).forEach((name, k) => at("start").add(option(name, k)));
    at("start").addEventListener("change", () => {
      choice.projected = at("start").value === "" ? null : Number(at("start").value);
      choice.edits = {};
      update();
    });
  };

  const setUpTruncation = () => {
    const share = card.truncation === "share";
    at("truncation").hidden = !card.truncation;
    Object.assign(at("amount"), share ? { min: 0, max: 1.2, step: 0.01 } : { min: 0, max: 3, step: 0.02 });
    at("amount-name").textContent = share ? "ψ, the share of the way from the mean" : "Numbers beyond this are brought within";
    at("amount-note").textContent = share ? "The mean style, at 0: less of the way, less variety, fewer mistakes."
      : "All numbers 0, at 0: nearer to it, less variety, fewer mistakes.";
    at("amount").addEventListener("input", () => {
      const amount = Number(at("amount").value);
      choice.amount = !share && amount === Number(at("amount").max) ? null : amount;
      update();
    });
    at("cutoff-part").hidden = !(share && layers > 1);
    at("cutoff").max = layers;
    at("cutoff").addEventListener("input", () => { choice.cutoff = Number(at("cutoff").value); update(); });
  };

  const setUpMixing = () => {
    at("mixing").hidden = !card.layered;
    const toggle = (chosen, on) => {
      const left = choice.mixed.filter(k => !chosen.includes(k));
      choice.mixed = on ? [...left, ...chosen].sort((a, b) => a - b) : left;
      update();
    };
    for (let k = 0; k < layers; k++)
      at("layers").append(button(k, `Layer ${k}`, () => toggle([k], !choice.mixed.includes(k))));
    ["coarse", "middle", "fine"].forEach((name, part) => {
      const [first, end] = [part, part + 1].map(x => Math.ceil((x * layers) / 3));
      const span = Array.from({ length: end - first }, (_, k) => first + k);
      at("thirds").append(button(name, `The ${name} layers`, () => toggle(span, !span.every(k => choice.mixed.includes(k)))));
    });
    number("other", 2n ** 31n - 1n, text => { choice.other = Number(text); update(); });
  };

  const ABOUT = {
    sefa: "SeFa: directions to which the first weights answer most.",
    ganspace: "GANSpace: the principal components of many latents.",
  };
  const setUpDirections = () => {
    const names = Object.keys(make.ways);
    at("directions").hidden = !names.length;
    for (const name of names) {
      const one = button({ sefa: "SeFa", ganspace: "GANSpace" }[name], "", () => {
        Object.assign(choice, { method: name, amounts: choice.amounts.map(() => 0) });
        at("method-note").textContent = `${ABOUT[name]} In standard deviations.`;
        update();
      });
      one.dataset.method = name;
      at("methods").append(one);
    }
    at("method-note").textContent = `${ABOUT[choice.method] ?? ""} In standard deviations.`;
    at("span-part").hidden = layers < 2;
    for (const id of ["first", "last"]) {
      for (let k = 0; k < layers; k++) at(id).add(option(k, k));
      at(id).addEventListener("change", () => {
        choice[id] = Number(at(id).value);
        choice[id === "first" ? "last" : "first"] = (id === "first" ? Math.max : Math.min)(choice.first, choice.last);
        update();
      });
    }
    choice.amounts.forEach((_, k) => {
      const row = document.createElement("div"), slider = document.createElement("input");
      const name = document.createElement("span"), told = document.createElement("output");
      row.className = "slide";
      name.textContent = k + 1;
      Object.assign(slider, { type: "range", min: -4, max: 4, step: 0.1 });
      slider.setAttribute("aria-label", `Direction ${k + 1}`);
      slider.addEventListener("input", () => { choice.amounts[k] = Number(slider.value); update(); });
      slider.addEventListener("dblclick", () => { choice.amounts[k] = 0; update(); });
      row.append(name, slider, told);
      at("sliders").append(row);
    });
  };

  const setUpKeeping = () => {
    for (const times of [1, 2, 4, 8, 16]) if (times * make.width <= 2048 || times === 1)
      at("times").add(option(`${times * make.width} × ${times * make.height}`, times));
    const usual = [...at("times").options].map(one => Number(one.value)).find(times => times * make.width >= 256);
    at("times").value = usual ?? 1;
    at("save").addEventListener("click", async () => {
      if (!shown) return;
      const { value, options, projected } = shown;
      const canvas = explorer.files.enlarged(make.pixels(value), Number(at("times").value));
      const file = await explorer.files.png(canvas, options, projected !== null);
      explorer.files.save(file, `${card.experiment}_seed_${options.latent.seed}_sample_${options.index}.png`);
    });
    at("undo").addEventListener("click", () => { chosen.reset(); update(); });
  };
  explorer.controls = {
    button, tells, update, settled, turn, shown: () => shown, took: () => took, near,
    setUp: () => [setUpSamples, setUpTruncation, setUpMixing, setUpDirections, setUpKeeping].forEach(act => act()),
  };
})();
