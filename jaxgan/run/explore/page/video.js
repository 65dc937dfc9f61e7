"use strict";
// Loops as WebM: pictures encoded by the browser (WebCodecs), and the file about them.
// A tag holds the same packet as other files have: WebM has no place of its own for it.
(() => {
  const text = new TextEncoder();
  const CODECS = [["vp09.00.10.08", "V_VP9"], ["vp8", "V_VP8"]];
  const TOOL = `jaxgan ${explorer.card.version}`;
  const KEY = 48; // frames from one that stands alone to the next: a cluster
  const BITS = 1.5; // of a pixel of a frame, on average

  // EBML (RFC 8794): an identifier, the length, the content.
  const whole = number => {
    const bytes = [];
    do bytes.unshift(number % 256); while ((number = Math.floor(number / 256)));
    return Uint8Array.from(bytes);
  };
  const real = number => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, number);
    return new Uint8Array(view.buffer);
  };
  const joined = parts => {
    const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { made.set(part, at); at += part.length; }
    return made;
  };
  const element = (name, ...parts) => {
    const body = joined(parts), length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(body.length) | (1n << 56n));
    return joined([whole(name), length, body]);
  };

  // Matroska (RFC 9559), as WebM has it: times are milliseconds.
  const file = ({ width, height, rate, codec, frames, packet }) => {
    const head = element(0x1a45dfa3,
      element(0x4286, whole(1)), element(0x42f7, whole(1)), element(0x42f2, whole(4)), element(0x42f3, whole(8)),
      element(0x4282, text.encode("webm")), element(0x4287, whole(4)), element(0x4285, whole(2)));
    const time = place => Math.round((1000 * place) / rate);
    const about = element(0x1549a966, element(0x2ad7b1, whole(1_000_000)),
      element(0x4489, real((1000 * frames.length) / rate)), element(0x4d80, text.encode(TOOL)), element(0x5741, text.encode(TOOL)));
    const track = element(0x1654ae6b, element(0xae,
      element(0xd7, whole(1)), element(0x73c5, whole(1)), element(0x83, whole(1)), element(0x9c, whole(0)),
      element(0x86, text.encode(codec)), element(0x23e383, whole(Math.round(1e9 / rate))),
      element(0xe0, element(0xb0, whole(width)), element(0xba, whole(height)))));
    const tags = packet ? [element(0x1254c367, element(0x7373, element(0x63c0),
      element(0x67c8, element(0x45a3, text.encode("XMP")), element(0x4487, packet))))] : [];
    const clusters = [];
    for (let first = 0; first < frames.length; first += KEY) {
      const blocks = frames.slice(first, first + KEY).map(({ key, data }, k) => {
        const start = new Uint8Array(4), view = new DataView(start.buffer);
        view.setUint8(0, 0x81);
        view.setInt16(1, time(first + k) - time(first));
        view.setUint8(3, key ? 0x80 : 0);
        return element(0xa3, start, data);
      });
      clusters.push(element(0x1f43b675, element(0xe7, whole(time(first))), ...blocks));
    }
    return new Blob([head, element(0x18538067, about, track, ...tags, ...clusters)], { type: "video/webm" });
  };

  // [name of WebCodecs, of Matroska] of what can be made here; null: nothing.
  const codec = async (width, height) => {
    if (!window.VideoEncoder) return null;
    for (const one of CODECS) {
      const answer = await VideoEncoder.isConfigSupported({ codec: one[0], width, height }).catch(() => null);
      if (answer?.supported) return one;
    }
    return null;
  };

  const webm = async (images, rate, times, options, composite = false) => {
    const { enlarged, packet } = explorer.files, frames = [];
    const [width, height] = [times * images[0].width, times * images[0].height];
    const [name, stored] = await codec(width, height);
    let wrong = null;
    const encoder = new VideoEncoder({
      output: chunk => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        frames.push({ key: chunk.type === "key", data });
      },
      error: error => { wrong = error; },
    });
    encoder.configure({ codec: name, width, height, framerate: rate, bitrate: Math.round(BITS * width * height * rate) });
    for (const [k, image] of images.entries()) {
      if (wrong) break;
      const frame = new VideoFrame(enlarged(image, times), { timestamp: Math.round((1e6 * k) / rate) });
      encoder.encode(frame, { keyFrame: k % KEY === 0 });
      frame.close();
    }
    await encoder.flush().catch(error => { wrong ??= error; });
    if (encoder.state !== "closed") encoder.close();
    if (wrong) throw wrong;
    return file({ width, height, rate, codec: stored, frames, packet: packet(options, composite) });
  };
  explorer.video = { codec, webm };
})();
