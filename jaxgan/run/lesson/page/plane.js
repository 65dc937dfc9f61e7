"use strict";
// What all pictures of the page need: colours, numbers, and a square of the plane.
window.lesson = window.lesson || {};

lesson.bytes = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0));

// Bytes between a low and a high end, as numbers.
lesson.numbers = (text, low, high) =>
  Float32Array.from(lesson.bytes(text), byte => low + (byte / 255) * (high - low));

// Mulberry32, and normal numbers of it: a seed gives the same game again.
lesson.Random = class {
  constructor(seed) { this.state = seed >>> 0; this.spare = null; }
  uniform() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }
  below(count) { return Math.floor(this.uniform() * count); }
  normal() {
    if (this.spare !== null) { const x = this.spare; this.spare = null; return x; }
    const length = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = length * Math.sin(angle);
    return length * Math.cos(angle);
  }
  normals(count) { return Float32Array.from({ length: count }, () => this.normal()); }
};

// Colours of the style sheet, as [red, green, blue].
lesson.colours = () => {
  const style = getComputedStyle(document.documentElement);
  const read = name => {
    const hex = style.getPropertyValue(name).trim();
    return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
  };
  return {
    real: read("--real"), fake: read("--fake"), page: read("--stage"),
    ink: read("--ink"), soft: read("--soft"), line: read("--line"),
  };
};
lesson.css = (colour, opacity = 1) => `rgb(${colour.join(" ")} / ${opacity})`;
lesson.mixed = (from, to, share) => from.map((x, i) => Math.round(x + share * (to[i] - x)));

// From -1, surely fake, by 0 to 1, surely real.
lesson.shade = (colours, t) => {
  const share = Math.min(1, Math.abs(t)) * 0.78;
  return lesson.mixed(colours.page, t < 0 ? colours.fake : colours.real, share);
};

// Logits as heights in [-1, 1] about their median: critics have no zero. What differs
// by less than the floor stays flat; Wasserstein critics have no unit, and a floor of 0.
lesson.relief = (logits, floor) => {
  const sorted = Float32Array.from(logits).sort();
  const middle = sorted[sorted.length >> 1];
  const far = Math.max(floor, 1e-6, middle - sorted[Math.floor(0.04 * sorted.length)],
    sorted[Math.floor(0.96 * sorted.length)] - middle);
  return Float32Array.from(logits, x => Math.tanh((1.3 * (x - middle)) / far));
};

// A canvas as sharp as the screen; true if its size changed.
lesson.fit = canvas => {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
  if (!width || (canvas.width === width && canvas.height === height)) return false;
  canvas.width = width;
  canvas.height = height;
  return true;
};

