// The socket: joining, sending in order with acknowledgements, trying again until it works.

import { io } from "/chat/vendor/socket.io.esm.min.js";
import { memory } from "/chat/memory.js";

const ANSWER_WITHIN = 10_000; // milliseconds
const CONNECT_WITHIN = 3_000; // some networks swallow websockets without a word
const TRY_AGAIN_AFTER = 3_000;
const LONGEST_PAUSE = 5_000;
const MINUTE = 60_000;
const REFUSED = 403;

/**
 * Fires `state` (online or not), `joined`, `item`, `sending`, `sent`, `unsent`, `refused`, `settled`
 * (nothing is on its way at the moment), `refusal` (the server takes no connection of this page) and `forgotten`,
 * each with what it is about in `detail`.
 */
export class Connection extends EventTarget {
  /** @param {number} perMinute how many messages the server takes in a minute */
  constructor(perMinute) {
    super();
    this.online = false;
    this.perMinute = perMinute;
    this.times = [];
    this.queue = memory.unsent.map((message) => ({ ...message, again: true }));
    this.busy = false;
    this.socket = io({
      path: "/chat/socket.io",
      query: { place: memory.place },
      transports: ["websocket", "polling"],
      tryAllTransports: true, // some networks let no websocket through
      reconnectionDelay: 500,
      reconnectionDelayMax: LONGEST_PAUSE,
      timeout: CONNECT_WITHIN,
    });
    this.socket.on("connect", () => this.join());
    this.socket.on("disconnect", () => this.setOnline(false));
    this.socket.on("connect_error", (error) => {
      this.withoutWebsocket();
      this.setOnline(false);
      this.refused(error);
    });
    this.socket.on("item", (item) => this.fire("item", item));
    this.socket.on("forgotten", (detail) => this.startNew(detail));
    addEventListener("offline", () => this.socket.disconnect());
    addEventListener("online", () => this.socket.connect());
  }

  /** From now on start with plain requests, which every network lets through; a websocket may follow. */
  withoutWebsocket() {
    const { io: manager } = this.socket;
    manager.opts.transports = ["polling", "websocket"];
    manager.timeout(ANSWER_WITHIN);
  }

  /** The server says what is missing in front of it for this page to connect. */
  refused({ context }) {
    if (context?.status !== REFUSED) return;
    try {
      this.fire("refusal", { missing: JSON.parse(context.responseText).error });
    } catch {
      // somebody else's answer
    }
  }

  /** Keep a message and send it as soon as possible. Returns its id. */
  send(text) {
    const id = newId();
    this.queue.push({ id, text, again: false });
    this.keep();
    queueMicrotask(() => this.pump()); // the page shows the message first, and then what becomes of it
    return id;
  }

  /** Try at once what is waiting. */
  retry() {
    if (!this.socket.connected) this.socket.disconnect().connect();
    this.pump();
  }

  /** Forget the conversation on this device; the server follows when there is a connection. */
  forgetHere() {
    const { token } = memory;
    if (token) memory.toForget = [...memory.toForget, token];
    memory.clear();
    this.queue = [];
    this.fire("forgotten", {});
  }

  /** Delete on the server what was deleted here without a connection. */
  async forgetOld() {
    for (const token of memory.toForget) {
      this.deleting = true;
      await this.ask("join", { token });
      const { ok } = await this.ask("forget", {});
      this.deleting = false;
      if (!ok) return;
      memory.toForget = memory.toForget.filter((one) => one !== token);
    }
  }

  /** Have the conversation deleted. Resolves to whether it was; `forgotten` follows. */
  async forget() {
    try {
      return (await this.ask("forget", {})).ok;
    } catch {
      return false;
    }
  }

  /** What the team must know, as the server makes it; null where it does not answer soon. */
  async handOver() {
    if (!this.online) return null;
    try {
      const { ok, ...made } = await this.ask("hand_over", {}, CONNECT_WITHIN);
      return ok ? made : null;
    } catch {
      return null;
    }
  }

  async join() {
    try {
      await this.forgetOld();
      const had = memory.token;
      const wrote = memory.hasWritten;
      const answer = await this.ask("join", { token: had, zone: zone() }, this.isWebsocket ? CONNECT_WITHIN : ANSWER_WITHIN);
      memory.token = answer.token;
      const messages = await this.whole(answer);
      const stored = new Set(messages.map((item) => item.key));
      this.queue = this.queue.filter((message) => !stored.has(message.id));
      this.keep();
      const expired = answer.fresh && had !== null && wrote;
      if (answer.fresh) memory.hasWritten = false;
      this.fire("joined", { messages, unsent: this.queue, expired });
      this.setOnline(true);
      this.pump();
    } catch {
      const swallowed = this.isWebsocket;
      this.deleting = false;
      this.withoutWebsocket();
      this.socket.disconnect();
      setTimeout(() => this.socket.connect(), swallowed ? 0 : TRY_AGAIN_AFTER);
    }
  }

  /** A long conversation comes in parts. */
  async whole({ messages, more }) {
    const all = [...messages];
    for (let start = more; start; ) {
      const part = await this.ask("more", { start });
      if (!part.ok) break;
      all.push(...part.messages);
      start = part.more;
    }
    return all;
  }

  get isWebsocket() {
    return this.socket.io.engine?.transport?.name === "websocket";
  }

  startNew(detail) {
    if (this.deleting) return; // an earlier conversation, which this page does not show
    memory.clear();
    this.queue = [];
    this.fire("forgotten", detail);
    this.join();
  }

  async pump() {
    if (this.busy || !this.online || !this.queue.length) return;
    this.busy = true;
    const message = this.queue[0];
    let pause = 0;
    try {
      pause = this.pause();
      if (pause) {
        this.fire("unsent", { id: message.id });
      } else {
        pause = await this.deliver(message);
      }
    } catch {
      this.fire("unsent", { id: message.id });
      pause = TRY_AGAIN_AFTER;
    }
    this.busy = false;
    this.fire("settled");
    if (pause) setTimeout(() => this.pump(), pause);
    else this.pump();
  }

  /** Send one message; resolves to milliseconds to wait before the next try. */
  async deliver(message) {
    const { id, text, again } = message;
    message.again = true;
    this.keep();
    this.times.push(Date.now());
    this.fire("sending", { id });
    const answer = await this.ask("message", { id, text, again });
    if (answer.error === "join") {
      await this.join();
      return TRY_AGAIN_AFTER;
    }
    if (answer.error === "too_fast") {
      this.fire("unsent", { id });
      this.fire("refused", { id, text: answer.text });
      return answer.wait * 1000;
    }
    memory.hasWritten = true;
    this.queue = this.queue.filter((one) => one.id !== id);
    this.keep();
    this.fire("sent", { id });
    return 0;
  }

  /** Milliseconds until one more message is within the limit. */
  pause() {
    const now = Date.now();
    this.times = this.times.filter((time) => time > now - MINUTE);
    return this.times.length < this.perMinute ? 0 : this.times[0] + MINUTE - now;
  }

  ask(event, data, within = ANSWER_WITHIN) {
    return this.socket.timeout(within).emitWithAck(event, data);
  }

  keep() {
    memory.unsent = this.queue;
  }

  setOnline(online) {
    if (online === this.online && online) return;
    this.online = online;
    if (!online) for (const { id } of this.queue) this.fire("unsent", { id });
    this.fire("state", { online });
  }

  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The time zone of this device, for the times in the hand-over. */
function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
