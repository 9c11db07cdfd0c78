// Questions to the rooms' routes.

import { answered, changing } from "../../../browser/ask.js";
import { base } from "../../../browser/places.js";

const ROUTES = `${base}api/rooms`;

export class Asking {
  /** Who one is in a room, and what has to be known of the server. */
  async whoAmI() {
    const { token, ...mine } = await answered(`${ROUTES}/mine`, "json");
    this.token = token;
    return mine;
  }

  /** Ask for something that changes something; its answer. Throws a Refusal. */
  async post(name, message, isAgain = false) {
    try {
      const options = { ...changing(this.token), body: JSON.stringify(message), keepalive: true };
      return await answered(`${ROUTES}/${name}`, "json", options);
    } catch (refusal) {
      if (refusal.kind !== "untrusted" || isAgain) throw refusal;
      await this.whoAmI(); // the server is another one by now, with another token
      return this.post(name, message, true);
    }
  }

  /** The QR code of a link: {size, path}. */
  picture(link) {
    return answered(`${ROUTES}/qr?link=${encodeURIComponent(link)}`, "json");
  }
}
