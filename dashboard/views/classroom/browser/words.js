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
 * The bar: {mood, text, more, buttons}; `more` is what a narrow screen leaves out, buttons name what can be done.
 * Moods are "led", "alone", "leading", "waiting" and "away"; a word on what happened stands in the place of the others.
 */
export function barOf(state, now) {
  const { role, room, place, said, isAway } = state;
  const bar = (mood, text, more = "", ...buttons) => ({ mood, text: said || text, more: said ? "" : more, buttons });
  if (isAway) return { ...bar("away", ""), text: "Not connected.", more: "What you see stays; it goes on by itself." };
  if (!room) return bar("waiting", "Coming into the room …");
  if (role === "teacher") return barOfTeacher(state, now, bar);
  if (leads(state)) return bar("leading", "You lead.", "The class sees what you do.");
  if (!isLed(state)) return bar("alone", "You are on your own.", "Only you see what you do.", "follow");
  if (place === null) return bar("waiting", "You are in.", "Your teacher has not begun yet.");
  const buttons = mayLeave(state) ? ["leave"] : [];
  return bar("led", `You follow ${room.leader?.nickname ?? "your teacher"}.`, "", ...buttons);
}

function barOfTeacher(state, now, bar) {
  const { room, seats, follows } = state;
  const left = minutesLeft(state, now);
  const students = sentence(crowd(seats));
  const isClosing = left === null ? [] : ["keep"];
  const closing = left === null ? "" : `Closes in ${left} min, since nobody uses it.`;
  if (!room.leader) return bar("leading", closing || "You lead.", students, ...isClosing, "ask", "show");
  const buttons = [...isClosing, ...(follows ? [] : ["follow"]), "takeLead", "ask", "show"];
  return bar("led", closing || `${room.leader.nickname} leads.`, students, ...buttons);
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
