"use strict";
// Exported graphs, run by onnxruntime-web, which is loaded when it is asked for.
window.engine = (() => {
  const graphs = new Map();

  const loadScript = source => new Promise((good, bad) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = good;
    script.onerror = () => bad(new Error(`${source} could not be loaded`));
    document.head.append(script);
  });

  // Loads the runtime out of its folder.
  const prepare = async folder => {
    if (!folder) throw new Error("this folder was made without the engine");
    if (window.ort) return;
    await loadScript(`${folder}/ort.wasm.min.js`);
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = new URL(`${folder}/`, document.baseURI).href;
  };

  // A file's compiled graph, loaded when it is asked for.
  const graph = path => {
    if (!graphs.has(path))
      graphs.set(path, fetch(path)
        .then(answer => {
          if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
          return answer.arrayBuffer();
        })
        .then(data => ort.InferenceSession.create(data))
        .catch(error => { graphs.delete(path); throw error; })); // it may be there later
    return graphs.get(path);
  };

  const TYPES = new Map([[Int32Array, "int32"], [Float32Array, "float32"], [BigInt64Array, "int64"]]);

  // Runs it on those of {name: [numbers, shape]} that it takes.
  const run = async (path, feed) => {
    const session = await graph(path), tensors = {};
    for (const input of session.inputNames) {
      const [data, shape] = feed[input];
      tensors[input] = new ort.Tensor(TYPES.get(data.constructor), data, shape);
    }
    return session.run(tensors);
  };
  return { prepare, graph, run };
})();
