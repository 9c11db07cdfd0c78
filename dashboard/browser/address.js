// The page's address and the browser's history: what a person changed on purpose is an entry, what merely moves is not.

const RESERVED = ["embed", "embed_options"]; // Streamlit's own

export class Address {
  /** `onback` is called with the parameters that Back or Forward led to, on this page. */
  constructor(onback) {
    this.path = location.pathname;
    this.hear = (event) => {
      if (location.pathname !== this.path) return; // to another page, which Streamlit turns to
      event.stopImmediatePropagation(); // Streamlit would run the script anew, with its fields empty
      onback(new URLSearchParams(location.search));
    };
    addEventListener("popstate", this.hear, true);
  }

  /** Write it; as an entry of its own that Back leads away from, or in the place of the present one. */
  write(href, isEntry = false) {
    if (href === location.href || location.pathname !== this.path) return;
    if (isEntry) history.pushState({}, "", href);
    else history.replaceState(history.state, "", href);
  }

  destroy() {
    removeEventListener("popstate", this.hear, true);
  }
}

/** The present address with just these parameters, and Streamlit's own. */
export function addressOf(names) {
  const url = new URL(location.href);
  for (const name of [...url.searchParams.keys()]) if (!RESERVED.includes(name)) url.searchParams.delete(name);
  for (const [name, text] of Object.entries(names)) if (text) url.searchParams.set(name, text);
  return url.href;
}
