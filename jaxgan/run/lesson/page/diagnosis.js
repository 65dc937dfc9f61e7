"use strict";
// jaxgan's diagnosis, ported: what is measured of samples, and the rules that read it.
// Thresholds and advice are the library's own, in card.js; a test compares both on
// stored histories and on drawn points.
(() => {
  const mean = values => {
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  };

  // Pairwise, [n · m], of points [2n] and [2m].
  const distances = (left, right) => {
    const [n, m] = [left.length / 2, right.length / 2], made = new Float64Array(n * m);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++)
        made[i * m + j] = Math.hypot(left[2 * i] - right[2 * j], left[2 * i + 1] - right[2 * j + 1]);
    return made;
  };
  const median = values => {
    const sorted = Float64Array.from(values).sort(), half = sorted.length >> 1;
    if (!sorted.length) return NaN;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };
  const rowLeast = (within, n, m, self) => {
    const least = new Float64Array(n).fill(Infinity);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++)
        if (!(self && i === j)) least[i] = Math.min(least[i], within[i * m + j]);
    return least;
  };
  const columnLeast = (across, n, m) => {
    const least = new Float64Array(m).fill(Infinity);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++) least[j] = Math.min(least[j], across[i * m + j]);
    return least;
  };
  const effective = (within, width) =>
    1 / mean(within.map(d => Math.exp(-0.5 * (d / width) ** 2)));
  const apart = (within, n) => mean(within) * n / (n - 1);

  // The data, and what they are like among themselves: two parts of equal size.
  class Data {
    constructor(first, second, numbers) {
      const n = first.length / 2;
      this.first = first;
      this.count = n;
      this.within = distances(first, first);
      this.scale = Math.sqrt(mean(this.within.map(d => d * d)));
      const others = this.within.filter((_, at) => Math.floor(at / n) !== at % n);
      this.width = Math.max(median(others) * numbers.SAME, 1e-12);
      this.radii = Float64Array.from({ length: n }, (_, i) => Math.max(this.width,
        this.within.slice(i * n, (i + 1) * n).sort()[numbers.NEIGHBOURS]));
      this.directions = Data.directions(first);
      this.signals = this.beside("data", second, this.within);
    }
    // Principal directions over deviations along them, as columns [[x, y], [x, y]].
    static directions(points) {
      const n = points.length / 2, centre = [0, 1].map(k => mean(points.filter((_, i) => i % 2 === k)));
      let [xx, xy, yy] = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        const [x, y] = [points[2 * i] - centre[0], points[2 * i + 1] - centre[1]];
        xx += x * x / n; xy += x * y / n; yy += y * y / n;
      }
      const half = Math.hypot((xx - yy) / 2, xy), angle = 0.5 * Math.atan2(2 * xy, xx - yy);
      return [[angle, (xx + yy) / 2 + half], [angle + Math.PI / 2, (xx + yy) / 2 - half]].map(
        ([turn, variance]) => [Math.cos(turn), Math.sin(turn)].map(x => x / Math.max(Math.sqrt(Math.max(variance, 0)), 1e-12)));
    }
    beside(group, samples, dataWithin) {
      const [n, m] = [samples.length / 2, this.count];
      const within = group === "data" ? dataWithin : distances(samples, samples);
      const across = distances(samples, this.first);
      let inside = 0;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < m; j++)
          if (across[i * m + j] <= this.radii[j]) { inside++; break; }
      const near = columnLeast(across, n, m);
      let covered = 0;
      for (let j = 0; j < m; j++) covered += near[j] <= this.radii[j];
      return {
        [`${group}/effective_number`]: effective(within, this.width),
        [`${group}/precision`]: inside / n,
        [`${group}/coverage`]: covered / m,
      };
    }
    compared(samples) {
      const [n, m] = [samples.length / 2, this.count];
      const within = distances(samples, samples), across = distances(samples, this.first);
      const [fake, real] = [rowLeast(within, n, n, true), rowLeast(this.within, m, m, true)];
      const [toReal, toFake] = [rowLeast(across, n, m, false), columnLeast(across, n, m)];
      const scale = apart(this.within, m);
      const share = (a, b) => mean(a.map((x, i) => x < b[i]));
      const centre = points => [0, 1].map(k => mean(points.filter((_, i) => i % 2 === k)));
      const [here, there] = [centre(samples), centre(this.first)];
      return {
        ...this.signals,
        ...this.beside("samples", samples),
        "samples/told_apart": 0.5 * (share(fake, toReal) + share(real, toFake)),
        "samples/distance": (2 * mean(across) - apart(within, n) - scale) / Math.max(scale, 1e-12),
        ...Object.fromEntries(this.directions.map(([x, y], i) =>
          [`samples/position_${i}`, (here[0] - there[0]) * x + (here[1] - there[1]) * y])),
      };
    }
    // What the probe read, as `signals` of the library.
    heard(reading) {
      const margin = mean(reading.train_logits) - mean(reading.fake_logits);
      return {
        "signal/loss_slope": mean(reading.loss_slopes),
        "signal/value_slope": mean(reading.value_slopes),
        "signal/reach": mean(reading.value_slopes) * this.scale / Math.max(Math.abs(margin), 1e-12),
      };
    }
  }

  // Rows as series over steps: medians of the last third of the run.
  class History {
    constructor(rows) {
      this.rows = rows;
      this.last = rows.reduce((most, row) => Math.max(most, row.step), 0);
    }
    series(name, after = 2 / 3) {
      return this.rows.filter(row => name in row && row.step > after * this.last).map(row => row[name]);
    }
    late(name) { return median(this.series(name)); }
    before(name) {
      const values = this.series(name, 1 - 2 / 3);
      return median(values.slice(0, values.length - this.series(name).length));
    }
  }

  const percent = x => `${(100 * x).toFixed(0)} %`;
  const shown = x => Number(x.toPrecision(2)).toLocaleString("en");

  const swings = (history, numbers) => {
    const along = [0, 1].map(i => history.series(`samples/position_${i}`, numbers.SWINGING));
    const used = along.filter(x => x.length === along[0].length);
    const count = along[0].length;
    if (count < 6) return null;
    const centre = used.map(mean);
    const squares = Array.from({ length: count }, (_, t) => used.reduce((sum, x, k) => sum + (x[t] - centre[k]) ** 2, 0));
    const swing = Math.sqrt(mean(squares));
    let path = 0;
    for (let t = 1; t < count; t++) path += Math.hypot(...used.map(x => x[t] - x[t - 1]));
    const net = Math.hypot(...used.map(x => x[count - 1] - x[0]));
    const far = history.series("samples/distance", numbers.SWINGING), half = Math.ceil(far.length / 2);
    const [then, now] = [mean(far.slice(0, half)), mean(far.slice(half))];
    if (!(swing > numbers.WIDE && path > 3 * net && now > 0.5 * then)) return null;
    return `the samples' mean swings by ${shown(swing)} of the data's deviations and comes no nearer`;
  };

  // By name of the finding: f(history, numbers) -> evidence, or null.
  const rules = {
    divergence(history, numbers) {
      const bad = history.rows.find(row => "not_finite" in row);
      if (bad) return `at step ${bad.step} a number is not finite`;
      const margin = read => Math.abs(read("discriminator/real_logits") - read("discriminator/fake_logits"));
      const [late, before] = [margin(x => history.late(x)), margin(x => history.before(x))];
      if (!(late > numbers.ENDLESS && late > 2 * before)) return null;
      return `the discriminator's margin grows without bound, to ${shown(late)}`;
    },
    "vanishing generator gradient"(history, numbers) {
      const ranking = history.late("discriminator/ranking");
      const [slope, reach] = [history.late("signal/loss_slope"), history.late("signal/reach")];
      const silent = slope === 0 && history.late("generator/gradient_norm") === 0;
      if (!(ranking > numbers.SURE && ((slope > 0 && slope < numbers.FAINT) || silent || reach < numbers.FLAT))) return null;
      return `D ranks ${percent(ranking)} of pairs rightly; the generator's loss has a slope of ${shown(slope)} (1/2 if players are even), D's own makes up ${shown(reach)} of its margin`;
    },
    "oscillation without progress": swings,
    "discriminator too weak"(history, numbers) {
      const ranking = history.late("discriminator/ranking");
      const [told, distance] = [history.late("samples/told_apart"), history.late("samples/distance")];
      if (!(ranking < numbers.GUESSING && told > numbers.APART && distance > numbers.FAR)) return null;
      if (ranking > numbers.BEHIND && swings(history, numbers)) return null;
      return `D ranks only ${percent(ranking)} of pairs rightly (half would be a guess), while a nearest neighbour tells ${percent(told)} apart`;
    },
    "mode collapse"(history, numbers) {
      const both = name => [history.late(`samples/${name}`), history.late(`data/${name}`)];
      const [number, all] = both("effective_number"), [covered, allCovered] = both("coverage");
      const [precise, allPrecise] = both("precision");
      const far = history.late("samples/distance") > numbers.FAR;
      let dropped = precise > (far ? numbers.FAIR : numbers.GOOD) * allPrecise && covered < numbers.UNCOVERED * allCovered;
      if (number > 0.9 * all && swings(history, numbers)) dropped = false;
      if (!(number < numbers.ALIKE * all || dropped)) return null;
      return `samples count as ${number.toFixed(1)} different ones, as many real points as ${all.toFixed(1)}; ${percent(covered)} of the data have a sample near them`;
    },
  };

  // Findings [{name, evidence}] of rows; early: too few measurements to call it healthy.
  const diagnose = (rows, numbers) => {
    const history = new History(rows);
    const findings = Object.entries(rules)
      .map(([name, find]) => ({ name, evidence: find(history, numbers) }))
      .filter(finding => finding.evidence);
    return { findings, early: history.series("signal/loss_slope").length < numbers.FEWEST };
  };

  lesson.diagnosis = { Data, diagnose, rules: Object.keys(rules), mean };
})();
