"use strict";
// What is chosen: it makes the picture, and stands in the page's address.
(() => {
  const card = explorer.card, make = explorer.generator, { layers } = make;
  const methods = Object.keys(make.ways);
  const none = () => Array.from({ length: make.ways[methods[0]]?.length ?? 0 }, () => 0);
  const first = () => ({
    seed: "0", index: 0, label: null, projected: null,
    amount: card.truncation === "share" ? 1 : null, cutoff: layers,
    edits: {}, method: methods[0] ?? "", amounts: none(), first: 0, last: layers - 1,
    other: 1, mixed: [],
  });
  const choice = first();

  // As text: only what differs from the beginning.
  const written = () => {
    const usual = first(), parts = new URLSearchParams();
    for (const [name, value] of Object.entries(choice)) {
      if (name === "edits") {
        const all = Object.entries(value).map(([at, x]) => `${at}:${x}`);
        if (all.length) parts.set("edits", all.join("_"));
      } else if (String(value) !== String(usual[name])) parts.set(name, [value].flat().join("_"));
    }
    return parts.toString();
  };
  const read = text => {
    const whole = (x, most) => Math.min(most, Math.max(0, Math.floor(Number(x)) || 0));
    const parts = new URLSearchParams(text), has = name => parts.has(name);
    const number = name => Number(parts.get(name)) || 0;
    Object.assign(choice, first());
    if (/^\d{1,20}$/.test(parts.get("seed")) && BigInt(parts.get("seed")) < 1n << 64n) choice.seed = parts.get("seed");
    for (const name of ["index", "other"]) if (has(name)) choice[name] = whole(parts.get(name), 2 ** 31 - 1);
    if (has("label") && card.classes.length) choice.label = whole(parts.get("label"), card.classes.length - 1);
    if (has("projected") && card.projected) choice.projected = whole(parts.get("projected"), card.projected.names.length - 1);
    if (has("amount") && card.truncation) choice.amount = Math.min(3, Math.max(0, number("amount")));
    if (has("cutoff")) choice.cutoff = whole(parts.get("cutoff"), layers);
    for (const name of ["first", "last"]) if (has(name)) choice[name] = whole(parts.get(name), layers - 1);
    if (methods.includes(parts.get("method"))) choice.method = parts.get("method");
    const told = parts.get("amounts")?.split("_") ?? [];
    choice.amounts = choice.amounts.map((_, k) => Number(told[k]) || 0);
    if (card.layered && has("mixed")) choice.mixed = parts.get("mixed").split("_").map(x => whole(x, layers - 1));
    for (const one of parts.get("edits")?.split("_") ?? []) {
      const [at, x] = one.split(":").map(Number);
      if (Number.isInteger(at) && at >= 0 && Number.isFinite(x)) choice.edits[at] = x;
    }
  };

  const samples = new Map(); // drawn, by seed, index and class
  const drawn = async (seed, index, label) => {
    const name = `${seed} ${index} ${label}`;
    if (!samples.has(name)) {
      if (samples.size > 500) samples.clear();
      samples.set(name, await make.draw(seed, index, label));
    }
    return samples.get(name);
  };

  const size = make.layers * make.numbers, kept = new Map();
  const codesOf = async (one, name) => {
    if (!kept.has(name)) {
      if (kept.size > 200) kept.clear();
      kept.set(name, await make.codes(one));
    }
    return kept.get(name);
  };

  // The latent that all begins with: drawn, edited, or projected.
  const latent = async () => {
    const one = { ...await drawn(choice.seed, choice.index, choice.label) };
    if (choice.projected !== null) {
      const code = explorer.floats(card.projected.codes)
        .slice(choice.projected * size, (choice.projected + 1) * size);
      if (make.styled) one.w = code; else one.z = code;
    }
    const edits = Object.entries(choice.edits);
    if (edits.length && !(make.styled && one.w)) {
      one.z = Float32Array.from(one.z);
      for (const [at, x] of edits) if (at < one.z.length) one.z[at] = x;
    }
    return one;
  };

  // All that a picture is made of: {code, keys, label, projected}.
  const point = async () => {
    const one = await latent();
    const name = [choice.seed, choice.index, choice.label, choice.projected, JSON.stringify(choice.edits)].join(" ");
    let code = await make.truncate(await codesOf(one, name), choice.amount, choice.cutoff);
    if (choice.mixed.length) {
      const other = await drawn(choice.seed, choice.other, choice.label);
      const codes = await codesOf(other, `${choice.seed} ${choice.other} ${choice.label}`);
      code = make.mix(code, await make.truncate(codes, choice.amount, choice.cutoff), new Set(choice.mixed));
    }
    if (choice.amounts.some(Boolean)) code = make.move(code, choice.method, choice.amounts, choice.first, choice.last);
    return { code, keys: one.keys, label: one.label, projected: choice.projected };
  };
  // Plain samples of the seed, as truncated as the picture is.
  const sample = async index => {
    const one = await drawn(choice.seed, index, choice.label);
    const codes = await codesOf(one, `${choice.seed} ${index} ${choice.label}`);
    const code = await make.truncate(codes, choice.amount, choice.cutoff);
    return { code, keys: one.keys, label: one.label, projected: null };
  };
  const mean = async () => {
    const one = await latent();
    const codes = await make.codes(one);
    const code = await make.truncate(codes, 0, layers);
    return { code, keys: one.keys, label: one.label, projected: null };
  };
  const reset = () => Object.assign(choice, { ...first(), seed: choice.seed, index: choice.index, label: choice.label });
  const changed = () => Object.keys(choice.edits).length > 0 || choice.mixed.length > 0
    || choice.amounts.some(Boolean) || choice.projected !== null || choice.amount !== first().amount || choice.cutoff !== layers;

  // What saved files say: the options of `jaxgan sample`, and the page's own. A seed that
  // numbers of JavaScript cannot hold is text.
  const options = () => ({
    latent: {
      seed: Number.isSafeInteger(Number(choice.seed)) ? Number(choice.seed) : choice.seed,
      label: choice.label === null ? null : card.classes[choice.label],
    },
    index: choice.index, truncation: choice.amount, page: written(),
  });
  // The command that makes what is plain of it: the sample of the seed, as truncated.
  const command = () => {
    const words = ["jaxgan sample RUN", `--step ${card.step}`, `--seed ${choice.seed}`, `--num ${choice.index + 1}`];
    if (choice.label !== null) words.push(`--label ${JSON.stringify(card.classes[choice.label])}`);
    if (choice.amount !== first().amount) words.push(`--truncation ${choice.amount}`);
    if (choice.amount !== null && choice.cutoff !== layers) words.push(`--truncation-cutoff ${choice.cutoff}`);
    if (card.record?.options.current) words.push("--current");
    return words.join(" ");
  };
  explorer.choice = choice;
  explorer.chosen = { written, read, point, sample, mean, latent, reset, changed, options, command };
})();
