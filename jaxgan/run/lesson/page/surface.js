"use strict";
// The discriminator's surface in three dimensions, turned by a pointer or by keys.
// Drawn from the back to the front, a few hundred patches: no graphics card is needed,
// and with "willReadFrequently" browsers do not ask a slow one.
lesson.Surface = class {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d", { willReadFrequently: true });
    this.turn = -0.6;
    this.tilt = 0.95;
    this.shown = null;
    this.listen();
  }
  listen() {
    let held = null;
    const canvas = this.canvas;
    canvas.addEventListener("pointerdown", event => {
      held = [event.clientX, event.clientY];
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", event => {
      if (!held) return;
      this.rotate((event.clientX - held[0]) / 120, (event.clientY - held[1]) / 160);
      held = [event.clientX, event.clientY];
    });
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, () => { held = null; });
    const keys = { ArrowLeft: [-0.12, 0], ArrowRight: [0.12, 0], ArrowUp: [0, -0.08], ArrowDown: [0, 0.08] };
    canvas.addEventListener("keydown", event => {
      if (!keys[event.key]) return;
      event.preventDefault();
      this.rotate(...keys[event.key]);
    });
  }
  rotate(turn, tilt) {
    this.turn += turn;
    this.tilt = Math.min(1.45, Math.max(0.25, this.tilt + tilt));
    if (this.shown) this.draw(...this.shown);
  }
  // Heights [side²] in [-1, 1]; samples and reals are places that lie on the surface.
  draw(heights, side, reach, samples, reals) {
    this.shown = [heights, side, reach, samples, reals];
    lesson.fit(this.canvas);
    const pen = this.pen, { width, height } = this.canvas, colours = lesson.colours();
    pen.fillStyle = lesson.css(colours.page);
    pen.fillRect(0, 0, width, height);
    const [sin, cos] = [Math.sin(this.turn), Math.cos(this.turn)];
    const [up, flat] = [Math.sin(this.tilt), Math.cos(this.tilt)];
    const size = 0.4 * Math.min(width, height * 1.15), tall = 0.55;
    // x and y in [-1, 1]; what is further back is drawn first.
    const project = (x, y, z) => {
      const [right, back] = [x * cos - y * sin, x * sin + y * cos];
      const near = 1 / (1 + 0.16 * (back * up - z * tall * flat));
      return [width / 2 + size * right * near,
        0.5 * height - size * (back * flat + z * tall * up) * near];
    };
    const place = i => (2 * i) / (side - 1) - 1, corners = [];
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++)
        corners.push(project(place(column), place(row), heights[row * side + column]));
    const cells = this.inCells(side, reach, samples, reals);
    const rows = this.order(side - 1, cos), columns = this.order(side - 1, sin);
    const step = 2 / (side - 1);
    for (const row of rows)
      for (const column of columns) {
        const at = row * side + column;
        const [a, b, c, d] = [heights[at], heights[at + 1], heights[at + side + 1], heights[at + side]];
        const [east, north] = [(tall * (b + c - a - d)) / 2 / step, (tall * (c + d - a - b)) / 2 / step];
        const light = (0.35 * east - 0.45 * north + 1) / Math.hypot(east, north, 1);
        const shade = lesson.shade(colours, (a + b + c + d) / 4).map(x => Math.min(255, Math.round(x * (0.62 + 0.38 * light))));
        pen.fillStyle = lesson.css(shade);
        pen.beginPath();
        pen.moveTo(...corners[at]);
        for (const other of [at + 1, at + side + 1, at + side]) pen.lineTo(...corners[other]);
        pen.closePath();
        pen.fill();
        if (row % 4 === 0 || column % 4 === 0) this.lines(corners, at, side, row, column, colours);
        const inside = cells.get(row * (side - 1) + column);
        if (inside) this.dots(inside, [a, b, d, c], project, colours, width);
      }
  }
  order(count, sign) {
    const all = [...Array(count).keys()];
    return sign > 0 ? all.reverse() : all;
  }
  lines(corners, at, side, row, column, colours) {
    this.pen.strokeStyle = lesson.css(colours.ink, 0.13);
    this.pen.lineWidth = 1;
    this.pen.beginPath();
    if (row % 4 === 0) { this.pen.moveTo(...corners[at]); this.pen.lineTo(...corners[at + 1]); }
    if (column % 4 === 0) { this.pen.moveTo(...corners[at]); this.pen.lineTo(...corners[at + side]); }
    this.pen.stroke();
  }
  inCells(side, reach, ...sets) {
    const cells = new Map();
    sets.forEach((places, kind) => {
      for (let i = 0; i < places.length; i += 2) {
        const [x, y] = [places[i] / reach, places[i + 1] / reach];
        if (!(Math.abs(x) < 1 && Math.abs(y) < 1)) continue;
        const [column, row] = [x, y].map(v => ((v + 1) / 2) * (side - 1));
        const key = Math.floor(row) * (side - 1) + Math.floor(column);
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push([x, y, column % 1, row % 1, kind]);
      }
    });
    return cells;
  }
  dots(inside, [a, b, d, c], project, colours, width) {
    const r = Math.max(1.3, width / 260);
    for (const [x, y, right, back, kind] of inside) {
      const z = (1 - back) * ((1 - right) * a + right * b) + back * ((1 - right) * d + right * c);
      const [left, top] = project(x, y, z + 0.03);
      this.pen.fillStyle = lesson.css(lesson.mixed(kind ? colours.real : colours.fake, colours.ink, 0.25));
      this.pen.beginPath();
      this.pen.arc(left, top, kind ? 0.75 * r : r, 0, 2 * Math.PI);
      this.pen.fill();
    }
  }
};
