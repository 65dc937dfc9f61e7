"use strict";
// The controls of the live game, and the loop that plays and draws it.
(() => {
  const card = lesson.card, at = id => document.getElementById(id);
  const SPEEDS = [
    ["one move in 2 s", 0], ["1 round per second", 1], ["5 per second", 5],
    ["20 per second", 20], ["60 per second", 60], ["as fast as it goes", Infinity],
  ];
  const EVERY = 100; // rounds between two looks of the diagnosis
  let game = null, playing = false, busy = false, drawn = null, seed = 0, shape = "ring";
  let credit = 0, before = 0, slow = 0, rounds = 0, measured = 0, verdict = null, painted = 0;
  let counted = { at: 0, rounds: 0 };
  const strokes = [];
  let hand = null; // the pen that keys move

  for (const [name, about] of Object.entries(card.recipes)) at("recipe").add(new Option(about.title, name));
  at("recipe").value = "r3gan";
  for (const [name, about] of Object.entries({ ...card.shapes, own: { title: "Draw" } })) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = about.title;
    button.dataset.shape = name;
    button.setAttribute("aria-pressed", name === shape);
    button.addEventListener("click", () => choose(name));
    at("shapes").append(button);
  }
  const flat = new lesson.Plane(at("flat"), card.reach), tall = new lesson.Surface(at("tall"));
  const parts = [...at("controls").querySelectorAll("button, input, select")];
  parts.forEach(part => { part.disabled = true; });

  const chosen = () => shape === "own"
    ? { title: "Draw", centres: strokes.length ? strokes : [[0, 0]], deviation: 0.03 } : card.shapes[shape];

  function begin() {
    game = new lesson.game.Game(at("recipe").value, chosen(), seed);
    for (const player of ["generator", "discriminator"]) at(`rate-${player}`).value = Math.log10(game.rates[player]);
    at("critic").value = game.critic;
    rounds = measured = 0;
    counted = { at: performance.now(), rounds };
    verdict = null;
    read();
  }
  // What a slider stands for, beside it and for those who hear it.
  const tells = (id, text) => {
    at(`${id}-shown`).value = text;
    at(id).setAttribute("aria-valuetext", text);
  };
  function read() {
    tells("speed", SPEEDS[at("speed").value][0]);
    for (const player of ["generator", "discriminator"]) {
      const rate = 10 ** Number(at(`rate-${player}`).value);
      game.rates[player] = Number(rate.toPrecision(2));
      tells(`rate-${player}`, game.rates[player].toExponential(1));
    }
    game.critic = Number(at("critic").value);
    tells("critic", at("critic").value);
  }
  async function choose(name) {
    shape = name;
    for (const button of at("shapes").children) button.setAttribute("aria-pressed", button.dataset.shape === name);
    at("flat").classList.toggle("drawing", name === "own");
    hand = null;
    if (name === "own") {
      strokes.length = 0;
      say("Draw on the picture from above, or press Enter on it and then arrow keys: what you draw is the real data. The game goes on as soon as you do.");
    }
    game.show(chosen());
    verdict = null;
    await redraw();
  }
  const say = text => { at("status").textContent = text; };

  const SAID = {
    discriminator: "D moved: it raised its surface at the real points and lowered it at the fakes.",
    generator: "G moved: every fake was pushed uphill on D's surface. G saw no real point.",
  };
  async function once(player) {
    pause();
    await free();
    busy = true;
    try {
      await game.turn(player);
      say(SAID[player]);
      await look();
    } catch (error) { say(String(error)); } finally { busy = false; }
  }
  const free = async () => { while (busy) await new Promise(requestAnimationFrame); };

  function pause() {
    playing = false;
    at("go").textContent = "Play";
  }
  function toggle() {
    if (playing) return pause();
    playing = true;
    at("go").textContent = "Pause";
    say("");
    [before, credit, slow] = [performance.now(), 0, 0];
    counted = { at: before, rounds };
    requestAnimationFrame(frame);
    return undefined;
  }
  async function frame(now) {
    if (!playing) return;
    if (!busy) {
      busy = true;
      try { await advance(now); } catch (error) { pause(); say(String(error)); } finally { busy = false; }
    }
    requestAnimationFrame(frame);
  }
  async function advance(now) {
    const speed = SPEEDS[at("speed").value][1];
    if (shape === "own" && !strokes.length) return;
    if (speed === 0) {
      if (now - slow < 2000) return;
      slow = now;
      const player = game.since < game.critic ? "discriminator" : "generator";
      await game.turn(player);
      say(SAID[player]);
      await look();
      return;
    }
    credit = speed === Infinity ? 1e9 : Math.min(credit + (speed * Math.max(0, now - before)) / 1000, 10);
    before = now;
    const until = performance.now() + 40;
    let played = 0;
    while (credit >= 1 && performance.now() < until) {
      await game.round();
      credit -= 1;
      played++;
    }
    rounds += played;
    if (!played) return;
    if (rounds - measured >= EVERY) {
      measured = rounds;
      verdict = await game.measure();
    }
    const passed = now - counted.at;
    if (passed > 1000) {
      at("count-speed").textContent = ((1000 * (rounds - counted.rounds)) / passed).toFixed(0);
      counted = { at: now, rounds };
    }
    // Pictures take longer than moves: a dozen in a second are enough.
    if (performance.now() - painted > 80) await look();
  }

  async function look() {
    drawn = await game.look();
    paint();
    painted = performance.now();
  }
  async function redraw() {
    await free();
    busy = true;
    try { await look(); } finally { busy = false; }
  }
  const few = (values, count) => values.subarray(0, 2 * count);
  function paint() {
    const view = drawn;
    if (!view) return;
    const heights = lesson.relief(view.surface, game.about.floor);
    flat.begin();
    const colours = flat.colours, dark = lesson.mixed(colours.fake, colours.ink, 0.2);
    if (at("show-heat").checked) flat.heat(heights, card.lattice);
    if (at("show-real").checked) flat.crosses(few(game.reals, 200), lesson.mixed(colours.real, colours.ink, 0.25), 3.2);
    if (at("show-net").checked) flat.net(view.folded, card.fold, colours.ink);
    if (at("show-slopes").checked) flat.arrows(view.samples, view.slopes, 120, colours.ink);
    flat.points(few(view.samples, 300), dark, 3);
    if (shape === "own" && (hand || !strokes.length)) flat.crosses(hand ?? [0, 0], colours.ink, 8);
    tall.draw(heights, card.lattice, card.reach, few(view.samples, 200), at("show-real").checked ? few(game.reals, 120) : []);
    folded(view, colours);
    lesson.chart(at("losses"), game.curve.map(x => x[0]), [
      { values: game.curve.map(x => x[1]), colour: colours.real },
      { values: game.curve.map(x => x[2]), colour: colours.fake },
    ]);
    at("count-discriminator").textContent = game.moves.discriminator.toLocaleString("en");
    at("count-generator").textContent = game.moves.generator.toLocaleString("en");
    const modes = ["ring", "grid"].includes(shape);
    at("modes-name").textContent = modes ? "modes captured" : "parts reached";
    at("count-modes").textContent = `${view.modes} of ${game.shape.centres.length}`;
    const ranking = game.last["discriminator/ranking"];
    at("count-ranking").textContent = ranking === undefined ? "" : `${(100 * ranking).toFixed(0)} %`;
    lesson.tell(verdict);
  }
  function folded(view, colours) {
    const canvas = at("fold"), pen = canvas.getContext("2d", { willReadFrequently: true });
    lesson.fit(canvas);
    pen.fillStyle = lesson.css(colours.page);
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const draw = (places, left, size, reach) => {
      const side = new lesson.Plane(canvas, reach);
      side.size = size;
      side.unit = size / (2 * reach);
      pen.save();
      pen.beginPath();
      pen.rect(left, 0, size, size);
      pen.clip();
      pen.translate(left, 0);
      side.net(places, card.fold, lesson.mixed(colours.fake, colours.ink, 0.3));
      pen.restore();
    };
    const size = canvas.height, gap = (canvas.width - 2 * size) / 3;
    draw(view.plane, gap, size, 2.5);
    draw(view.folded, 2 * gap + size, size, card.reach);
  }
  async function load() {
    at("load").disabled = true;
    at("start-note").textContent = "Loading the engine…";
    try {
      await lesson.game.prepare();
      begin();
      await lesson.game.graph("look");
    } catch (error) {
      at("start-note").textContent = refusal(error);
      at("load").disabled = false;
      return;
    }
    at("start").hidden = true;
    for (const part of at("start").parentElement.querySelectorAll("figure")) part.hidden = false;
    at("counts").hidden = false;
    parts.forEach(part => { part.disabled = false; });
    await redraw();
    say("Press Play, or make single moves.");
    at("go").focus({ preventScroll: true });
  }
  const refusal = error => location.protocol === "file:"
    ? "Live play needs a web server: run \"python -m http.server\" in this folder, and open http://localhost:8000. All else works as it is."
    : `Live play cannot start: ${error.message}. All else on this page works.`;

  at("load").addEventListener("click", load);
  if (!card.runtime) {
    at("load").disabled = true;
    at("start-note").textContent = card.without;
  } else if (location.protocol === "file:") {
    at("load").disabled = true;
    at("start-note").textContent = refusal();
  }
  at("go").addEventListener("click", toggle);
  for (const player of ["discriminator", "generator"])
    at(`move-${player}`).addEventListener("click", () => once(player));
  at("again").addEventListener("click", async () => {
    await free();
    seed++;
    begin();
    await redraw();
  });
  at("recipe").addEventListener("change", async () => {
    await free();
    begin();
    await redraw();
  });
  at("controls").addEventListener("submit", event => event.preventDefault());
  at("controls").addEventListener("input", event => {
    if (!game || event.target.id === "recipe") return;
    read();
    if (event.target.type === "checkbox") paint();
  });

  // Data of one's own: drawn by hand on the picture from above, or by a pen that Enter
  // puts down and arrow keys move.
  let drawing = false;
  const add = ([x, y]) => {
    const last = strokes[strokes.length - 1];
    if (last && Math.hypot(last[0] - x, last[1] - y) < 0.06) return;
    strokes.push([x, y]);
    if (strokes.length > 120) strokes.shift();
    game.show(chosen());
    if (!playing) paint();
  };
  at("flat").addEventListener("pointerdown", event => {
    if (shape !== "own") return;
    drawing = true;
    at("flat").setPointerCapture(event.pointerId);
    add(flat.at(event));
  });
  at("flat").addEventListener("pointermove", event => { if (drawing) add(flat.at(event)); });
  for (const name of ["pointerup", "pointercancel"])
    at("flat").addEventListener(name, () => { drawing = false; });
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Enter: [0, 0] };
  at("flat").addEventListener("keydown", event => {
    const way = WAYS[event.key];
    if (shape !== "own" || !way) return;
    event.preventDefault();
    if (!hand && event.key !== "Enter") return;
    hand = (hand ?? [0, 0]).map((x, k) => Math.max(-flat.reach, Math.min(flat.reach, x + 0.08 * way[k])));
    add(hand);
  });

  const again = () => { if (drawn) paint(); };
  window.addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  lesson.live = { game: () => game, view: () => drawn, verdict: () => verdict, load };
})();
