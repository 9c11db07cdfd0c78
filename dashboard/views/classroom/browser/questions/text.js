// Paragraphs of a question: what people wrote arrives as text, and nothing of it as HTML.

import { element } from "../../../../browser/dom.js";
import { paragraphsOf } from "./words.js";

const piece = ({ text, kind }) => (TAGS[kind] ? element(TAGS[kind], { text }) : text);
const TAGS = { strong: "strong", code: "code" };

/** The paragraphs of a text. */
export const paragraphs = (text) =>
  paragraphsOf(text).map((pieces) =>
    element("p", {}, ...pieces.map(piece)),
  );
