// The administrator's key: sent once, in the body of a request of our own page; and the way to leave again.

import { answered, changing } from "./ask.js";
import { element, setText } from "./dom.js";

export function mount(parent) {
  return new SignIn(parent);
}

class SignIn {
  constructor(parent) {
    this.key = element("input", { type: "password", autocomplete: "current-password", maxlength: 200, required: "" });
    this.button = element("button", { type: "submit" });
    this.said = element("p", { role: "status" });
    this.label = element("label", {}, element("span", { text: "Administrator’s key" }), this.key);
    this.root = element(
      "form",
      { class: "sign-in", onsubmit: (event) => this.submit(event) },
      this.label,
      this.button,
      this.said,
    );
    parent.append(this.root);
  }

  update({ data }) {
    this.data = data;
    this.label.hidden = this.key.disabled = data.signed_in;
    setText(this.button, data.signed_in ? "Leave" : "Sign in");
  }

  async submit(event) {
    event.preventDefault();
    const { address, token, signed_in: signedIn } = this.data;
    setText(this.said, "");
    this.button.disabled = true;
    try {
      const body = JSON.stringify(signedIn ? {} : { key: this.key.value });
      await answered(address, "json", { ...changing(token), body });
      location.reload(); // the page's connection was opened as somebody else
    } catch (refusal) {
      setText(this.said, refusal.message);
      this.key.select();
    } finally {
      this.key.value = "";
      this.button.disabled = false;
    }
  }

  destroy() {
    this.root.remove();
  }
}
