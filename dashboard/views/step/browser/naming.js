// How what is taken along is called, and what is written below it: a file says by itself what it shows.

import { whole } from "../../../browser/format.js";

const LONGEST = 40; // characters of each part of a name
const LONGEST_QUOTED = 80; // characters of a sequence in a caption

/** A text as part of a file's name: small letters and figures with hyphens between them. */
export function slug(text, otherwise) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, LONGEST).replace(/^-+|-+$/g, "") || otherwise;
}

/** The name of the weights: run, task and checkpoint. */
export const modelName = ({ name, task, shown }) => `${slug(name, "run")}-${slug(task, "task")}-step-${shown}`;

/** The same with the sequence. */
export const sequenceName = (view) => `${modelName(view)}-${slug(view.sequence, "sequence")}`;

/** What a picture shows, in words. */
export function captionOf(view, { timestep, unit, layer }) {
  const { name, run, task, shown, endStep, learnedHere = true, sequence, trace } = view;
  const quoted = sequence.length > LONGEST_QUOTED ? `${sequence.slice(0, LONGEST_QUOTED)} …` : sequence;
  const clamps = trace.clamps.length ? ` · ${trace.clamps.length} clamped` : "";
  const called = trace.unitName(layer, unit);
  const where = trace.layers > 1 ? `layer ${layer + 1}, ${called}` : called;
  const learned = learnedHere ? `training step ${whole(shown)} of ${whole(endStep)}` : "trained elsewhere";
  return (
    `${name} (run ${run}) · ${task} · ${learned} · “${quoted}” · ` +
    `timestep ${timestep + 1} of ${trace.timesteps}, ${where}${clamps}`
  );
}
