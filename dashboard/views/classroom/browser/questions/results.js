// What a class answered, the two votes side by side, and beside them what the engine answers and why.

import { element, svg } from "../../../../browser/dom.js";
import { axes, curveBox } from "./inputs.js";
import { paragraphs } from "./text.js";
import { LETTERS, numberText, pointsOf, rowsOf, shareOf } from "./words.js";

const TURN_NAMES = ["alone", "after talking"];

/**
 * A part that shows results.
 * @param {object} question what was asked
 * @param {object} engine what the engine answers, and why
 * @param {object[]} turns the distribution of each vote; none for a single reader
 * @param {?(number|number[])} own one's own answer
 */
export function resultsOf(question, engine, turns, own = null) {
  const parts = [];
  parts.push(engineWord(question, engine));
  if (turns.length) parts.push(legend(turns));
  if (question.kind === "curve") parts.push(curves(question, engine, turns, own));
  if (question.kind === "number" && turns.length) parts.push(histogram(turns));
  const rows = rowsOf(question, engine, turns);
  parts.push(element("ol", { class: "q-rows" }, ...rows.map((row) => rowOf(row, question, turns, own))));
  if (engine.why) parts.push(element("div", { class: "q-why" }, ...paragraphs(engine.why)));
  return element("div", { class: "q-results" }, ...parts);
}

function engineWord({ kind, options }, { answer, number }) {
  const says =
    kind === "choice"
      ? `${LETTERS[answer]}${number ? `, since it computes ${number}` : ""}`
      : kind === "unit"
        ? `unit ${answer}`
        : kind === "curve"
          ? "the thick curve below"
          : numberText(answer);
  const text = kind === "choice" ? options[answer] : "";
  return element(
    "p",
    { class: "q-engine" },
    element("strong", { text: `The engine: ${says}.` }),
    text ? ` ${text}` : "",
  );
}

function legend(turns) {
  const items = turns.map(({ count, right }, turn) =>
    element(
      "span",
      { class: "q-key" },
      element("i", { class: `q-swatch q-turn-${turn + 1}` }),
      `${turns.length > 1 ? `${TURN_NAMES[turn]}: ` : ""}${shareOf(right, count)} right`,
    ),
  );
  return element("p", { class: "q-legend" }, ...items);
}

function rowOf({ label, text, counts, isRight, reason }, { kind }, turns, own) {
  const bars = counts.map((count, turn) => {
    const share = turns[turn].count ? count / turns[turn].count : 0;
    const fill = element("i", { class: `q-fill q-turn-${turn + 1}` });
    fill.style.width = `${100 * share}%`;
    return element("span", { class: "q-bar" }, fill, element("b", { text: String(count) }));
  });
  const isOwn = kind === "choice" && own !== null && LETTERS[own] === label;
  const marks = [isRight ? "right" : "", isOwn ? "your answer" : ""].filter(Boolean).join(", ");
  return element(
    "li",
    { class: `q-row${isRight ? " q-right" : ""}` },
    element(
      "p",
      { class: "q-row-text" },
      label ? element("span", { class: "q-letter", text: label }) : "",
      element("span", { text }),
      marks ? element("em", { text: marks }) : "",
    ),
    element("div", { class: "q-bars" }, ...bars),
    ...(reason ? paragraphs(reason) : []),
  );
}

const line = (className, values, question) =>
  svg("polyline", {
    class: className,
    points: pointsOf(values, { ...curveBox, ...question }).map((point) => point.join()).join(" "),
  });

function curves(question, engine, turns, own) {
  const picture = svg("svg", {
    viewBox: `0 0 ${curveBox.width} ${curveBox.height}`,
    class: "q-sketch",
    role: "img",
    "aria-label": "The engine’s curve, and the class’s",
  });
  picture.append(...axes(question));
  turns.forEach(({ quartiles }, turn) => {
    if (!quartiles) return;
    const [low, middle, high] = quartiles.map((values) => pointsOf(values, { ...curveBox, ...question }));
    const around = [...low, ...high.reverse()].map((point) => point.join()).join(" ");
    picture.append(svg("polygon", { class: `q-band q-turn-${turn + 1}`, points: around }));
    picture.append(svg("polyline", { class: `q-middle q-turn-${turn + 1}`, points: middle.map(String).join(" ") }));
  });
  if (own) picture.append(line("q-pen", own, question));
  picture.append(line("q-truth", engine.answer, question));
  const words = turns.length ? " The bands hold the middle half of the class, their lines its median." : "";
  const mine = own ? " Thin: your own." : "";
  return element("div", {}, picture, element("p", { class: "q-hint", text: `Thick: the engine.${mine}${words}` }));
}

function histogram(turns) {
  const most = Math.max(1, ...turns.flatMap(({ bins }) => bins));
  const [width, height] = [320, 90];
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "q-histogram", role: "img" });
  picture.setAttribute("aria-label", "How often each number was answered");
  turns.forEach(({ bins }, turn) => {
    const slot = width / bins.length;
    const wide = (slot - 4) / turns.length;
    bins.forEach((count, place) => {
      const tall = (count / most) * (height - 18);
      const x = place * slot + 2 + turn * wide;
      picture.append(
        svg("rect", { class: `q-turn-${turn + 1}`, x, y: height - 14 - tall, width: wide, height: tall }),
      );
    });
  });
  const { edges } = turns.at(-1);
  for (const [value, x, anchor] of [
    [edges[0], 0, "start"],
    [edges.at(-1), width, "end"],
  ])
    picture.append(svg("text", { class: "q-tick", x, y: height - 2, "text-anchor": anchor, text: numberText(value) }));
  return picture;
}
