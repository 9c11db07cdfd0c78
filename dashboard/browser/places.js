// Where this tab is: a page and its parameters, as in its address. What moves many times a second is told here at once,
// before it stands in the address, for whoever follows from elsewhere.

export const base = new URL("../../../", import.meta.url).pathname; // this module is api/modules@…/browser/places.js
// Streamlit's own parameters, and what is one screen's own affair
const LEFT_OUT = ["embed", "embed_options", "present"];

const watchers = new Set();
let last = null;

/** The page that an address names, by its last part: the front door has an empty name. */
export const pageOf = ({ pathname }) => pathname.slice(base.length).replace(/\/+$/, "").split("/").at(-1);

/** The place that an address is, such as "step?run=3&timestep=5". */
export function placeOf(href) {
  const url = new URL(href);
  for (const name of LEFT_OUT) url.searchParams.delete(name);
  return pageOf(url) + url.search;
}

/** The address of a place; what is this screen's own affair stays as it is. */
export function hrefOf(place, here = location.href) {
  const own = new URL(here).searchParams;
  const url = new URL(base + place, here);
  for (const name of LEFT_OUT) if (own.has(name)) url.searchParams.set(name, own.get(name));
  return url.href;
}

/** Whether anybody wants to know; if not, nothing need be computed for them. */
export const isWatched = () => watchers.size > 0;

/** Where this tab is, which its address may not say yet. */
export const presentPlace = () => (isWatched() && last !== null ? last : placeOf(location.href));

/** This tab is at another place, or where it was; `isOwn` where it is certain that a person led it there. */
export function announce(href, isOwn = false) {
  if (!isWatched()) return;
  const place = placeOf(href);
  if (place === last) return;
  last = place;
  for (const watcher of watchers) watcher(place, isOwn);
}

/** Hear of every other place that this tab is at; returns what ends it. */
export function watchPlaces(watcher) {
  if (!isWatched()) last = placeOf(location.href);
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
