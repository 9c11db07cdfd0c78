// Stands on every page: whoever is in no room needs no more of it than this.

import { isInRoom } from "./kept.js";

// a frame in another page shows but what it is for
if (window === window.parent && isInRoom()) import("./bar.js");
