// Building blocks of the page. All text becomes text nodes: nothing is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  warning: "M12 2.5 23 21.5H1zM12 9v6M12 17.4v1.6",
  phone: "M6.6 3 9.8 8 7.9 10.4a13 13 0 0 0 5.7 5.7L16 14.2l5 3.2c-.4 2.2-1.7 3.6-3.9 3.6C9.6 21 3 14.4 3 6.9 3 4.7 4.4 3.4 6.6 3z",
  text: "M3 4h18v13H10l-5 4v-4H3zM8 9h8M8 12.5h5",
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

/**
 * A drawing of the server's, built element by element.
 * @param {Array} tree name, attributes, and children, which are trees or text
 * @param {string} place makes its ids unlike those of the same drawing elsewhere in the page
 */
export function drawn([name, attributes, children], place) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    const isId = key === "id" || key === "aria-labelledby";
    made.setAttribute(key, isId ? value.split(" ").map((id) => `${place}-${id}`).join(" ") : value);
  }
  made.append(...children.map((child) => (Array.isArray(child) ? drawn(child, place) : child)));
  return made;
}

/** A number without what people put between the digits. */
export function dial(number, how = "tel") {
  return `${how}:${number.replace(/[^0-9+]/g, "")}`;
}

/** A link that calls, or writes a text with `how` "sms"; `shown` is the number below the words. */
export function callLink(words, number, kind, shown = "", how = "tel") {
  const text = element("span", {}, words);
  if (shown) text.append(" ", element("b", { className: "number" }, shown));
  return element("a", { className: `call ${kind}`, href: dial(number, how) }, icon(how === "sms" ? "text" : "phone"), text);
}

/** The same element, with the phone number in its text kept on one line. */
export function numbered(made, number) {
  const text = made.textContent;
  if (!number || made.childElementCount || !text.includes(number)) return made;
  const parts = text.split(number);
  made.replaceChildren(...parts.flatMap((part, index) => (index ? [element("span", { className: "number" }, number), part] : [part])));
  return made;
}

/** The text's paragraphs as elements; single line breaks stay. */
export function paragraphs(text) {
  return text.split(/\n{2,}/).filter((part) => part.trim()).map((part) => element("p", {}, part));
}

/**
 * The text with its lines that start with a dash as lists and those that end with a colon as headings.
 * @param {string} text of the server's
 * @param {string} number a phone number that is kept on one line
 * @param {string} heading tag name
 */
export function lines(text, number, heading = "h3") {
  const made = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    if (!line.startsWith("- ")) {
      made.push(numbered(element(line.endsWith(":") ? heading : "p", {}, line), number));
      continue;
    }
    if (made.at(-1)?.tagName !== "UL") made.push(element("ul"));
    made.at(-1).append(numbered(element("li", {}, line.slice(2)), number));
  }
  return made;
}

/** A text with its `{placeholders}` replaced. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
