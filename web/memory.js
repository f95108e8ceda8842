// What the browser keeps: the signed token and messages that were not sent yet.
// Where storage is forbidden (private windows), it lasts as long as the page.

const PREFIX = "blina.";
const fallback = new Map();

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? fallback.get(name) ?? null;
  } catch {
    return fallback.get(name) ?? null;
  }
}

function write(name, value) {
  fallback.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full or forbidden: the copy above is used
  }
}

export const memory = {
  /** The token of the conversation, null before the first connection. */
  get token() {
    const token = read("token");
    return typeof token === "string" ? token : null;
  },
  set token(token) {
    write("token", token);
  },

  /** Messages that the server has not acknowledged: `{id, text, again}`. */
  get unsent() {
    const unsent = read("unsent");
    return Array.isArray(unsent) ? unsent.filter((one) => typeof one?.id === "string" && typeof one.text === "string") : [];
  },
  set unsent(messages) {
    write("unsent", messages);
  },

  clear() {
    fallback.clear();
    try {
      for (const name of ["token", "unsent"]) localStorage.removeItem(PREFIX + name);
    } catch {
      // nothing was kept
    }
  },
};
