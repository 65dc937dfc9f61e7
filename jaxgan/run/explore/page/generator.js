"use strict";
// The generator: latents of a seed, what is done to them, and their pictures.
// The card, which is loaded before, has made `explorer`.
(() => {
  const card = explorer.card, [height, width, channels] = card.shape;
  const size = height * width * channels, styled = card.kind === "style";
  const [layers, numbers] = card.code ?? [1, 0];
  const path = name => `models/${name}.onnx`;

  explorer.floats = text =>
    new Float32Array(Uint8Array.from(atob(text), sign => sign.charCodeAt(0)).buffer);
  const ways = Object.fromEntries(Object.entries(card.directions ?? {}).map(([name, one]) => {
    const vectors = explorer.floats(one.vectors);
    return [name, one.steps.map((step, k) => ({
      way: vectors.subarray(k * numbers, (k + 1) * numbers), step,
    }))];
  }));
  const noise = (card.projected?.noise ?? []).map(one => ({
    shape: one.shape, own: explorer.floats(one.own), maps: explorer.floats(one.maps),
  }));

  // Sample `index` of a seed, as jaxgan draws it: {z, keys, label}.
  const draw = async (seed, index, label = null) => {
    const whole = BigInt(seed), low = 0xffffffffn;
    const made = await engine.run(path("latents"), {
      key: [BigInt64Array.of(whole >> 32n, whole & low), [2]],
      index: [Int32Array.of(index), [1]],
    });
    const drawn = made.labels ? Number(made.labels.data[0]) : 0;
    return { z: made.z.data, keys: made.keys.data, label: label ?? drawn };
  };

  const given = one => ({
    keys: [one.keys, [1, 2]], labels: [Int32Array.of(one.label), [1]],
  });
  const mapped = async (one, psi) => (await engine.run(path("mapping"), {
    z: [one.z, [1, one.z.length]], psi: [Float32Array.of(psi), []], ...given(one),
  })).w.data;

  // The codes of a latent in full and of the mean, of the same conditions.
  const codes = async one => {
    if (!styled) return { far: one.z, near: null };
    return { far: one.w ?? await mapped(one, 1), near: await mapped(one, 0) };
  };

  // Nearer to the typical code. Of styles, the share of the way in the first layers;
  // of noise, the threshold that it is cut off at.
  const truncate = async ({ far, near }, amount, cutoff) => {
    if (!card.truncation || amount === null) return far;
    if (card.truncation === "threshold") {
      const made = await engine.run(path("truncation"), {
        z: [far, [1, far.length]], threshold: [Float32Array.of(amount), []],
      });
      return made.cut.data;
    }
    const until = cutoff * numbers;
    return far.map((x, i) => (i < until ? near[i] + amount * (x - near[i]) : x));
  };

  // With the parts of some layers from another code.
  const mix = (code, other, chosen) =>
    code.map((x, i) => (chosen.has(Math.floor(i / numbers)) ? other[i] : x));

  // Moved along directions, by standard deviations, in layers from first to last.
  const move = (code, method, amounts, first, last) => {
    const moved = Float32Array.from(code);
    amounts.forEach((amount, k) => {
      if (!amount) return;
      const { way, step } = ways[method][k];
      for (let layer = first; layer <= last; layer++)
        for (let n = 0; n < numbers; n++) moved[layer * numbers + n] += amount * step * way[n];
    });
    return moved;
  };

  // The pictures of codes, each with {code, keys, label, projected}: arrays [H, W, C].
  const render = async ones => {
    const count = ones.length, keys = new BigInt64Array(2 * count);
    const all = new Float32Array(count * ones[0].code.length);
    ones.forEach((one, k) => {
      all.set(one.code, k * one.code.length);
      keys.set(one.keys, 2 * k);
    });
    const latent = styled ? [all, [count, layers, all.length / layers / count]]
      : [all, [count, ones[0].code.length]];
    const feed = {
      w: latent, z: latent, keys: [keys, [count, 2]],
      labels: [Int32Array.from(ones, one => one.label), [count]],
    };
    noise.forEach((map, k) => {
      const each = map.own.length, maps = new Float32Array(count * each);
      ones.forEach((one, at) => maps.set(one.projected === null || one.projected === undefined
        ? map.own : map.maps.subarray(one.projected * each, (one.projected + 1) * each), at * each));
      feed[`noise_${k}`] = [maps, [count, ...map.shape]];
    });
    const made = await engine.run(path(styled ? "synthesis" : "generator"), feed);
    return ones.map((_, k) => made.value.data.slice(k * size, (k + 1) * size));
  };

  // The latent on the way from one code to another: the library's own way.
  const between = async (start, end, share) => {
    const shape = styled ? [1, layers, start.length / layers] : [1, start.length];
    const made = await engine.run(path("between"), {
      start: [start, shape], end: [end, shape], share: [Float32Array.of(share), []],
    });
    return made.latent.data;
  };

  // A picture's bytes, RGBA.
  const pixels = value => {
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let k = 0; k < 3; k++) {
        const x = value[i * channels + (channels === 3 ? k : 0)];
        image.data[4 * i + k] = Math.round((Math.min(1, Math.max(-1, x)) + 1) * 127.5);
      }
      image.data[4 * i + 3] = 255;
    }
    return image;
  };
  const paint = (canvas, value) => {
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d").putImageData(pixels(value), 0, 0);
  };

  explorer.generator = {
    draw, codes, truncate, mix, move, render, between, pixels, paint,
    layers, numbers, ways, styled, width, height, channels,
  };
})();
