// What the bar says, from the state of the room; pure.

import { isLed, leads, mayLeave } from "./following.js";

/** How many of the students who are here follow, and how many are on their own. */
export function counted(seats) {
  const here = seats.filter((seat) => seat.here);
  const follow = here.filter((seat) => seat.follows).length;
  return { here: here.length, follow, alone: here.length - follow, away: seats.length - here.length };
}

/** The same in words. */
export function crowd(seats) {
  const { here, follow, alone } = counted(seats);
  if (!seats.length) return "nobody has joined yet";
  if (!here) return "nobody is here just now";
  return `${follow} follow${follow === 1 ? "s" : ""}${alone ? `, ${alone} on their own` : ""}`;
}

/** Minutes until an idle room is closed; null as long as it is not about to. */
export function minutesLeft({ room }, now = Date.now() / 1000) {
  return room?.closes_at ? Math.max(1, Math.round((room.closes_at - now) / 60)) : null;
}

/**
 * The bar: {mood, text, more, buttons}; `more` is what a narrow screen leaves out, buttons are names of what can be done.
 * Moods: "led", "alone", "leading", "waiting", "away".
 */
export function barOf(state, now) {
  const { role, room, place, said, isAway, seats } = state;
  const left = minutesLeft(state, now);
  if (isAway) return { mood: "away", text: "Not connected.", more: "What you see stays; it goes on by itself.", buttons: [] };
  if (!room) return { mood: "waiting", text: "Coming into the room …", more: "", buttons: [] };
  const leader = room.leader?.nickname;
  if (role === "teacher") {
    const buttons = room.leader ? ["takeLead"] : [];
    if (room.leader && !state.follows) buttons.unshift("follow");
    if (left !== null) buttons.unshift("keep");
    const closing = left === null ? "" : `Closes in ${left} min, since nobody uses it. `;
    const text = said || closing || (room.leader ? `${leader} leads.` : "You lead.");
    return { mood: room.leader ? "led" : "leading", text, more: ` ${sentence(crowd(seats))}`, buttons: [...buttons, "show"] };
  }
  if (leads(state)) return { mood: "leading", text: said || "You lead.", more: said ? "" : "The class sees what you do.", buttons: [] };
  if (!isLed(state))
    return { mood: "alone", text: said || "You are on your own.", more: said ? "" : "Only you see what you do.", buttons: ["follow"] };
  if (!place) return { mood: "waiting", text: said || "You are in.", more: said ? "" : "Your teacher has not begun yet.", buttons: [] };
  const text = said || `You follow ${leader ?? "your teacher"}.`;
  return { mood: "led", text, more: "", buttons: mayLeave(state) ? ["leave"] : [] };
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
