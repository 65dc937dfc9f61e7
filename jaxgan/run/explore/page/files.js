"use strict";
// Files to keep: PNG and GIF here, WebM in video.js, which say that they are synthetic and how to make them.
(() => {
  const text = new TextEncoder(), card = explorer.card;
  const escaped = words => words.replace(/[&<>]/g, sign => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);

  // The packet that jaxgan writes too; null if files are to say nothing.
  const packet = (options, composite) => {
    if (!card.record) return null;
    const record = { ...card.record, options: { ...card.record.options, ...options } };
    const source = composite ? "compositeWithTrainedAlgorithmicMedia" : "trainedAlgorithmicMedia";
    return text.encode(
      '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
      + '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
      + ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
      + '  <rdf:Description rdf:about=""\n    xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
      + '    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"\n'
      + '    xmlns:jaxgan="urn:jaxgan:provenance:">\n'
      + `   <xmp:CreatorTool>jaxgan ${card.version}</xmp:CreatorTool>\n`
      + `   <Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/${source}</Iptc4xmpExt:DigitalSourceType>\n`
      + `   <jaxgan:record>${escaped(JSON.stringify(record))}</jaxgan:record>\n`
      + '  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>');
  };

  const checksums = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  const checksum = bytes => {
    let sum = 0xffffffff;
    for (const byte of bytes) sum = checksums[(sum ^ byte) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
  };

  const HEADER = 33; // bytes of a PNG's signature and header
  const png = async (canvas, options, composite = false) => {
    const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
    const said = packet(options, composite);
    if (!said) return blob;
    const head = text.encode("iTXtXML:com.adobe.xmp\0\0\0\0\0");
    const body = new Uint8Array(head.length + said.length);
    body.set(head);
    body.set(said, head.length);
    const chunk = new Uint8Array(body.length + 8), view = new DataView(chunk.buffer);
    view.setUint32(0, body.length - 4);
    chunk.set(body, 4);
    view.setUint32(body.length + 4, checksum(body));
    const file = new Uint8Array(await blob.arrayBuffer());
    return new Blob([file.subarray(0, HEADER), chunk, file.subarray(HEADER)], { type: "image/png" });
  };

  // A square of whole pixels, each so many times as large.
  const enlarged = (image, times) => {
    const small = document.createElement("canvas"), large = document.createElement("canvas");
    [small.width, small.height] = [image.width, image.height];
    small.getContext("2d").putImageData(image, 0, 0);
    [large.width, large.height] = [times * image.width, times * image.height];
    const pen = large.getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, large.width, large.height);
    return large;
  };

  // 256 colours for all frames, by median cut (Heckbert 1982), of 5 bits per channel.
  const palette = frames => {
    const counts = new Uint32Array(32768), grey = frames.every(({ data }) => {
      for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
      return true;
    });
    if (grey) return { colours: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)), find: red => red };
    const cell = (r, g, b) => ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
    for (const { data } of frames)
      for (let i = 0; i < data.length; i += 4) counts[cell(data[i], data[i + 1], data[i + 2])]++;
    const part = (at, axis) => (at >> (10 - 5 * axis)) & 31;
    const measured = cells => {
      let axis = 0, span = -1, weight = 0;
      for (let k = 0; k < 3; k++) {
        let low = 31, high = 0;
        for (const at of cells) { low = Math.min(low, part(at, k)); high = Math.max(high, part(at, k)); }
        if (high - low > span) [axis, span] = [k, high - low];
      }
      for (const at of cells) weight += counts[at];
      return { cells, axis, span, weight };
    };
    const boxes = [measured([...counts.keys()].filter(at => counts[at]))];
    while (boxes.length < 256) {
      const next = boxes.reduce((best, one) => (one.span * one.weight > best.span * best.weight ? one : best));
      if (!next.span) break;
      next.cells.sort((a, b) => part(a, next.axis) - part(b, next.axis));
      let half = 0, cut = 0;
      while (cut < next.cells.length - 1 && half < next.weight / 2) half += counts[next.cells[cut++]];
      boxes.splice(boxes.indexOf(next), 1, measured(next.cells.slice(0, cut)), measured(next.cells.slice(cut)));
    }
    const colours = new Uint8Array(768), places = new Uint8Array(32768);
    boxes.forEach(({ cells, weight }, k) => {
      for (let axis = 0; axis < 3; axis++) {
        const sum = cells.reduce((all, at) => all + counts[at] * (part(at, axis) * 8 + 4), 0);
        colours[3 * k + axis] = Math.round(sum / weight);
      }
      for (const at of cells) places[at] = k;
    });
    return { colours, find: (r, g, b) => places[cell(r, g, b)] };
  };

  // LZW as GIF has it (GIF89a, appendix F), of bytes.
  const compressed = values => {
    const out = [], table = new Map();
    let bits = 9, next = 258, held = 0, filled = 0;
    const put = code => {
      held |= code << filled;
      filled += bits;
      while (filled >= 8) { out.push(held & 255); held >>>= 8; filled -= 8; }
    };
    put(256);
    let prefix = values[0];
    for (let i = 1; i < values.length; i++) {
      const both = prefix * 256 + values[i], known = table.get(both);
      if (known !== undefined) { prefix = known; continue; }
      put(prefix);
      if (next === 4096) {
        put(256);
        table.clear();
        [bits, next] = [9, 258];
      } else {
        table.set(both, next);
        if (next++ === 1 << bits) bits++;
      }
      prefix = values[i];
    }
    put(prefix);
    put(257);
    if (filled) out.push(held & 255);
    return out;
  };

  const gif = (frames, rate, times, options, composite = false) => {
    const { colours, find } = palette(frames), [first] = frames;
    const width = times * first.width, height = times * first.height;
    const short = x => [x & 255, x >> 8], parts = [];
    parts.push(text.encode("GIF89a"), Uint8Array.of(...short(width), ...short(height), 0xf7, 0, 0), colours);
    parts.push(Uint8Array.of(0x21, 0xff, 11), text.encode("NETSCAPE2.0"), Uint8Array.of(3, 1, 0, 0, 0));
    const delay = Math.max(2, Math.round(100 / rate));
    for (const { data } of frames) {
      const values = new Uint8Array(width * height);
      for (let y = 0, at = 0; y < height; y++)
        for (let x = 0; x < width; x++, at++) {
          const i = 4 * (Math.floor(y / times) * first.width + Math.floor(x / times));
          values[at] = find(data[i], data[i + 1], data[i + 2]);
        }
      parts.push(Uint8Array.of(0x21, 0xf9, 4, 0, ...short(delay), 0, 0));
      parts.push(Uint8Array.of(0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0, 8));
      const bytes = Uint8Array.from(compressed(values));
      for (let at = 0; at < bytes.length; at += 255) {
        const block = bytes.subarray(at, at + 255);
        parts.push(Uint8Array.of(block.length), block);
      }
      parts.push(Uint8Array.of(0));
    }
    const said = packet(options, composite);
    if (said) {
      const trailer = Uint8Array.from({ length: 258 }, (_, i) => (i === 0 ? 1 : 256 - i));
      trailer[257] = 0;
      parts.push(Uint8Array.of(0x21, 0xff, 11), text.encode("XMP DataXMP"), said, trailer);
    }
    parts.push(Uint8Array.of(0x3b));
    return new Blob(parts, { type: "image/gif" });
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  explorer.files = { packet, png, gif, enlarged, save };
})();
