"use strict";
// Recorded scenes: a list, one scene at a time, and a slider through its time.
(() => {
  const at = id => document.getElementById(id);
  const loaded = new Map();
  lesson.recordings = {};

  // A scene's numbers, from a script: from a disk nothing else may be read.
  const load = name => {
    if (!loaded.has(name))
      loaded.set(name, new Promise((good, bad) => {
        const script = document.createElement("script");
        script.src = `scenes/${name}.js`;
        script.onload = () => good(lesson.recordings[name]);
        script.onerror = () => { loaded.delete(name); bad(new Error(`scenes/${name}.js could not be loaded`)); };
        document.head.append(script);
      }));
    return loaded.get(name);
  };

  const element = (kind, text = "", classes = "") => {
    const made = document.createElement(kind);
    made.textContent = text;
    if (classes) made.className = classes;
    return made;
  };

  // A recorded game in the plane. Frames lie at whole times; between them all moves on.
  class Points {
    constructor(variant, canvas, says) {
      Object.assign(this, { variant, canvas, says });
      this.plane = new lesson.Plane(canvas, variant.reach);
      const reach = variant.reach;
      this.points = variant.points.map(text => lesson.numbers(text, -reach, reach));
      this.reliefs = variant.surface.map((text, i) => lesson.relief(lesson.numbers(text, ...variant.range[i]), variant.floor));
      this.real = lesson.numbers(variant.real, -reach, reach);
      this.last = variant.steps.length - 1;
    }
    draw(time) {
      const from = Math.min(Math.floor(time), this.last), to = Math.min(from + 1, this.last), share = time - from;
      const blend = (a, b) => Float32Array.from(a, (x, i) => x + share * (b[i] - x));
      this.plane.begin();
      const { colours } = this.plane;
      this.plane.heat(blend(this.reliefs[from], this.reliefs[to]), this.variant.side);
      this.plane.crosses(this.real, lesson.mixed(colours.real, colours.ink, 0.25), 3.4);
      this.plane.points(blend(this.points[from], this.points[to]), lesson.mixed(colours.fake, colours.ink, 0.2), 3.2);
      if (this.says) this.says.textContent = this.told(from);
    }
    told(frame) {
      const { modes, of, losses, verdict } = this.variant;
      const parts = [];
      if (modes) parts.push(`${modes[frame]} of ${of} spots reached`);
      if (frame) parts.push(`losses: D ${losses[frame][0].toFixed(2)}, G ${losses[frame][1].toFixed(2)}`);
      if (frame === this.last) parts.push(`the diagnosis says: ${verdict}`);
      return parts.join("; ") + (parts.length ? "." : "");
    }
    time(frame) { return `step ${this.variant.steps[frame].toLocaleString("en")}`; }
  }

  // The states of the smallest game, as a path about the goal.
  class Path {
    constructor(variant, canvas, says) {
      Object.assign(this, { variant, canvas, says });
      this.plane = new lesson.Plane(canvas, 1.9);
      this.last = 50;
    }
    draw(time) {
      const { path } = this.variant, plane = this.plane;
      const until = Math.max(1, Math.round((time / this.last) * (path.length - 1)));
      plane.begin();
      const { pen, colours } = plane, unit = plane.size / 420;
      pen.strokeStyle = lesson.css(colours.line);
      pen.lineWidth = unit;
      pen.beginPath();
      pen.moveTo(0, plane.y(0)); pen.lineTo(plane.size, plane.y(0));
      pen.moveTo(plane.x(0), 0); pen.lineTo(plane.x(0), plane.size);
      pen.stroke();
      pen.strokeStyle = lesson.css(colours.fake, 0.8);
      pen.lineWidth = 1.3 * unit;
      pen.beginPath();
      for (let i = 0; i <= until; i++)
        if (i) pen.lineTo(plane.x(path[i][0]), plane.y(path[i][1]));
        else pen.moveTo(plane.x(path[i][0]), plane.y(path[i][1]));
      pen.stroke();
      plane.points([0, 0], colours.real, 5);
      plane.points(path[until], colours.fake, 6);
      pen.fillStyle = lesson.css(colours.soft);
      pen.font = `${13 * unit}px system-ui, sans-serif`;
      pen.fillText("θ, what G makes →", plane.size - 128 * unit, plane.y(0) - 8 * unit);
      pen.fillText("ψ, D's slope ↑", plane.x(0) + 8 * unit, 18 * unit);
      const far = Math.hypot(...path[until]);
      this.says.textContent = `Distance from the goal: ${far.toFixed(2)}.`;
    }
    time(frame) { return `step ${Math.round((frame / this.last) * (this.variant.path.length - 1))}`; }
  }

  // Sheets of pictures, one for every place of the slider.
  class Pictures {
    constructor(variant, canvas, says, name) {
      Object.assign(this, { variant, canvas, says, name });
      this.last = variant.sheets.length - 1;
      canvas.classList.add("sheet");
      canvas.classList.toggle("coarse", name === "growth");
      this.images = variant.sheets.map(text => {
        const image = new Image();
        image.src = `data:image/png;base64,${text}`;
        return image;
      });
      this.ready = Promise.all(this.images.map(image => image.decode()));
    }
    async draw(time) {
      await this.ready;
      const from = Math.min(this.last, this.name === "walk" ? Math.floor(time) : Math.round(time));
      const image = this.images[from], pen = this.canvas.getContext("2d");
      if (this.canvas.width !== image.naturalWidth) {
        this.canvas.width = image.naturalWidth;
        this.canvas.height = image.naturalHeight;
      }
      pen.drawImage(image, 0, 0);
      if (this.name === "walk" && time > from && from < this.last) {
        // On the way from one picture to the next, both are shown in part.
        pen.globalAlpha = time - from;
        pen.drawImage(this.images[from + 1], 0, 0);
        pen.globalAlpha = 1;
      }
      this.says.textContent = this.variant.notes ? `${this.variant.notes[Math.round(time)]}.` : "";
    }
    time(frame) {
      const value = this.variant.steps[frame];
      return { truncation: `|z| at most ${value}`, walk: `picture ${value + 1}`, conditional: `set ${value + 1}` }[this.name]
        || `step ${value.toLocaleString("en")}`;
    }
  }

  const viewer = (variant, ...rest) =>
    new (variant.path ? Path : variant.sheets ? Pictures : Points)(variant, ...rest);

  // Goes through time while it plays: about nine seconds from the first frame to the last.
  class Player {
    constructor(views, slider, output, button, seconds = 9) {
      Object.assign(this, { views, slider, output, button, seconds });
      this.last = views[0].last;
      this.time = 0;
      this.running = false;
      if (!slider) return;
      slider.max = this.last;
      slider.step = "any";
      slider.addEventListener("input", () => { this.stop(); this.go(Number(slider.value)); });
      slider.addEventListener("keydown", event => {
        const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
        if (!way) return;
        event.preventDefault();
        this.stop();
        this.go(Math.min(this.last, Math.max(0, Math.round(this.time) + way)));
      });
      button.addEventListener("click", () => (this.running ? this.stop() : this.start()));
    }
    go(time) {
      this.time = time;
      for (const view of this.views) view.draw(time);
      const said = this.views[0].time(Math.min(this.last, Math.round(time)));
      if (this.output) this.output.textContent = said;
      if (!this.slider) return;
      this.slider.value = time;
      this.slider.setAttribute("aria-valuetext", said);
    }
    start() {
      if (this.time >= this.last) this.time = 0;
      this.running = true;
      if (this.button) this.button.textContent = "Pause";
      let before = performance.now();
      const frame = now => {
        if (!this.running) return;
        const passed = Math.max(0, now - before) / 1000;
        this.go(Math.min(this.last, this.time + (passed * this.last) / this.seconds));
        before = now;
        if (this.time < this.last) requestAnimationFrame(frame); else this.stop();
      };
      requestAnimationFrame(frame);
    }
    stop() {
      this.running = false;
      if (this.button) this.button.textContent = "Play";
    }
  }

  let shown = null, wanted = 0;
  async function show(index, focus = false) {
    wanted = index;
    const words = lesson.words[index];
    const buttons = [...at("list").querySelectorAll("button")];
    buttons.forEach((button, i) => button.setAttribute("aria-current", i === index));
    if (focus) buttons[index].scrollIntoView({ block: "nearest", inline: "center" });
    let variants;
    try { variants = await load(words.name); } catch (error) {
      at("scene").replaceChildren(element("p", error.message));
      return;
    }
    if (wanted !== index) return; // another was asked for meanwhile
    if (shown) shown.stop();
    const box = at("scene");
    box.replaceChildren(element("h3", words.title));
    const grid = element("div", "", `variants${["", " single", "", "", " four"][variants.length]}${variants[0].sheets ? " pictures" : ""}`);
    const views = variants.map(variant => {
      const figure = element("figure"), canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${words.title}: ${variant.title}`);
      const says = element("figcaption", "", "says");
      figure.append(element("h4", variant.title), canvas, says);
      grid.append(figure);
      return viewer(variant, canvas, says, words.name);
    });
    const time = element("div", "", "time"), button = element("button", "Play");
    const slider = document.createElement("input"), output = document.createElement("output");
    button.type = "button";
    slider.type = "range";
    slider.min = 0;
    slider.setAttribute("aria-label", { truncation: "Truncation", conditional: "Random numbers" }[words.name] || "Time");
    time.append(button, slider, output);
    box.append(grid, time, told(words));
    shown = new Player(views, slider, output, button, views[0].last > 40 && variants[0].sheets ? 14 : 9);
    lesson.shown = shown;
    shown.go(words.name === "walk" ? 0 : shown.last);
  }
  function told(words) {
    const box = element("div", "", "words");
    const part = (title, ...inside) => {
      const one = element("div");
      one.append(element("h4", title), ...inside);
      box.append(one);
      return one;
    };
    part("What you see", element("p", words.see));
    part("Why", element("p", words.why));
    const formula = element("p", "", "formula");
    formula.innerHTML = words.formula;
    const papers = element("p", "", "note");
    words.papers.forEach(([text, number], i) => {
      const link = element("a", `arXiv ${number}`);
      link.href = `https://arxiv.org/abs/${number}`;
      link.rel = "noreferrer";
      papers.append(i ? document.createElement("br") : "", `${text}, `, link);
    });
    part("As a formula", formula);
    part("To read", papers);
    const code = element("pre", words.type);
    code.tabIndex = 0;
    part("Do it yourself, in jaxgan", code).className = "whole";
    return box;
  }

  lesson.words.forEach((words, index) => {
    const item = element("li"), button = element("button", words.title);
    button.type = "button";
    button.addEventListener("click", () => show(index, true));
    item.append(button);
    at("list").append(item);
  });

  // The picture at the top is the first scene, played once.
  load("healthy").then(([variant]) => {
    const view = new Points(variant, at("opening"), null);
    const player = new Player([view], null, at("opening-step"), null, 11);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    player.go(calm ? view.last : 0);
    if (!calm) player.start();
    lesson.opening = player;
    window.addEventListener("resize", () => player.go(player.time));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      player.go(player.time);
      if (shown) shown.go(shown.time);
    });
  });
  window.addEventListener("resize", () => { if (shown) shown.go(shown.time); });
  lesson.scene = show;
  show(1);
  at("version").textContent = lesson.card.version;
  if (lesson.card.runtime) at("engine").textContent = ` The engine is ${lesson.card.engine}.`;
})();
