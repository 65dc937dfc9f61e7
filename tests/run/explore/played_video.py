"""A video of the explorer, taken apart and decoded in the browser that made it."""

PLAYED = """(async () => {
  const blob = await explorer.walk.loop("webm");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer), text = new TextDecoder().decode(bytes);
  const ids = (at, end, found = []) => {
    while (at < end) {
      let wide = Math.clz32(bytes[at]) - 23, id = 0;
      for (let k = 0; k < wide; k++) id = id * 256 + bytes[at + k];
      const size = Number(view.getBigUint64(at + wide) & ((1n << 56n) - 1n));
      at += wide + 8;
      if ([0x18538067, 0x1f43b675].includes(id)) ids(at, at + size, found);
      else found.push([id, at, size]);
      at += size;
    }
    return found;
  };
  const blocks = ids(0, bytes.length).filter(([id]) => id === 0xa3);
  const frames = [];
  const decoder = new VideoDecoder({
    output: frame => {
      const canvas = new OffscreenCanvas(frame.displayWidth, frame.displayHeight);
      const pen = canvas.getContext("2d");
      pen.drawImage(frame, 0, 0);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      frames.push([frame.timestamp, canvas.width, ...data]);
      frame.close();
    },
    error: error => { throw error; },
  });
  decoder.configure({ codec: text.includes("V_VP9") ? "vp09.00.10.08" : "vp8" });
  for (const [, at, size] of blocks)
    decoder.decode(new EncodedVideoChunk({
      type: bytes[at + 3] & 0x80 ? "key" : "delta",
      timestamp: 1000 * view.getInt16(at + 1), data: bytes.subarray(at + 4, at + size),
    }));
  await decoder.flush();
  return frames;
})()"""
"""JavaScript: [milliseconds · 1000, width, RGBA ...] of each frame."""
