// The address of a page whose script alone says what is selected.

import { Address, addressOf } from "./address.js";

export function mount() {
  return new PageAddress();
}

class PageAddress {
  constructor() {
    this.isNew = true;
    this.address = new Address((parameters) =>
      this.component.setTriggerValue("back", Object.fromEntries(parameters)),
    );
  }

  update(component) {
    this.component = component;
    this.address.write(addressOf(component.data.names), !this.isNew);
    this.isNew = false;
  }

  destroy() {
    this.address.destroy();
  }
}
