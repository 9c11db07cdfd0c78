// Kinds of fields of the state: how each is read from the address, written into it, and kept within what there is.
// read(text, there) -> {value, problem}; write(value) -> text or null; within(value, there) -> value

import { clampsIn } from "../../../browser/cell/clamps.js";
import { MOST_PINS } from "./arrange.js";

export const NEWEST = "newest";

const bounded = (value, low, high) => Math.max(low, Math.min(high, Math.round(value) || 0));

/** A whole number, which the address counts from `from`, the state from 0; null is a choice of its own. */
export const whole = (count, from = 0, least = 0) => ({
  read(text, there) {
    const [first, last] = [least + from, count(there) - 1 + from];
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= first && value <= last) return { value: value - from };
    const nearest = Number.isFinite(value) ? Math.max(first, Math.min(last, value)) : first;
    return {
      value: nearest - from,
      problem: { kind: "nearest", text, there: `there are ${first} to ${last.toLocaleString("en-US")}` },
    };
  },
  write: (value) => (value === null ? null : String(value + from)),
  within: (value, there) => (value === null ? null : bounded(value, least, count(there) - 1)),
});

/** One of some names. */
export const choice = (names) => ({
  read(text, there) {
    if (names(there).includes(text)) return { value: text };
    return { problem: { kind: "nearest", text, there: `there are ${names(there).join(", ")}` } };
  },
  write: (value) => value,
  within: (value) => value,
});

/** Units behind each other, each once. */
export const units = {
  read(text, there) {
    const named = text
      .split(",")
      .filter(Boolean)
      .map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : NaN));
    const { most = there.units } = there;
    const known = named.filter((unit) => unit < most);
    const problem =
      known.length < named.length
        ? { kind: "nearest", text, there: `there are units 0 to ${most - 1}` }
        : undefined;
    return { value: [...new Set(known)].slice(0, MOST_PINS), problem };
  },
  write: (value) => value.join(",") || null,
  within(value, { units, most = units }) {
    return value.every((unit) => unit < most) ? value : value.filter((unit) => unit < most);
  },
};

/** Clamps as the address writes them; what they say is for the engine to judge. */
export const clamps = {
  read: (text) => ({ value: clampsIn(text) }),
  write: (value) => value.join(",") || null,
  within: (value) => value,
};

/** A step at which the run was saved, or the newest one. */
export const checkpoint = {
  read(text, there) {
    if (text === NEWEST) return { value: NEWEST };
    if (/^\d{1,15}$/.test(text) && there.steps.includes(Number(text))) return { value: Number(text) };
    return { value: NEWEST, problem: { kind: "checkpoint", text } };
  },
  write: String,
  within: (value) => value,
};

/** What stands beside: another run, checkpoint or sequence, {kind, value}; a number alone is that of a run. */
export const beside = {
  read(text) {
    const match = /^(run|checkpoint|sequence):(.+)$/s.exec(text);
    if (match) return { value: { kind: match[1], value: match[2] } };
    if (/^\d{1,19}$/.test(text)) return { value: { kind: "run", value: text } };
    return { problem: { kind: "beside", text } };
  },
  write: (value) => value && `${value.kind}:${value.value}`,
  within: (value) => value,
};
