"use strict";
// Bars of the latent's numbers, and walks between pinned pictures.
(() => {
  const { card, choice, chosen } = explorer, make = explorer.generator;
  const at = id => document.getElementById(id), { button, tells, update, shown } = explorer.controls;
  const BAR = 3; // the largest number that is drawn

  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let place = 0, z = new Float32Array();
  const bars = {
    draw: async () => {
      const one = await chosen.latent();
      at("latent").hidden = !make.ways[choice.method] || Boolean(one.w);
      if (one.w) return;
      z = one.z;
      const canvas = at("bars"), pen = canvas.getContext("2d");
      const scale = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
      if (!box.width) return;
      [canvas.width, canvas.height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
      const step = canvas.width / z.length, middle = canvas.height / 2;
      const [plain, moved, soft] = ["--soft", "--fake", "--line"].map(colour);
      pen.fillStyle = soft;
      pen.fillRect(0, middle - 0.5, canvas.width, 1);
      z.forEach((x, k) => {
        const high = (Math.max(-BAR, Math.min(BAR, x)) / BAR) * middle;
        pen.fillStyle = k in choice.edits ? moved : plain;
        pen.globalAlpha = k === place ? 1 : 0.75;
        pen.fillRect(k * step, Math.min(middle, middle - high), Math.max(1, step - Math.min(scale, step / 4)), Math.max(1, Math.abs(high)));
      });
      at("number").max = z.length - 1;
      at("value").value = z[place];
      at("value-told").value = z[place].toFixed(2);
    },
    set: (number, value) => {
      place = Math.max(0, Math.min(z.length - 1, number));
      at("number").value = place;
      choice.edits[place] = Number(value.toFixed(2));
      update();
    },
  };
  const drag = event => {
    if (!(event.buttons & 1)) return;
    const box = at("bars").getBoundingClientRect();
    const number = Math.floor(((event.clientX - box.left) / box.width) * z.length);
    const value = BAR * (1 - (2 * (event.clientY - box.top)) / box.height);
    bars.set(number, Math.max(-BAR, Math.min(BAR, value)));
  };
  at("bars").addEventListener("pointerdown", event => { at("bars").setPointerCapture(event.pointerId); drag(event); });
  at("bars").addEventListener("pointermove", drag);
  at("number").addEventListener("input", () => {
    place = Math.max(0, Math.min(z.length - 1, Math.floor(Number(at("number").value)) || 0));
    bars.draw();
  });
  at("value").addEventListener("input", () => bars.set(place, Number(at("value").value)));
  explorer.bars = bars;

  const MOST = 8;
  let pins = [], playing = false, rendering = false, saving = false, wanted = null;
  const pin = async () => {
    if (!shown() || pins.length >= MOST) return;
    pins = [...pins, shown()];
    await follow();
  };
  const list = () => {
    at("pins").replaceChildren(...pins.map((one, k) => {
      const made = button("", `Remove pin ${k + 1}`, () => {
        pins = pins.filter((_, other) => other !== k);
        follow();
        (at("pins").children[Math.min(k, pins.length - 1)] ?? at("pin")).focus({ preventScroll: true });
      });
      const canvas = document.createElement("canvas");
      make.paint(canvas, one.value);
      made.append(canvas);
      return made;
    }));
    at("pins-note").textContent = pins.length < 2
      ? `Pin two pictures at least, up to ${MOST}: choose one above, press "Pin for a walk", choose another.`
      : "Press a pin to remove it. Noise and class are those of the first.";
    at("pin").disabled = pins.length >= MOST;
    for (const id of ["play", "save-webm", "save-gif", "way"]) at(id).disabled = saving || pins.length < 2;
    at("clear").disabled = !pins.length;
  };
  const stops = () => (at("round").checked ? [...pins, pins[0]] : pins);
  const count = () => Number(at("frames").value) * (stops().length - 1) + (at("round").checked ? 0 : 1);
  const latentAt = async (share, every = stops()) => {
    const far = share * (every.length - 1), leg = Math.min(Math.floor(far), every.length - 2);
    const code = await make.between(every[leg].code, every[leg + 1].code, far - leg);
    return { ...every[0], code };
  };
  const follow = async () => {
    list();
    [at("frames-told").value, at("rate-told").value] = [at("frames").value, at("rate").value];
    if (pins.length < 2) { pause(); at("walk-told").textContent = ""; return; }
    await look(Number(at("way").value));
  };
  // The newest place that is asked for.
  const look = async share => {
    wanted = share;
    if (rendering) return;
    rendering = true;
    try {
      while (wanted !== null && pins.length > 1) {
        const now = wanted;
        wanted = null;
        const [value] = await make.render([await latentAt(now)]);
        make.paint(at("walked"), value);
        tells("way", `${(100 * now).toFixed(0)} %`);
      }
    } catch (error) {
      pause();
      at("walk-told").textContent = String(error);
    } finally { rendering = false; }
  };
  const pause = () => { playing = false; at("play").textContent = "Play"; };
  const play = () => {
    if (playing) return pause();
    playing = true;
    at("play").textContent = "Pause";
    let before = performance.now(), share = Number(at("way").value);
    const frame = async now => {
      if (!playing) return;
      share += ((Math.max(0, now - before) / 1000) * Number(at("rate").value)) / Math.max(1, count());
      before = now;
      if (share >= 1) share = at("round").checked ? share % 1 : 0;
      at("way").value = share;
      await look(share);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return undefined;
  };
  // All pictures of the walk, in batches.
  const walked = async () => {
    const total = count(), last = at("round").checked ? total : total - 1, images = [];
    const every = stops();
    for (let k = 0; k < total; k += 8) {
      const some = [];
      for (let i = k; i < Math.min(total, k + 8); i++) some.push(await latentAt(i / last, every));
      for (const value of await make.render(some)) images.push(make.pixels(value));
      at("walk-told").textContent = `Made ${images.length} of ${total} pictures …`;
      await new Promise(requestAnimationFrame);
    }
    return images;
  };
  // Of even sides, which videos want.
  const times = Math.max(2, 2 * Math.round(128 / make.width));
  // The file of the walk, which says what each pin is.
  const loop = async kind => {
    const from = pins.some(one => one.projected !== null), rate = Number(at("rate").value);
    const options = {
      pins: pins.map(one => one.options), round: at("round").checked,
      frames: Number(at("frames").value), rate,
    };
    const images = await walked();
    at("walk-told").textContent = "Writing the file …";
    await new Promise(requestAnimationFrame);
    const write = kind === "webm" ? explorer.video.webm : explorer.files.gif;
    const file = await write(images, rate, times, options, from);
    at("walk-told").textContent = `${images.length} pictures, ${(file.size / 1024).toFixed(0)} KB.`;
    return file;
  };
  const keep = async kind => {
    saving = true;
    list();
    try {
      explorer.files.save(await loop(kind), `${card.experiment}_walk.${kind}`);
    } catch (error) {
      at("walk-told").textContent = `Not saved: ${error.message}`;
    } finally {
      saving = false;
      list();
    }
  };
  const setUp = () => {
    at("walk").hidden = !card.walk;
    at("pin").hidden = !card.walk;
    at("walk-lead").textContent = make.styled
      ? "From pin to pin, styles w are mixed on a straight line." : "From pin to pin, latents z go along a great circle, on which they stay as long as random ones are.";
    at("pin").addEventListener("click", pin);
    at("play").addEventListener("click", play);
    at("clear").addEventListener("click", () => { pins = []; follow(); });
    for (const kind of ["webm", "gif"]) at(`save-${kind}`).addEventListener("click", () => keep(kind));
    explorer.video.codec(times * make.width, times * make.height).then(found => { at("save-webm").hidden = !found; });
    at("way").addEventListener("input", () => { pause(); look(Number(at("way").value)); });
    for (const id of ["frames", "rate", "round"]) at(id).addEventListener("input", follow);
    list();
    [at("frames-told").value, at("rate-told").value] = [at("frames").value, at("rate").value];
  };
  explorer.walk = { setUp, pin, loop, latentAt };
})();
