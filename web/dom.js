// Building blocks of the page. All text becomes text nodes: nothing is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  warning: "M12 2.5 23 21.5H1zM12 9v6M12 17.4v1.6",
  phone: "M6.6 3 9.8 8 7.9 10.4a13 13 0 0 0 5.7 5.7L16 14.2l5 3.2c-.4 2.2-1.7 3.6-3.9 3.6C9.6 21 3 14.4 3 6.9 3 4.7 4.4 3.4 6.6 3z",
  info: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM12 10.5v6.5M12 7v1.5",
};

/**
 * An element with properties and children.
 * @param {string} name tag name
 * @param {object} properties DOM properties; keys with a dash and `role` become attributes
 * @param {...(Node|string)} children strings become text
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** A drawing beside words that say the same. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

/** A number without what people put between the digits. */
export function dial(number) {
  return `tel:${number.replace(/[^0-9+]/g, "")}`;
}

/** A link that calls; `shown` is the number below the words. */
export function callLink(words, number, kind, shown = "") {
  const text = element("span", {}, words);
  if (shown) text.append(" ", element("b", {}, shown));
  return element("a", { className: `call ${kind}`, href: dial(number) }, icon("phone"), text);
}

/** The text's paragraphs as elements; single line breaks stay. */
export function paragraphs(text) {
  return text.split(/\n{2,}/).filter((part) => part.trim()).map((part) => element("p", {}, part));
}
