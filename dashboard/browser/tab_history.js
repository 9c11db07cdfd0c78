// The one writer of the tab's history; it stands in the page from the start, see serving/first_paint.py.
//
// Streamlit makes an entry whenever it is told which page the script ran for and the address names another one. After a
// quick Back that word is late: it is about the page that was just left, and its entry would lead back there, with all
// that Forward led to gone. It also makes one for each parameter that the script changes. So its writing passes through
// here, and only what leads to where the person turned to last becomes an entry.
//
// Of Back and Forward, Streamlit hears one at a time, see turning.js: it would begin with the next before it is done
// with the former.

import { announce, base, hrefOf, pageOf, presentPlace } from "./places.js";
import { Turning } from "./turning.js";

export { pageOf };

const push = history.pushState.bind(history);
const replace = history.replaceState.bind(history);
const RESERVED = ["embed", "embed_options"]; // Streamlit's own parameters
const writers = new Map(); // by page: what writes and follows the address of the page that is mounted

/** The present address with just these parameters, and Streamlit's own. */
export function addressOf(parameters) {
  const url = new URL(location.href);
  for (const name of [...url.searchParams.keys()]) if (!RESERVED.includes(name)) url.searchParams.delete(name);
  for (const [name, text] of Object.entries(parameters)) if (text) url.searchParams.set(name, text);
  return url.href;
}

const withoutHash = () => location.href.split("#", 1)[0];

let led = null; // the page that the script may turn to, since a button that leads there was pressed
let heading = pageOf(location); // the page that the person turned to last: by opening it, by a link, by Back or Forward
let standing = withoutHash(); // the address before Back or Forward
let isPassing = false; // to Streamlit: what it is to hear of Back and Forward

const turning = new Turning({
  here: () => ({ page: pageOf(location), address: withoutHash() }),
  writerOf: (page) => writers.get(page),
  tell: () => {
    isPassing = true;
    dispatchEvent(new PopStateEvent("popstate", { state: history.state }));
    isPassing = false;
  },
});

/** The script has drawn a page to its end. */
export const arrived = (page) => turning.arrived(page);

/** The script has followed an address of the page that is shown, or will not. */
export const answered = () => turning.rest();

/** Say something to the script as soon as it is the shown page's: see turning.js. */
export const whenTurned = (say) => turning.whenTurned(say);

/** Write the present page's address: as an entry of its own, or in the place of the present one. */
export function write(href, isEntry) {
  if (href === location.href) return;
  if (isEntry) push({}, "", href);
  else replace(history.state, "", href);
  standing = withoutHash();
  announce(href);
}

/**
 * Turn to a place, see places.js, as Back and Forward do; a view that can goes there by itself, at once.
 * @param {boolean} isEntry whether the browser's Back leads to where the tab is now, or to what was before that
 */
export function turnTo(place, isEntry = false) {
  if (presentPlace() === place) return;
  const href = hrefOf(place);
  const isWithin = pageOf(new URL(href)) === pageOf(location) && !turning.isBusy;
  if (isEntry) push({}, "", href);
  else replace(history.state, "", href);
  standing = withoutHash();
  led = null;
  heading = pageOf(location);
  announce(href);
  const writer = writers.get(heading);
  if (isWithin && writer?.move()) return;
  writer?.lead();
  turning.turn();
}

/** The page that the pressed button leads to, as its key says; null if it is none that does. */
const ledTo = (event) =>
  event
    .composedPath()
    .map((node) => node.getAttribute?.("class")?.match(/st-key-leads_to_(\w+)/)?.[1])
    .find(Boolean) ?? null;

/** Let a page's writer hear of Back and Forward on its page, and of a link away from it. */
export function enlist(page, writer) {
  writers.set(page, writer);
}

export function dismiss(page, writer) {
  if (writers.get(page) === writer) writers.delete(page);
}

history.pushState = (state, unused, href = "") => {
  const [here, there] = [pageOf(location), pageOf(new URL(href, location.href))];
  if (here === there) return; // a page's own parameters are for its writer to say
  if (there === led) heading = there;
  led = null;
  if (there === heading) push(state, unused, href);
  else if (here === "" && addressOf({}) !== location.href) {
    heading = there; // the front door leads on, and Back would only lead to it again
    replace(state, unused, href);
    turning.ledOn(there);
  }
  standing = withoutHash();
  announce(location.href);
};
history.replaceState = () => {}; // as above: the page's own parameters

addEventListener(
  "popstate",
  (event) => {
    if (isPassing) return;
    event.stopImmediatePropagation();
    const isWithin = withoutHash() === standing && location.hash; // to a heading of the page
    standing = withoutHash();
    if (isWithin) return;
    led = null;
    heading = pageOf(location);
    writers.get(heading)?.lead();
    turning.turn();
    announce(location.href, true);
  },
  true,
);

addEventListener(
  "click",
  (event) => {
    led = ledTo(event);
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.hasAttribute("href"));
    if (!link || !["", "_self"].includes(link.target) || link.hasAttribute("download")) return;
    // Streamlit's own link to the front door, in a page, has an empty address
    const target = new URL(link.getAttribute("href") || base, document.baseURI);
    if (target.origin !== location.origin) return;
    if (pageOf(target) !== pageOf(location)) {
      writers.get(pageOf(location))?.leave();
      turning.begin(pageOf(target));
    }
    heading = pageOf(target);
  },
  true,
);
