// What TypeScript's DOM does not know of this page.

/** All that is looked for is HTML or SVG, which take the focus. */
interface Element extends HTMLOrSVGElement {}

/** No form here has a file. */
interface FormData {
  get(name: string): string | null;
  getAll(name: string): any[];
}

/** Browsers since 2025: a number as it was written. */
interface JSON {
  rawJSON?(text: string): object;
}
