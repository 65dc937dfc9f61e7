"use strict";
const templates = JSON.parse(document.getElementById("templates").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const touch = matchMedia("(pointer: coarse)").matches;
const body = document.getElementById("body");
const template = () => templates[dark.matches ? "dark" : "light"];

function draw(element, content) {
  const layout = { ...content.layout, template: template() };
  // A finger that drags over a flat plot wants to scroll the page.
  if (touch && !layout.scene) layout.dragmode = false;
  const figure = { data: content.data, layout, frames: content.frames || [],
                   config: { responsive: true, displaylogo: false, displayModeBar: touch ? false : "hover",
                             // By default plotly offers to upload every chart.
                             showSendToCloud: false, plotlyServerURL: "",
                             modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"] } };
  // Frames would be added to those of before.
  if (content.frames && element.data) Plotly.purge(element);
  return element.data && !content.frames ? Plotly.react(element, figure) : Plotly.newPlot(element, figure);
}

/* One plot after the other, from above, so that the page can be read meanwhile. */
const waiting = [];
async function work() {
  while (waiting.length) {
    const element = waiting[0];
    const before = dark.matches;
    await draw(element, element.content);
    if (dark.matches !== before) await Plotly.relayout(element, { template: template() });
    await new Promise((go) => setTimeout(go));
    waiting.shift();
  }
}

function prepare(root) {
  const idle = !waiting.length;
  for (const element of root.querySelectorAll(".canvas")) {
    const script = element.querySelector("script");
    if (script) {
      element.content = JSON.parse(script.textContent);
      script.remove();
    }
    // Where it is folded away a plot has no width yet.
    if (element.data || waiting.includes(element) || element.closest("details:not([open])")) continue;
    waiting.push(element);
  }
  if (idle) work();
}

body.addEventListener("toggle", (event) => { if (event.target.open) prepare(event.target); }, true);

function show(slides, place) {
  const images = [...slides.querySelectorAll("img")];
  images.forEach((image, index) => { image.hidden = index !== place; });
  const input = slides.querySelector("input");
  input.value = place;
  input.setAttribute("aria-valuetext", images[place].dataset.label);
  slides.querySelector("output").value = images[place].dataset.label;
}

/* The line between source and output follows a pointer from wherever it comes down. */
function split(input) {
  input.parentElement.style.setProperty("--line", `${input.value}%`);
  input.setAttribute("aria-valuetext", `${Math.round(input.value)} % source`);
}

function follow(event) {
  const input = event.target;
  if (!input.matches(".before-after input") || !(event.type === "pointerdown" || event.buttons)) return;
  const box = input.getBoundingClientRect();
  input.value = 100 * (event.clientX - box.left) / box.width;
  split(input);
}
body.addEventListener("pointerdown", follow);
body.addEventListener("pointermove", follow);

body.addEventListener("input", (event) => {
  if (event.target.matches(".before-after input")) split(event.target);
  const slides = event.target.closest(".slides");
  if (slides) show(slides, Number(event.target.value));
});

dark.addEventListener("change", () => {
  for (const element of document.querySelectorAll(".canvas")) {
    if (element.data) Plotly.relayout(element, { template: template() });
  }
});

/* Live: a new body takes over what the reader has done with the old one. */
function renew(html) {
  const fresh = document.createElement("main");
  fresh.innerHTML = html;
  const scroll = scrollY;
  const lines = [...body.querySelectorAll(".before-after input")].map((one) => one.value);
  const opened = [...body.querySelectorAll("details")].map((one) => one.open);
  const old = document.getElementById("slides");
  const input = old && old.querySelector("input");
  const label = input && input.value !== input.max ? old.querySelector("output").value : null;
  for (const element of fresh.querySelectorAll(".canvas")) {
    const before = document.getElementById(element.id);
    if (!before) continue;
    const content = JSON.parse(element.querySelector("script").textContent);
    const same = JSON.stringify(content) === JSON.stringify(before.content);
    before.content = content;
    element.replaceWith(before);
    if (!same && before.data) draw(before, content);
  }
  body.replaceChildren(...fresh.childNodes);
  const details = [...body.querySelectorAll("details")];
  if (details.length === opened.length) details.forEach((one, i) => { one.open = opened[i]; });
  body.querySelectorAll(".before-after input").forEach((one, i) => {
    if (i < lines.length) { one.value = lines[i]; split(one); }
  });
  const slides = document.getElementById("slides");
  if (slides && label !== null) {
    const place = [...slides.querySelectorAll("img")].findIndex((image) => image.dataset.label === label);
    if (place >= 0) show(slides, place);
  }
  prepare(body);
  scrollTo({ top: scroll, behavior: "instant" });
}

let tag = "";
async function ask() {
  try {
    const answer = await fetch("body", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (answer.status === 200) {
      tag = answer.headers.get("ETag");
      renew(await answer.text());
    }
  } catch { /* the server has ended, or is about to come back */ }
}

prepare(body);
const seconds = Number(body.dataset.refresh);
if (seconds > 0) setInterval(() => { if (!document.hidden) ask(); }, 1000 * seconds);
