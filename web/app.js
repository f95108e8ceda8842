// The chat page: puts messages, states and buttons together.

import { ALARMING, botMessage, callLinks, callTeam, headline, summaryOf, triageOf, userMessage } from "/chat/card.js";
import { Connection } from "/chat/connection.js";
import { confirmed, showSummary } from "/chat/dialogs.js";
import { element, icon } from "/chat/dom.js";

const SHOW_THINKING_AFTER = 150; // milliseconds
const SHOW_OFFLINE_AFTER = 1_200;
const READ_OUT_AFTER = 300;
const HEADER_AND_COMPOSER = "-60px 0px -100px 0px"; // what lies behind them is not in sight
const COUNT_FROM = 500; // characters left

class BlinaChat extends HTMLElement {
  connectedCallback() {
    this.config = JSON.parse(this.part("config").textContent);
    this.words = this.config.words;
    this.shown = new Map(); // key to element
    this.standing = null; // the latest alarming card
    this.wantsSummary = false;
    this.wasOnline = false;
    this.connection = new Connection(this.config.perMinute);
    this.part("call-team").replaceWith(callTeam(this.config));
    this.listen();
    const between = { rootMargin: HEADER_AND_COMPOSER, threshold: 0.9 };
    this.watch = new IntersectionObserver((entries) => this.showStanding(!entries.at(-1).isIntersecting), between);
    const header = this.querySelector(".top");
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--header", `${header.offsetHeight}px`);
    }).observe(header);
    this.wait(SHOW_OFFLINE_AFTER);
    this.count();
  }

  part(id) {
    return document.getElementById(id);
  }

  listen() {
    const on = (name, act) => this.connection.addEventListener(name, (event) => act(event.detail));
    on("joined", (detail) => this.joined(detail));
    on("item", (item) => this.add(item));
    on("state", ({ online }) => {
      this.dataset.state = online ? "online" : "offline";
      if (online) this.online();
      else this.wait(SHOW_OFFLINE_AFTER);
    });
    on("sending", ({ id }) => this.status(id, this.words.sending));
    on("sent", ({ id }) => this.sent(id));
    on("unsent", ({ id }) => this.unsent(id));
    on("refused", ({ id, text }) => this.note(`${id}/refused`, text));
    on("settled", () => this.think());
    on("forgotten", ({ keep }) => this.clear(keep));

    const text = this.part("text");
    this.part("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("input", () => this.count());
    for (const example of this.part("examples").querySelectorAll("button")) {
      example.addEventListener("click", () => this.say(example.textContent));
    }
    this.part("open-summary").addEventListener("click", () => {
      this.wantsSummary = true;
      this.say(this.config.summaryRequest);
    });
    this.part("start-again").addEventListener("click", () => this.deleteAll("start_again", ""));
    this.part("forget").addEventListener("click", () => this.deleteAll("forget", this.words.forgotten));
  }

  submit() {
    const text = this.part("text");
    if (text.value.trim()) this.say(text.value.trim());
    text.value = "";
    this.count();
  }

  say(text) {
    this.dropChips();
    const id = this.connection.send(text);
    this.add({ key: id, from: "user", text, time: Date.now() / 1000 });
    if (!this.connection.online) this.unsent(id);
    if (document.activeElement !== this.part("text")) this.part("log").focus({ preventScroll: true });
    setTimeout(() => this.think(), SHOW_THINKING_AFTER);
  }

  joined({ messages, unsent, expired }) {
    const log = this.part("log");
    const restored = messages.length > 0 && !this.shown.size;
    if (restored) log.setAttribute("aria-live", "off"); // what was there before is not read out again
    for (const item of messages) this.add(item, false);
    for (const message of unsent) this.add({ key: message.id, from: "user", text: message.text, time: Date.now() / 1000 }, false);
    if (expired) this.note("expired", this.words.expired);
    setTimeout(() => log.setAttribute("aria-live", "polite"), READ_OUT_AFTER);
    if (restored) this.showEnd();
  }

  /** Show a message once; `aloud` is false for what comes from before a reload. */
  add(item, aloud = true) {
    if (this.shown.has(item.key)) return;
    const bot = item.from === "bot";
    const made = bot ? botMessage(item, this.config, (summary) => this.openSummary(summary)) : userMessage(item, this.config);
    this.shown.set(item.key, made);
    if (!bot || item.chips.length) this.dropChips();
    this.part("log").append(made);
    this.classList.add("started");
    if (bot) {
      this.chips(item, made);
      this.follow(item, made, aloud);
    }
    if (aloud) this.showNew(made, bot);
    if (aloud && this.wantsSummary && summaryOf(item)) this.openSummary(item);
  }

  follow(item, card, aloud) {
    const triage = triageOf(item);
    if (!triage) return;
    this.watch.disconnect();
    this.standing = ALARMING.includes(triage.urgency) ? { triage, card } : null;
    if (!this.standing) return this.showStanding(false);
    this.watch.observe(card.querySelector(".calls"));
    if (aloud) this.part("alarm").textContent = headline(item, this.config);
  }

  showStanding(visible) {
    const bar = this.part("standing");
    bar.hidden = !visible || !this.standing;
    if (bar.hidden) return;
    const { triage } = this.standing;
    bar.className = `standing ${triage.urgency}`;
    bar.replaceChildren(
      icon("warning"),
      element("span", {}, this.config.urgency[triage.urgency]),
      callLinks(triage.urgency, this.config)[0],
    );
  }

  chips(item, message) {
    if (!item.chips.length) return;
    const group = element("div", { className: "chips", role: "group", "aria-label": this.words.answers });
    for (const chip of item.chips) {
      const button = element("button", { type: "button" }, chip.title);
      button.addEventListener("click", () => this.say(chip.value));
      group.append(button);
    }
    message.append(group);
  }

  /** Only the latest question can be answered by a tap. */
  dropChips() {
    for (const group of this.part("log").querySelectorAll(".chips")) group.remove();
  }

  note(key, text) {
    this.shown.get(key)?.remove();
    this.shown.delete(key);
    this.add({ key, from: "bot", text, chips: [], payload: null, time: Date.now() / 1000 });
  }

  status(id, ...content) {
    this.shown.get(id)?.querySelector(".status")?.replaceChildren(...content);
  }

  sent(id) {
    for (const status of this.part("log").querySelectorAll(".status")) status.replaceChildren();
    this.status(id, this.words.sent);
    this.shown.get(id)?.classList.remove("unsent");
  }

  unsent(id) {
    this.shown.get(id)?.classList.add("unsent");
    const again = element("button", { type: "button" }, this.words.try_again);
    again.addEventListener("click", () => this.connection.retry());
    this.status(id, this.words.unsent, again);
  }

  /** The typing indicator stands while a sent message has no answer. */
  think() {
    const { online, busy } = this.connection;
    this.part("thinking").hidden = !(online && busy);
  }

  online() {
    clearTimeout(this.offlineTimer);
    const banner = this.part("connection");
    const was = banner.childElementCount > 0;
    banner.replaceChildren();
    banner.className = "";
    if (was && this.wasOnline) this.tell(this.words.online_again);
    this.wasOnline = true;
    this.think();
  }

  wait(milliseconds) {
    clearTimeout(this.offlineTimer);
    this.offlineTimer = setTimeout(() => this.offline(), milliseconds);
  }

  offline() {
    const banner = this.part("connection");
    if (this.connection.online || banner.childElementCount) return;
    banner.className = "offline";
    banner.append(
      element("p", {}, this.words.offline),
      element("div", { className: "calls" }, ...callLinks("contact_now", this.config)),
    );
    this.think();
  }

  tell(text) {
    this.part("notice").textContent = text;
  }

  async deleteAll(name, after) {
    const { words } = this;
    if (!(await confirmed(words[`${name}_title`], words[`${name}_text`], words[`${name}_yes`], words))) return;
    if (!(await this.connection.forget())) return this.note("failed", words.forget_failed);
    if (after) this.note("forgotten", after);
    this.part("text").focus();
  }

  /** Empty the page; the reply to the message `keep` stays. */
  clear(keep) {
    for (const [key, message] of this.shown) {
      if (keep && key.startsWith(`${keep}/`)) continue;
      message.remove();
      this.shown.delete(key);
    }
    if (!this.standing?.card.isConnected) this.standing = null;
    this.showStanding(false);
    this.classList.toggle("started", this.shown.size > 0);
    scrollTo({ top: 0 });
  }

  openSummary(item) {
    this.wantsSummary = false;
    showSummary(item, this.config);
  }

  count() {
    const text = this.part("text");
    const left = text.maxLength - text.value.length;
    this.part("left").textContent = left < COUNT_FROM ? `${left} ${this.words.left}` : "";
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight + 2}px`;
  }

  /** A long answer is shown from its start, so that what to do is seen first. */
  showNew(message, bot) {
    if (!bot || message.offsetHeight < innerHeight / 2) return this.showEnd();
    message.scrollIntoView({ block: "start" });
  }

  showEnd() {
    scrollTo({ top: document.documentElement.scrollHeight });
  }
}

customElements.define("blina-chat", BlinaChat);
