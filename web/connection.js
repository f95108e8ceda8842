// The socket: joining, sending in order with acknowledgements, trying again until it works.

import { io } from "/chat/vendor/socket.io.esm.min.js";
import { memory } from "/chat/memory.js";

const ANSWER_WITHIN = 10_000; // milliseconds
const TRY_AGAIN_AFTER = 3_000;
const LONGEST_PAUSE = 5_000;
const MINUTE = 60_000;

/**
 * Fires `state` (online or not), `joined`, `item`, `sending`, `sent`, `unsent`, `refused`, `settled`
 * (nothing is on its way at the moment) and `forgotten`,
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
      transports: ["websocket", "polling"],
      tryAllTransports: true, // some networks let no websocket through
      reconnectionDelay: 500,
      reconnectionDelayMax: LONGEST_PAUSE,
      timeout: ANSWER_WITHIN,
    });
    this.socket.on("connect", () => this.join());
    this.socket.on("disconnect", () => this.setOnline(false));
    this.socket.on("connect_error", () => this.setOnline(false));
    this.socket.on("item", (item) => this.fire("item", item));
    this.socket.on("forgotten", (detail) => this.startNew(detail));
    addEventListener("offline", () => this.socket.disconnect());
    addEventListener("online", () => this.socket.connect());
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

  /** Have the conversation deleted. Resolves to whether it was; `forgotten` follows. */
  async forget() {
    try {
      return (await this.ask("forget", {})).ok;
    } catch {
      return false;
    }
  }

  async join() {
    try {
      const had = memory.token;
      const answer = await this.ask("join", { token: had });
      memory.token = answer.token;
      const stored = new Set(answer.messages.map((item) => item.key));
      this.queue = this.queue.filter((message) => !stored.has(message.id));
      this.keep();
      this.fire("joined", { messages: answer.messages, unsent: this.queue, expired: had !== null && answer.fresh });
      this.setOnline(true);
      this.pump();
    } catch {
      this.socket.disconnect();
      setTimeout(() => this.socket.connect(), TRY_AGAIN_AFTER);
    }
  }

  startNew(detail) {
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

  ask(event, data) {
    return this.socket.timeout(ANSWER_WITHIN).emitWithAck(event, data);
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

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
