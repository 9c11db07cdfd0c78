// What questions say, and how a class's answers are drawn, in numbers; pure.

export const LETTERS = "ABCDEFGH";
const MOST_POINTED = 5; // units that are shown beside those that have a name

/** A text's paragraphs, each as pieces {text, kind}: "plain", "strong" or "code". Nothing in it becomes HTML. */
export function paragraphsOf(text) {
  return text
    .split(/\n\n+/)
    .filter(Boolean)
    .map((paragraph) =>
      paragraph
        .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
        .filter(Boolean)
        .map((piece) => {
          if (/^\*\*.+\*\*$/.test(piece)) return { text: piece.slice(2, -2), kind: "strong" };
          if (/^`.+`$/.test(piece)) return { text: piece.slice(1, -1), kind: "code" };
          return { text: piece, kind: "plain" };
        }),
    );
}

/** A share in words: "3 of 12 (25 %)". */
export const shareOf = (part, all) => (all ? `${part} of ${all} (${Math.round((100 * part) / all)} %)` : "none yet");

/** A number as people read it. */
export const numberText = (value) =>
  String(Math.round(value * 1000) / 1000).replace("-", "−");

/** A curve's points in a box: [[x, y], …]; low lies at the bottom. */
export function pointsOf(values, { low, high, width, height, edge = 0 }) {
  const across = values.length > 1 ? (width - 2 * edge) / (values.length - 1) : 0;
  const up = (value) => edge + (1 - (Math.min(high, Math.max(low, value)) - low) / (high - low)) * (height - 2 * edge);
  return values.map((value, t) => [edge + t * across, up(value)]);
}

/**
 * The values of a sketch after the pen went from (t0, v0) to (t1, v1): a straight line in between, all else as before.
 */
export function sketched(values, from, to) {
  const next = [...values];
  const [first, last] = from.t <= to.t ? [from, to] : [to, from];
  for (let t = Math.max(0, first.t); t <= Math.min(values.length - 1, last.t); t += 1) {
    const share = last.t === first.t ? 1 : (t - first.t) / (last.t - first.t);
    next[t] = first.t === last.t ? to.value : first.value + share * (last.value - first.value);
  }
  return next;
}

/** The rows of a distribution: [{label, text, counts (one a turn), isRight, reason}], for choices and mistakes. */
export function rowsOf(question, engine, turns) {
  const { kind } = question;
  const counts = (count) => turns.map(count);
  if (kind === "choice")
    return question.options.map((text, place) => ({
      label: LETTERS[place],
      text,
      counts: counts(({ made }) => made[place]),
      isRight: engine?.answer === place,
      reason: engine?.reasons[place] ?? "",
    }));
  const right = { label: "", counts: counts(({ right: found }) => found), isRight: true, reason: "" };
  const named = kind === "unit" ? `unit ${engine.answer}` : kind === "number" ? numberText(engine.answer) : "";
  right.text = named || "near the engine’s curve";
  const mistakes = engine.options.map((text, place) => ({
    label: "",
    text: kind === "curve" ? text : `${kind === "unit" ? "unit " : ""}${numberText(engine.mistakes[place])}: ${text}`,
    counts: counts(({ made }) => made[place]),
    isRight: false,
    reason: engine.reasons[place],
  }));
  const pointed = kind === "unit" ? othersOf(engine, turns, counts) : [];
  const rows = [right, ...mistakes, ...pointed];
  const rest = turns.map(({ count }, turn) => count - rows.reduce((sum, row) => sum + row.counts[turn], 0));
  const others = { label: "", text: "something else", counts: rest, isRight: false, reason: "" };
  return [...rows, ...(rest.some(Boolean) ? [others] : [])];
}

/** Units that were pointed at, beside the right one and the mistakes that are named: the most frequent ones. */
function othersOf({ answer, also_right: alsoRight, mistakes }, turns, counts) {
  const named = [answer, ...alsoRight, ...mistakes];
  const most = (turns.at(-1)?.units ?? []).filter(({ unit }) => !named.includes(unit)).slice(0, MOST_POINTED);
  return most.map(({ unit }) => ({
    label: "",
    text: `unit ${unit}`,
    counts: counts(({ units }) => units.find((one) => one.unit === unit)?.count ?? 0),
    isRight: false,
    reason: "",
  }));
}

/** Whether an answer is right, by what the engine says. */
export function isRight(question, engine, answer) {
  if (["choice", "unit"].includes(question.kind)) return answer === engine.answer || engine.also_right.includes(answer);
  const [left, right] = [answer, engine.answer].map((one) => (Array.isArray(one) ? one : [one]));
  const off = left.reduce((sum, value, t) => sum + Math.abs(value - right[t]), 0) / left.length;
  return off <= engine.within;
}

/** What a student reads above the answers. */
export function statusOf({ isOpen, isRevealed, turn, sent, problem, answer }) {
  if (problem) return problem;
  if (isRevealed) return "";
  if (!isOpen) return "No more answers are taken. Wait for your teacher.";
  if (sent === "sending") return "Sending …";
  if (sent === "waiting") return "Not there yet; it is sent again by itself.";
  if (answer !== null) return "Your answer counts. You can change it until your teacher stops.";
  return turn > 1 ? "Talk about it with your neighbours, then answer once more." : "Answer alone.";
}

/** The scene without what was hidden so that it would not tell the answer. */
export function shownScene(place) {
  const [page, query = ""] = place.split("?");
  const parameters = new URLSearchParams(query);
  const spoilers = ["heatmaps", "curves", "prediction", "why"];
  const hidden = (parameters.get("hide") ?? "").split(",").filter((name) => name && !spoilers.includes(name));
  if (hidden.length) parameters.set("hide", hidden.join(","));
  else parameters.delete("hide");
  return `${page}?${parameters}`;
}
