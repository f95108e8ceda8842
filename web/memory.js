// What the browser keeps: the signed token, messages that were not sent yet, the draft, the latest
// summary, what was written with a finger in the last two daily checks (only here), the team's number where the centre set none, and conversations that are still to be deleted.
// Where storage is forbidden (private windows), it lasts as long as the page.

const PREFIX = "blina.";
const OF_CONVERSATION = ["token", "unsent", "draft", "handover", "hasWritten", "writings", "place"];
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
    if (value === null || value === "") localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full or forbidden: the copy above is used
  }
}

function string(name) {
  const value = read(name);
  return typeof value === "string" && value ? value : null;
}

export const memory = {
  /** The token of the conversation, null before the first connection. */
  get token() {
    return string("token");
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

  /** Whether the server has answered a message of this conversation. */
  get hasWritten() {
    return read("hasWritten") === true;
  },
  set hasWritten(has) {
    write("hasWritten", has || null);
  },

  /** What is being written. */
  get draft() {
    return string("draft") ?? "";
  },
  set draft(text) {
    write("draft", text);
  },

  /** The latest summary, to be read without a connection: `{text, time, urgency}`. */
  get handover() {
    const kept = read("handover");
    return typeof kept?.text === "string" && typeof kept.time === "number" ? kept : null;
  },
  set handover(kept) {
    write("handover", kept);
  },

  /** What was written with a finger in the daily check, the latest last: `{time, strokes}`. */
  get writings() {
    const kept = read("writings");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.time === "number" && Array.isArray(one.strokes)) : [];
  },
  set writings(kept) {
    write("writings", kept.length ? kept : null);
  },

  /** The team's number that the patient saved. */
  get teamNumber() {
    return string("teamNumber");
  },
  set teamNumber(number) {
    write("teamNumber", number);
  },

  /** Tokens of conversations that were deleted here and are still on the server. */
  get toForget() {
    const tokens = read("toForget");
    return Array.isArray(tokens) ? tokens.filter((one) => typeof one === "string") : [];
  },
  set toForget(tokens) {
    write("toForget", tokens.length ? tokens : null);
  },

  /** Where many servers answer, all tabs of this device go to the same one by this: a random word. */
  get place() {
    const place = string("place") ?? crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    write("place", place);
    return place;
  },

  /** Forget the conversation; the team's number stays. */
  clear() {
    for (const name of OF_CONVERSATION) write(name, null);
  },
};