// A square of the plane, from -reach to reach both ways.
lesson.Plane = class {
  constructor(canvas, reach = 1.6) {
    this.canvas = canvas;
    this.reach = reach;
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
  }
  begin() {
    lesson.fit(this.canvas);
    this.colours = lesson.colours();
    this.size = this.canvas.width;
    this.unit = this.size / (2 * this.reach);
    this.pen.fillStyle = lesson.css(this.colours.page);
    this.pen.fillRect(0, 0, this.size, this.canvas.height);
  }
  x(value) { return (value + this.reach) * this.unit; }
  y(value) { return (this.reach - value) * this.unit; }
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (where, from, length) => (2 * (where - from)) / length - 1;
    return [this.reach * share(event.clientX, box.left, box.width),
      -this.reach * share(event.clientY, box.top, box.height)];
  }
  // Heights [side²], row by row from below, as colours.
  heat(heights, side) {
    this.small ??= document.createElement("canvas");
    this.small.width = this.small.height = side;
    const pen = this.small.getContext("2d", { willReadFrequently: true }), image = pen.createImageData(side, side);
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) {
        const colour = lesson.shade(this.colours, heights[row * side + column]);
        image.data.set([...colour, 255], 4 * ((side - 1 - row) * side + column));
      }
    pen.putImageData(image, 0, 0);
    this.pen.imageSmoothingEnabled = true;
    this.pen.imageSmoothingQuality = "high";
    // The outer places lie on the edge, not half a place inside.
    const half = this.size / (side - 1) / 2;
    this.pen.drawImage(this.small, -half, -half, this.size + 2 * half, this.size + 2 * half);
  }
  points(places, colour, radius, opacity = 0.85) {
    const r = radius * this.size / 400;
    this.pen.fillStyle = lesson.css(colour, opacity);
    this.pen.beginPath();
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [this.x(places[i]), this.y(places[i + 1])];
      this.pen.moveTo(x + r, y);
      this.pen.arc(x, y, r, 0, 2 * Math.PI);
    }
    this.pen.fill();
  }
  crosses(places, colour, radius) {
    const r = radius * this.size / 400;
    this.pen.strokeStyle = lesson.css(colour, 0.9);
    this.pen.lineWidth = this.size / 420;
    this.pen.beginPath();
    for (let i = 0; i < places.length; i += 2) {
      const [x, y] = [this.x(places[i]), this.y(places[i + 1])];
      this.pen.moveTo(x - r, y); this.pen.lineTo(x + r, y);
      this.pen.moveTo(x, y - r); this.pen.lineTo(x, y + r);
    }
    this.pen.stroke();
  }
  // Where each sample is drawn to: uphill on D's surface.
  arrows(places, slopes, count, colour) {
    let longest = 1e-6;
    for (let i = 0; i < 2 * count; i += 2)
      longest = Math.max(longest, Math.hypot(slopes[i], slopes[i + 1]));
    this.pen.strokeStyle = lesson.css(colour, 0.75);
    this.pen.lineWidth = this.size / 420;
    this.pen.beginPath();
    for (let i = 0; i < 2 * count; i += 2) {
      const length = Math.hypot(slopes[i], slopes[i + 1]);
      const drawn = 0.32 * Math.sqrt(length / longest) / (length || 1);
      const [x, y] = [this.x(places[i]), this.y(places[i + 1])];
      this.pen.moveTo(x, y);
      this.pen.lineTo(x + slopes[i] * drawn * this.unit, y - slopes[i + 1] * drawn * this.unit);
    }
    this.pen.stroke();
  }
  // A square net of side² places, bent: how the latent plane is folded.
  net(places, side, colour) {
    this.pen.strokeStyle = lesson.css(colour, 0.55);
    this.pen.lineWidth = this.size / 640;
    this.pen.beginPath();
    for (let one = 0; one < side; one++)
      for (let other = 0; other < side; other++) {
        const go = (at, first) => {
          const [x, y] = [this.x(places[2 * at]), this.y(places[2 * at + 1])];
          if (first) this.pen.moveTo(x, y); else this.pen.lineTo(x, y);
        };
        if (other + 1 < side) {
          go(one * side + other, true); go(one * side + other + 1);
          go(other * side + one, true); go((other + 1) * side + one);
        }
      }
    this.pen.stroke();
  }
};

// Lines over steps in a small frame: series is [{values, colour}], all of one length.
lesson.chart = (canvas, steps, series) => {
  lesson.fit(canvas);
  const pen = canvas.getContext("2d", { willReadFrequently: true }), { width, height } = canvas;
  const colours = lesson.colours(), scale = width / canvas.getBoundingClientRect().width || 1;
  pen.clearRect(0, 0, width, height);
  const all = series.flatMap(one => [...one.values]).filter(Number.isFinite);
  if (all.length < 2) return;
  all.sort((a, b) => a - b);
  let [low, high] = [all[Math.floor(0.01 * all.length)], all[Math.ceil(0.99 * (all.length - 1))]];
  if (high - low < 1e-6) { low -= 0.5; high += 0.5; }
  const [left, right, top, bottom] = [38 * scale, width - 4 * scale, 8 * scale, height - 8 * scale];
  const last = steps[steps.length - 1] || 1;
  const x = step => left + (step / last) * (right - left);
  const y = value => bottom - ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (bottom - top);
  pen.font = `${11 * scale}px system-ui, sans-serif`;
  pen.fillStyle = lesson.css(colours.soft);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.strokeStyle = lesson.css(colours.line);
  pen.lineWidth = scale;
  for (const value of [low, (low + high) / 2, high]) {
    pen.fillText(value.toFixed(Math.abs(high - low) < 2 ? 2 : 1), left - 6 * scale, y(value));
    pen.beginPath(); pen.moveTo(left, y(value)); pen.lineTo(right, y(value)); pen.stroke();
  }
  for (const one of series) {
    pen.strokeStyle = lesson.css(one.colour);
    pen.lineWidth = 1.6 * scale;
    pen.beginPath();
    one.values.forEach((value, i) => i
      ? pen.lineTo(x(steps[i]), y(value)) : pen.moveTo(x(steps[i]), y(value)));
    pen.stroke();
  }
};
