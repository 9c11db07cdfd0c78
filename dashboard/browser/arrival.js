// Hears that the script has drawn a page to its end.

import { arrived } from "./tab_history.js";

export const mount = () => ({
  update: ({ data }) => arrived(data.page),
  destroy: () => {},
});
