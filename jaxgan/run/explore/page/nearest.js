"use strict";
// The nearest training picture, by the mean square of differences of small pixels.
(() => {
  const { training } = explorer.card, { width, height, channels } = explorer.generator;
  const wide = Math.floor(width / training.square), high = Math.floor(height / training.square);
  const size = wide * high * channels;
  let sheet = null;

  const load = async () => {
    if (!training.sheet) return;
    const image = new Image();
    image.src = training.sheet;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    sheet = new Uint8Array(training.count * size);
    for (let n = 0, at = 0; n < training.count; n++) {
      const left = (n % training.columns) * wide, top = Math.floor(n / training.columns) * high;
      for (let y = 0; y < high; y++)
        for (let x = 0; x < wide; x++)
          for (let k = 0; k < channels; k++, at++)
            sheet[at] = data[4 * ((top + y) * image.width + left + x) + k];
    }
  };

  // As small as training pictures are, in 0 ... 255.
  const small = value => {
    const made = new Float32Array(size), square = training.square;
    for (let y = 0; y < high * square; y++)
      for (let x = 0; x < wide * square; x++)
        for (let k = 0; k < channels; k++) {
          const at = (Math.floor(y / square) * wide + Math.floor(x / square)) * channels + k;
          made[at] += (Math.min(1, Math.max(-1, value[(y * width + x) * channels + k])) + 1) * 127.5;
        }
    return made.map(x => x / square ** 2);
  };

  const find = value => {
    if (!sheet) return null;
    const own = small(value);
    let best = Infinity, place = 0;
    for (let n = 0; n < training.count; n++) {
      let sum = 0;
      for (let i = 0, at = n * size; i < size && sum < best; i++, at++) {
        const far = own[i] - sheet[at];
        sum += far * far;
      }
      if (sum < best) [best, place] = [sum, n];
    }
    return { place, distance: Math.sqrt(best / size) };
  };

  const paint = (canvas, place) => {
    [canvas.width, canvas.height] = [wide, high];
    const image = new ImageData(wide, high);
    for (let i = 0; i < wide * high; i++) {
      for (let k = 0; k < 3; k++)
        image.data[4 * i + k] = sheet[place * size + i * channels + (channels === 3 ? k : 0)];
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  };
  explorer.nearest = { load, find, paint, there: () => sheet !== null };
})();
