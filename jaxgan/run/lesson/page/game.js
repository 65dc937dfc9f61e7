"use strict";
// The live game: jaxgan's exported moves, run by onnxruntime-web.
(() => {
  const card = lesson.card;
  const graph = name => engine.graph(`play/${name}.onnx`);

  const prepare = async () => {
    await engine.prepare(card.runtime);
    const answer = await fetch("play/first.bin");
    lesson.first = new Float32Array(await answer.arrayBuffer());
  };

  class Game {
    // Rules by name of the recipe; shape: {centres, deviation}; a seed.
    constructor(recipe, shape, seed = 0) {
      this.recipe = recipe;
      this.about = card.recipes[recipe];
      this.rates = { ...this.about.rates };
      this.critic = this.about.critic_steps;
      this.seed = seed;
      this.start();
      this.show(shape);
    }
    start() {
      const { floats, counts, rest } = this.about, size = card.variables;
      const place = this.seed % card.seeds;
      this.random = new lesson.Random(1000 + this.seed);
      this.floats = new Float32Array(floats);
      this.floats.set(lesson.first.subarray(place * size, (place + 1) * size));
      for (const [at, value] of rest) this.floats[at] = value;
      this.counts = new Int32Array(counts);
      this.moves = { discriminator: 0, generator: 0 };
      this.since = 0;
      this.last = {};
      this.rows = [];
      this.curve = [];
      this.latent = new lesson.Random(7).normals(2 * card.samples);
    }
    show(shape) {
      this.shape = shape;
      const random = new lesson.Random(11), many = count => this.draw(random, count);
      const [first, second] = [many(256), many(256)];
      this.data = new lesson.diagnosis.Data(first, second, card.numbers);
      this.reals = first;
      this.rows = [];
    }
    draw(random, count) {
      const { centres, deviation } = this.shape, made = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        const [x, y] = centres[random.below(centres.length)];
        made[2 * i] = x + deviation * random.normal();
        made[2 * i + 1] = y + deviation * random.normal();
      }
      return made;
    }
    batch(random = this.random) {
      return { value: this.draw(random, card.batch), latent: random.normals(2 * card.batch) };
    }
    run(name, feed) {
      return engine.run(`play/${name}.onnx`, {
        floats: [this.floats, [this.floats.length]],
        counts: [this.counts, [this.counts.length]],
        step: [Int32Array.of(this.moves.discriminator), []],
        ...feed,
      });
    }
    // One turn of one player, by `make_step`.
    async move(player, batch = this.batch()) {
      const made = await this.run(`${this.recipe}_${player}`, {
        rate: [Float32Array.of(this.rates[player]), []],
        value: [batch.value, [card.batch, 2]],
        latent: [batch.latent, [card.batch, 2]],
      });
      this.floats = made.floats_after.data;
      if (this.counts.length) this.counts = made.counts_after.data;
      this.moves[player]++;
      const labels = this.about.metrics[player];
      labels.forEach((label, i) => { this.last[label] = made.metrics.data[i]; });
    }
    // D's moves, then G's: what a step of training is.
    async round() {
      for (; this.since < this.critic; this.since++) await this.move("discriminator");
      this.since = 0;
      await this.move("generator");
      this.note();
    }
    async turn(player) {
      await this.move(player);
      this.since = player === "generator" ? 0 : this.since + 1;
      this.note();
    }
    note() {
      const step = this.moves.discriminator + this.moves.generator;
      this.curve.push([step, this.last["discriminator/loss"], this.last["generator/loss"]]);
      if (this.curve.length > 800) this.curve = this.curve.filter((_, i) => i % 2);
    }
    // What there is to see now.
    async look() {
      const side = card.lattice, reach = card.reach;
      this.lattice ??= Float32Array.from({ length: 2 * side * side }, (_, i) => {
        const at = i >> 1, place = i % 2 ? Math.floor(at / side) : at % side;
        return reach * ((2 * place) / (side - 1) - 1);
      });
      const net = card.fold;
      this.plane ??= Float32Array.from({ length: 2 * net * net }, (_, i) => {
        const at = i >> 1, place = i % 2 ? Math.floor(at / net) : at % net;
        return 2.2 * ((2 * place) / (net - 1) - 1);
      });
      const made = await this.run("look", {
        variables: [this.floats.slice(0, card.variables), [card.variables]],
        latent: [this.latent, [card.samples, 2]],
        plane: [this.plane, [net * net, 2]],
        lattice: [this.lattice, [side * side, 2]],
      });
      const view = Object.fromEntries(Object.entries(made).map(([name, x]) => [name, x.data]));
      view.plane = this.plane;
      view.modes = this.captured(view.samples);
      return view;
    }
    captured(samples) {
      const { centres, deviation } = this.shape, found = new Set();
      for (let i = 0; i < samples.length; i += 2) {
        let best = Infinity, nearest = -1;
        centres.forEach(([x, y], k) => {
          const far = Math.hypot(samples[i] - x, samples[i + 1] - y);
          if (far < best) [best, nearest] = [far, k];
        });
        if (best < card.numbers.HIGH_QUALITY * deviation) found.add(nearest);
      }
      return found.size;
    }
    // A row of the diagnosis: the library's probe, on two batches.
    async measure() {
      const random = new lesson.Random(23), readings = [];
      for (let part = 0; part < 2; part++) {
        const batch = this.batch(random);
        const made = await this.run(`${this.recipe}_probe`, {
          value: [batch.value, [card.batch, 2]],
          latent: [batch.latent, [card.batch, 2]],
        });
        readings.push(made);
      }
      const reading = {};
      for (const name of Object.keys(readings[0]))
        reading[name] = Float32Array.from(readings.flatMap(one => [...one[name].data]));
      const row = {
        step: this.moves.discriminator + this.moves.generator, ...this.last,
        ...this.data.heard(reading), ...this.data.compared(reading.fakes),
      };
      const bad = Object.values(row).some(x => !Number.isFinite(x));
      this.rows.push(bad ? { step: row.step, not_finite: true } : row);
      if (this.rows.length > 90) this.rows = this.rows.filter((_, i) => i % 2 || i > 60);
      return lesson.diagnosis.diagnose(this.rows, card.numbers);
    }
  }
  lesson.game = { Game, prepare, graph };
})();
