// The address of a page whose script alone says what is selected.

import { Address } from "./address.js";
import { addressOf } from "./tab_history.js";

export function mount() {
  return new PageAddress();
}

class PageAddress {
  update(component) {
    this.component = component;
    const { told, selected } = component.data;
    this.address ??= new Address(told.page, () => this.ask(this.address.question()));
    const word = this.address.judge(told, (question) => this.ask(question));
    if (word !== "late") this.address.write(addressOf(selected), word === "calm");
  }

  /** Ask the script to follow the address. */
  ask(question) {
    this.component.setTriggerValue("back", question);
  }

  destroy() {
    this.address?.destroy();
  }
}
