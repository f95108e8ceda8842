// The chat page: puts messages, states and buttons together.

import { ALARMING, CALLING, botMessage, callLinks, callTeam, dayOf, fold, gistOf, headline, triageOf, userMessage } from "/chat/card.js";
import { checkOf } from "/chat/check.js";
import { Connection } from "/chat/connection.js";
import { confirmed, showNothing, showSummary, showTeamNumber } from "/chat/dialogs.js";
import { element, filled, icon } from "/chat/dom.js";
import { askedIn, handoverOf, said } from "/chat/handover.js";
import { memory } from "/chat/memory.js";

const SHOW_THINKING_AFTER = 150; // milliseconds
const SHOW_OFFLINE_AFTER = 1_200;
const READ_OUT_AFTER = 300;
const HOUR = 3600; // seconds
const LONG = 150; // pixels: an earlier reply that is higher is folded
const INPUT_METHOD = 229; // Safari says only by this code that Enter ends a word of an input method
const EMERGENCY_NUMBERS = /^\W*(?:(?:please )?(?:call|ring|dial|phone) )?(?:112|911|999|000)\W*$/i;
const ABOVE = "up"; // where a question is that is out of sight
const BELOW = "down";
const COUNT_FROM = 500; // characters left
const AT_ONCE = "at-once"; // end of the key of what the page answers itself, until the server has answered

class BlinaChat extends HTMLElement {
  connectedCallback() {
    this.config = JSON.parse(this.part("config").textContent);
    this.words = this.config.words;
    this.shown = new Map(); // key to element
    this.items = []; // what was said, in order
    this.standing = null; // the latest card with something to call
    this.latest = null; // the latest result: {triage, card, item}
    this.asking = null; // the question that can be answered: {label, group}
    this.centreNumber = this.config.careTeam;
    this.config.careTeam ??= memory.teamNumber;
    this.wasOnline = false;
    this.connection = new Connection(this.config.perMinute);
    this.showCallTeam();
    this.listen();
    this.restore();
    this.measure();
    const sizes = new ResizeObserver(() => this.measure());
    for (const part of [".top", ".bars", ".composer"]) sizes.observe(this.querySelector(part));
    this.wait(navigator.onLine ? SHOW_OFFLINE_AFTER : 0);
    this.count();
    keepForOffline();
  }

  /** How much of the window the standing parts take: letters, labels and screens differ. */
  measure() {
    const high = (part) => this.querySelector(part).offsetHeight;
    for (const [name, part] of [["--header", ".top"], ["--bars", ".bars"], ["--composer", ".composer"]]) {
      document.documentElement.style.setProperty(name, `${high(part)}px`);
    }
    const behind = (part) => (getComputedStyle(this.querySelector(part)).position === "sticky" ? -high(part) : 0);
    const rootMargin = `${behind(".top")}px 0px ${behind(".composer")}px 0px`;
    if (rootMargin === this.rootMargin) return;
    this.rootMargin = rootMargin;
    this.watchCalls();
    this.watchQuestion();
  }

  /** The bar at the top holds the call while its button is out of sight. */
  watchCalls() {
    this.calls?.disconnect();
    const button = this.standing?.button;
    if (!button) return;
    const act = (entries) => this.showStanding(!entries.at(-1).isIntersecting);
    this.calls = new IntersectionObserver(act, { rootMargin: this.rootMargin, threshold: 0.9 });
    this.calls.observe(button);
  }

  /** The bar at the bottom leads to the question while that is out of sight. */
  watchQuestion() {
    this.question?.disconnect();
    if (!this.asking) return;
    const act = (entries) => {
      this.part("to-question").hidden = !this.asking || entries.at(-1).isIntersecting;
      this.pointToQuestion();
    };
    this.question = new IntersectionObserver(act, { rootMargin: this.rootMargin });
    this.question.observe(this.asking.group);
  }

  /** The bar's arrow shows where the question is. */
  pointToQuestion() {
    const isAbove = this.asking?.group.getBoundingClientRect().top < 0;
    this.part("to-question").dataset.way = isAbove ? ABOVE : BELOW;
  }

