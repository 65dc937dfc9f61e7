"use strict";
// Questions with answers and reasons; progress stays in this browser.
(() => {
  const KEY = "jaxgan-lesson-answers", at = id => document.getElementById(id);
  // Only what is an answer of this quiz: the browser may remember an older one.
  const read = () => {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { /* nothing that can be read */ }
    return Object.fromEntries(lesson.questions.map((question, i) => [i, kept[i]])
      .filter(([i, place]) => lesson.questions[i].answers[place]));
  };
  const keep = answers => {
    try { localStorage.setItem(KEY, JSON.stringify(answers)); } catch { /* a private window */ }
  };
  let answers = read();

  // The order of the answers is the same for everybody, and not that of the file.
  const order = (question, index) => {
    const random = new lesson.Random(31 * index + 5), places = question.answers.map((_, i) => i);
    for (let i = places.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [places[i], places[j]] = [places[j], places[i]];
    }
    return places;
  };

  const score = () => {
    const right = lesson.questions.filter((_, i) => answers[i] === 0).length;
    const given = lesson.questions.filter((_, i) => i in answers).length;
    const all = lesson.questions.length;
    at("score").textContent = given
      ? `${right} of ${all} right${given === all ? (right === all ? ". All of them." : ". You can choose again.") : `, ${all - given} to go.`}`
      : `${all} questions.`;
    at("progress").style.width = `${(100 * right) / all}%`;
  };

  const mark = (box, question, index) => {
    const chosen = answers[index];
    for (const label of box.querySelectorAll("label")) {
      const place = Number(label.dataset.place);
      label.className = chosen === place ? (place ? "wrong" : "right") : "";
      label.querySelector("input").checked = chosen === place;
    }
    if (chosen !== undefined)
      box.querySelector(".reason").textContent = chosen === 0 ? `Right. ${question.reason}` : `Not quite. ${question.answers[chosen][1]}`;
  };

  function build() {
    at("questions").replaceChildren(...lesson.questions.map((question, index) => {
      const box = document.createElement("fieldset"), legend = document.createElement("legend");
      legend.textContent = question.question;
      box.append(legend);
      for (const place of order(question, index)) {
        const label = document.createElement("label"), input = document.createElement("input");
        input.type = "radio";
        input.name = `question-${index}`;
        label.dataset.place = place;
        label.append(input, question.answers[place][0]);
        input.addEventListener("change", () => {
          answers[index] = place;
          keep(answers);
          mark(box, question, index);
          score();
        });
        box.append(label);
      }
      const reason = document.createElement("p");
      reason.className = "reason";
      reason.setAttribute("aria-live", "polite");
      box.append(reason);
      mark(box, question, index);
      return box;
    }));
    score();
  }
  at("forget").addEventListener("click", () => {
    answers = {};
    keep(answers);
    build();
  });
  build();
})();
