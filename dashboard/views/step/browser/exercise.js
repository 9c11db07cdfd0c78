// What a teacher's link can do besides: hide parts, say a sentence, present. These are fields of the state like others.

/** What a link can hide, by the name it has there. */
export const HIDEABLE = {
  pages: "the links to other pages",
  run: "the choice of the run",
  sequence: "the choice of the sequence",
  checkpoints: "the choice of the checkpoint",
  transport: "the stepping buttons",
  equation: "the equation below the drawing",
  prediction: "the prediction",
  why: "the panel “Why”",
  whatif: "the panel “What if”",
  backward: "the panel “Backward”",
  compare: "the panel “Compare”",
  save: "the panel “Save”",
  heatmaps: "the heatmaps",
  curves: "the curves",
};
export const LONGEST_NOTE = 300; // characters

const sorted = (names) => Object.keys(HIDEABLE).filter((name) => names.includes(name));

/** Parts that are hidden. */
export const hiddenParts = {
  read(text) {
    const named = text.split(",").filter(Boolean);
    const unknown = named.filter((name) => !Object.hasOwn(HIDEABLE, name));
    return {
      value: sorted(named),
      problem: unknown.length ? { kind: "hidden", text: unknown.join(", ") } : undefined,
    };
  },
  write: (value) => value.join(",") || null,
  within: (value) => value,
};

/** A sentence of the teacher's. */
export const sentence = {
  read: (text) => ({ value: text.slice(0, LONGEST_NOTE) }),
  write: (value) => value || null,
  within: (value) => value,
};

/** On or off. */
export const flag = {
  read(text) {
    if (text === "1" || text === "0") return { value: text === "1" };
    return { problem: { kind: "nearest", text, there: "there are 1 and 0" } };
  },
  write: (value) => (value ? "1" : null),
  within: (value) => value,
};

/**
 * The link that an exercise has: what is in view, with what the teacher set.
 * @param {string} href the view's own address
 * @param {{note: string, hide: string[], present: boolean, task: ?string, beside: ?string, embed: boolean}} wanted
 *   `task` in the place of the run's number, so that the link finds the newest run of that task; `beside` likewise the
 *   cells of the two that stand side by side
 */
export function exerciseLink(href, { note, hide, present, task, beside = null, embed }) {
  const url = new URL(href);
  const set = (name, text) => (text ? url.searchParams.set(name, text) : url.searchParams.delete(name));
  set("note", note.trim().slice(0, LONGEST_NOTE));
  set("hide", hiddenParts.write(sorted(hide)));
  set("present", flag.write(present));
  set("embed", embed ? "true" : null);
  set("task", task);
  if (task && beside) set("beside", `run:${beside}`);
  if (task) for (const name of ["run", "checkpoint"]) url.searchParams.delete(name);
  return url.href;
}

/** What an exercise hides, in words. */
export function inWords(hide) {
  if (!hide.length) return "Nothing is hidden.";
  const words = sorted(hide).map((name) => HIDEABLE[name]);
  const last = words.pop();
  return `Hidden ${words.length ? "are" : "is"} ${words.length ? `${words.join(", ")} and ` : ""}${last}.`;
}

/** HTML that shows a link as a frame in another page. */
export const frameOf = (href) =>
  `<iframe src="${href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" title="Step inside an LSTM" ` +
  'width="100%" height="900" style="border: 0" loading="lazy" allow="clipboard-write; fullscreen"></iframe>';