  /** What the device kept: the draft, and the latest summary for as long as the server keeps it too. */
  restore() {
    this.part("text").value = memory.draft;
    const kept = memory.handover;
    if (kept && kept.time < Date.now() / 1000 - this.config.hours * HOUR) memory.handover = null;
  }

  showCallTeam() {
    const link = callTeam(this.config);
    const change = element("button", { type: "button", className: "change" }, this.words.change_number);
    this.querySelector(".top .call, #call-team").replaceWith(link);
    link.id = "call-team";
    this.querySelector(".change")?.remove();
    if (this.centreNumber || !this.config.careTeam) return;
    change.addEventListener("click", () => showTeamNumber(this.config));
    this.part("forget").after(change);
  }

  /** The patient saved or removed the team's number: every button that calls knows it. */
  saveNumber(number) {
    memory.teamNumber = number;
    this.config.careTeam = number;
    this.showCallTeam();
    for (const call of this.querySelectorAll("main .call-team, #connection .call-team")) call.replaceWith(callTeam(this.config));
    if (this.standing?.button) this.standing.button = this.standing.card.querySelector(".calls").firstElementChild;
    this.watchCalls();
    this.part("call-team").focus({ preventScroll: true }); // the patient stays at the advice
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
    on("refusal", ({ missing }) => this.offline(missing));
    on("settled", () => this.think());
    on("forgotten", ({ keep }) => this.clear(keep));

    const text = this.part("text");
    this.part("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === INPUT_METHOD) return;
      event.preventDefault();
      this.submit();
    });
    text.addEventListener("input", () => {
      memory.draft = text.value;
      this.count();
    });
    document.addEventListener("team-number", ({ detail }) => this.saveNumber(detail));
    this.part("to-question").addEventListener("click", () => this.toQuestion());
    addEventListener("scroll", () => this.pointToQuestion(), { passive: true });
    for (const example of this.part("examples").querySelectorAll("button")) {
      example.addEventListener("click", () => this.say(example.textContent));
    }
    this.part("daily-check").addEventListener("click", () => this.say(this.words.daily_check));
    this.part("open-summary").addEventListener("click", () => this.openSummary());
    this.part("start-again").addEventListener("click", () => this.deleteAll("start_again", ""));
    this.part("forget").addEventListener("click", () => this.deleteAll("forget", this.words.forgotten));
  }

  submit() {
    const text = this.part("text");
    if (text.value.trim()) this.say(text.value.trim());
    text.value = "";
    memory.draft = "";
    this.count();
  }

  say(text) {
    this.dropQuestion();
    const id = this.connection.send(text);
    this.add({ key: id, from: "user", text, time: Date.now() / 1000 });
    if (!this.connection.online) this.unsent(id);
    if (EMERGENCY_NUMBERS.test(text)) {
      this.note(`${id}/${AT_ONCE}`, this.words.cannot_call);
      this.part("alarm").textContent = this.words.cannot_call;
    }
    if (document.activeElement !== this.part("text")) this.part("log").focus({ preventScroll: true });
    setTimeout(() => this.think(), SHOW_THINKING_AFTER);
  }

  joined({ messages, unsent, expired }) {
    const log = this.part("log");
    const restored = messages.length > 0 && !this.shown.size;
    if (restored) log.setAttribute("aria-live", "off"); // what was there before is not read out again
    for (const item of messages) this.add(item, false);
    for (const message of unsent) this.add({ key: message.id, from: "user", text: message.text, time: Date.now() / 1000 }, false);
    if (expired) memory.handover = null;
    if (expired) this.note("expired", this.words.expired);
    setTimeout(() => log.setAttribute("aria-live", "polite"), READ_OUT_AFTER);
    if (restored) this.showEnd();
  }

  /** Show a message once; `aloud` is false for what comes from before a reload. */
  add(item, aloud = true) {
    if (this.shown.has(item.key)) return;
    const bot = item.from === "bot";
    if (bot) this.dropAnswerAtOnce(item);
    const act = { openSummary: () => this.openSummary(), answer: (text) => this.say(text) };
    const shown = bot && this.answersEmergencyNumber(item) ? { ...item, calls: true } : item;
    const made = bot ? botMessage(shown, this.config, this.latest?.triage ?? null, act) : userMessage(item, this.config);
    this.shown.set(item.key, made);
    this.items.push(item);
    if (!bot || item.chips.length) this.dropQuestion();
    this.newDay(item);
    this.part("log").append(made);
    this.classList.add("started");
    if (bot) {
      made.gist = gistOf(item, this.config);
      this.ask(item, made);
      this.follow(item, made, aloud);
      this.foldEarlier(made);
    }
    if (aloud) this.showNew(made, bot);
  }

  /** Whether it is the answer to "911", which has the button that calls. */
  answersEmergencyNumber({ key, payload }) {
    const [to, number] = key.split("/");
    const asked = this.items.find((one) => one.key === to);
    return !payload && ["0", AT_ONCE].includes(number) && EMERGENCY_NUMBERS.test(asked?.text ?? "");
  }

  /** The server's answer takes the place of what the page said at once. */
  dropAnswerAtOnce({ key }) {
    const before = `${key.split("/")[0]}/${AT_ONCE}`;
    if (key !== before) this.remove(before);
  }

  remove(key) {
    this.shown.get(key)?.remove();
    this.shown.delete(key);
    this.items = this.items.filter((item) => item.key !== key);
  }

  newDay(item) {
    const day = dayOf(item);
    if (day === this.day) return;
    this.day = day;
    this.part("log").append(element("p", { className: "day" }, day));
  }

  follow(item, card, aloud) {
    const triage = triageOf(item);
    if (triage || checkOf(item)?.state === "ended") memory.handover = handoverOf(this.items, this.config) ?? memory.handover;
    if (!triage) return;
    this.latest = { triage, card, item };
    const calls = card.querySelector(".calls");
    if (aloud && ALARMING.includes(triage.urgency)) this.part("alarm").textContent = headline(item, this.config);
    if (!calls && this.standing?.triage.urgency === triage.urgency) return; // the bar holds what holds as before
    this.standing = CALLING.includes(triage.urgency) ? { triage, card, button: calls?.firstElementChild } : null;
    this.watchCalls();
    if (!this.standing?.button) this.showStanding(Boolean(this.standing));
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

  /** Earlier replies become one line each, all but the latest result and the one whose advice stands. */
  foldEarlier(newest) {
    const open = [newest, this.standing?.card, this.latest?.card];
    for (const message of this.part("log").querySelectorAll(".bot:not(.folded)")) {
      const isResult = message.matches(".card, .check");
      const isShort = !isResult && (message.offsetHeight < LONG || message.querySelector(".calls"));
      if (open.includes(message) || isShort) continue; // the button that calls stays, too
      fold(message, message.gist, this.config);
    }
  }

  /** What can be answered now: the composer's label says so, and a bar while it is out of sight. */
  ask(item, message) {
    const group = message.querySelector(".question");
    if (!group) return;
    const label = askedIn(item, this.config);
    this.asking = { group };
    this.part("what").textContent = filled(this.words.answering, { label });
    this.watchQuestion();
  }

  /** Only the latest question can be answered by a tap. */
  dropQuestion() {
    this.question?.disconnect();
    this.asking = null;
    this.part("to-question").hidden = true;
    this.part("what").textContent = this.shown.size ? this.words.write_more : this.words.write;
    for (const group of this.part("log").querySelectorAll(".chips")) group.remove();
  }

  toQuestion() {
    const { group } = this.asking;
    group.scrollIntoView({ block: "center" });
    group.focus({ preventScroll: true });
  }

  note(key, text) {
    this.remove(key);
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
    this.part("kept").hidden = true;
    if (was && this.wasOnline) this.tell(this.words.online_again);
    this.wasOnline = true;
    this.think();
  }

  wait(milliseconds) {
    clearTimeout(this.offlineTimer);
    this.offlineTimer = setTimeout(() => this.offline(), milliseconds);
  }

  /** @param {string} missing what whoever set up the web site has to mend, where the server said it */
  offline(missing = "") {
    const banner = this.part("connection");
    const isSaid = missing ? banner.querySelector(".staff") : banner.childElementCount;
    if (this.connection.online || isSaid) return;
    banner.className = "offline";
    banner.replaceChildren(
      element("p", {}, missing ? this.words.not_set_up : this.words.offline),
      ...(missing ? [element("p", { className: "staff" }, filled(this.words.not_set_up_staff, { reason: missing }))] : []),
      element("div", { className: "calls" }, ...callLinks(this.standing?.triage.urgency === "emergency" ? "emergency" : "contact_now", this.config)),
    );
    this.showKept();
    this.think();
  }

  /** Opened without a connection: the last advice and the last summary are there. */
  showKept() {
    const kept = memory.handover;
    const place = this.part("kept");
    place.hidden = !kept || this.items.some(triageOf);
    if (place.hidden) return;
    const open = element("button", { type: "button" }, this.words.last_summary);
    open.addEventListener("click", () => this.openSummary());
    const advice = filled(this.words.last_advice, { time: said(kept.time), action: this.config.action[kept.urgency] ?? "" });
    place.className = `kept ${kept.urgency}`;
    place.replaceChildren(...(kept.urgency ? [element("p", { className: "lead" }, advice)] : []), open);
  }

  tell(text) {
    this.part("notice").textContent = text;
  }

  async deleteAll(name, after) {
    const { words, connection } = this;
    const text = connection.online ? words[`${name}_text`] : words.delete_offline;
    if (!(await confirmed(words[`${name}_title`], text, words[`${name}_yes`], words))) return;
    if (!connection.online) {
      connection.forgetHere();
      this.note("forgotten", words.deleted_offline);
    } else {
      if (!(await connection.forget())) return this.note("failed", words.forget_failed);
      if (after) this.note("forgotten", after);
    }
    this.part("text").focus();
  }

  /** Empty the page; the reply to the message `keep` stays. */
  clear(keep) {
    for (const [key, message] of this.shown) {
      if (keep && key.startsWith(`${keep}/`)) continue;
      message.remove();
      this.shown.delete(key);
    }
    this.items = this.items.filter(({ key }) => this.shown.has(key));
    for (const day of this.part("log").querySelectorAll(".day")) day.remove();
    this.day = null;
    this.latest = null;
    this.part("kept").hidden = true;
    this.part("text").value = "";
    this.dropQuestion();
    if (!this.standing?.card.isConnected) this.standing = null;
    this.showStanding(false);
    this.classList.toggle("started", this.shown.size > 0);
    scrollTo({ top: 0 });
  }

  /** The summary: the server's, or without a connection one made here or taken from before. */
  async openSummary() {
    const made = await this.connection.handOver();
    if (document.querySelector("dialog")) return; // opened twice meanwhile
    if (made) memory.handover = { text: made.text, time: Date.now() / 1000, urgency: made.urgency };
    const here = made ? { ...made, time: Date.now() / 1000 } : handoverOf(this.items, this.config);
    const kept = memory.handover;
    const shown = here ?? kept;
    if (!shown) return showNothing(this.config);
    const note = here ? "" : filled(this.words.summary_last, { time: said(kept.time) });
    showSummary(shown, this.config, callTeam(this.config), note);
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

/** The service worker keeps the page and its numbers on the device. */
function keepForOffline() {
  if (!navigator.serviceWorker) return;
  const policy = globalThis.trustedTypes?.createPolicy("blina-worker", { createScriptURL: () => "/chat/sw.js" });
  const address = policy ? policy.createScriptURL("") : "/chat/sw.js";
  navigator.serviceWorker.register(address, { scope: "/chat" }).catch(() => {}); // works without, with a network
}

customElements.define("blina-chat", BlinaChat);
