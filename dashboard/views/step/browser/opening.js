// Where a sequence is opened: at a timestep where something happens.

const EARLIEST = 3; // timesteps that have been read by then, as far as the sequence is long enough: there is a memory
const LETTER = /^[\p{L}\p{N}]/u;

/** The timestep to open at: inside of a word, if there are words. */
export function openingOf(labels) {
  const from = Math.min(EARLIEST, Math.floor(labels.length / 2));
  const inside = labels.findIndex((label, t) => t >= from && LETTER.test(label) && LETTER.test(labels[t - 1] ?? ""));
  return inside < 0 ? from : inside;
}

/** What is to be said of a timestep that is none like the others; empty for those. */
export function remarkOn({ labels }, timestep) {
  if (timestep > 0) return "";
  const first = labels[0] === "·" ? "“·” is the start sign: no letter has been read" : "This is the first timestep";
  return `${first}, and what comes from before is 0.`;
}
