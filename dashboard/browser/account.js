// A sign-in with an account, handed over: the page's script has written a ticket, for which our route gives a cookie.

import { answered, changing } from "./ask.js";
import { element, setText } from "./dom.js";

const TRIED = "account"; // in the tab's own store: when it was last tried
const FROM = "account from"; // and on which page one was, as the login leads back to the front door
const AGAIN = 60_000; // ms until it is tried again where the browser kept nothing

export function mount(parent) {
  return new Account(parent);
}

class Account {
  constructor(parent) {
    this.root = element("p", { role: "status" });
    parent.append(this.root);
    this.isAsked = false;
  }

  async update({ data }) {
    if (data.ticket === null) return void remember();
    if (this.isAsked || triedLately()) return;
    this.isAsked = true;
    try {
      const body = JSON.stringify({ ticket: data.ticket });
      await answered(data.address, "json", { ...changing(data.token), body });
      location.replace(sessionStorage.getItem(FROM) ?? location.href); // this connection was opened as somebody else
    } catch (refusal) {
      setText(this.root, refusal.message);
    }
  }

  destroy() {
    this.root.remove();
  }
}

function remember() {
  try {
    sessionStorage.setItem(FROM, location.href);
    sessionStorage.removeItem(TRIED);
  } catch {
    // a browser that keeps nothing is not signed in by an account
  }
}

function triedLately() {
  try {
    const last = Number(sessionStorage.getItem(TRIED) ?? 0);
    if (Date.now() - last < AGAIN) return true;
    sessionStorage.setItem(TRIED, String(Date.now()));
    return false;
  } catch {
    return true; // a browser that keeps nothing would be reloaded without end
  }
}
