// The nurses' page: asks for the alerts every few seconds, and shows, takes, gives back and closes them.

import { element, filled } from "/team/dom.js";
import { Card } from "/team/card.js";
import { clock } from "/team/say.js";

const { words, token, mostNote } = JSON.parse(document.getElementById("config").textContent);
const EVERY = 3000; // milliseconds
const PATIENCE = 10000; // for an answer
const LONGEST_WAIT = 30000; // between two tries without a connection
const WARNED = 120; // seconds before a nurse is signed out

const list = document.getElementById("open");
const heading = document.getElementById("alerts");
const fresh = document.getElementById("fresh");
const bars = document.getElementById("bars");
const lately = document.getElementById("closed");
const title = document.title;

const cards = new Map(); // by the alert's id
let etag = "";
let isActive = false;
let failures = 0;
let lastTime = Date.now();
let timer = 0;
let isOver = false;
let isFirst = true;

for (const name of ["keydown", "pointerdown", "wheel", "touchmove"]) {
  document.addEventListener(name, () => { isActive = true; }, { passive: true });
}
addEventListener("online", () => look());
document.addEventListener("visibilitychange", () => document.hidden || look());

/** Ask for the alerts now, and then again and again. */
async function look() {
  clearTimeout(timer);
  if (isOver) return;
  const headers = { "If-None-Match": etag, ...(isActive ? { "Blina-Active": "1" } : {}) };
  const wasActive = isActive;
  isActive = false;
  try {
    const answer = await fetch("/team/alerts", { headers, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 401) return over();
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    if (answer.status !== 304) {
      show(await answer.json());
      etag = answer.headers.get("ETag") ?? "";
    }
    found(answer);
  } catch {
    isActive ||= wasActive;
    lost();
  }
  clearTimeout(timer);
  timer = setTimeout(look, Math.min(EVERY * 2 ** Math.min(failures, 4), LONGEST_WAIT));
}

/** The server has answered. */
function found(answer) {
  if (failures > 1) notice(words.back);
  failures = 0;
  lastTime = Date.now();
  fresh.textContent = filled(words.fresh, { time: clock(lastTime) });
  for (const card of cards.values()) card.tick();
  bar("lost", null);
  const left = Number(answer.headers.get("Blina-Seconds"));
  const isLast = answer.headers.get("Blina-Last") === "1";
  bar("soon", left <= WARNED ? soon(Math.max(1, Math.round(left / 60)), isLast) : null);
}

/** The server has not answered: what is shown may be old, and everybody has to know that. */
function lost() {
  failures += 1;
  if (failures < 2) return;
  bar("lost", () => [element("p", {}, filled(words.lost, { time: clock(lastTime) }))], "over");
  document.title = `! ${title}`;
  etag = ""; // what comes next is shown anew, with its title
}

/** The nurse is signed out: nothing of a patient stays on the screen. */
function over() {
  isOver = true;
  clearTimeout(timer);
  for (const card of cards.values()) card.remove();
  cards.clear();
  for (const part of [list, lately, heading.parentElement, document.getElementById("none")]) part.hidden = true;
  list.replaceChildren();
  lately.replaceChildren();
  document.title = `! ${words.ended}`;
  bars.replaceChildren();
  const again = element("a", { className: "call", href: "/team" }, words.ended_again);
  bar("ended", () => [element("p", {}, `${words.ended}. ${words.ended_text}`), again], "over");
  again.focus();
}

/** What is said before a nurse is signed out. */
function soon(minutes, isLast) {
  return () => {
    const text = element("p", {}, filled(isLast ? words.soon_last : words.soon, { minutes }));
    if (isLast) return [text];
    const stay = element("button", { type: "button" }, words.stay);
    stay.addEventListener("click", () => { isActive = true; look(); heading.focus(); });
    return [text, stay];
  };
}

/** Put up a bar below the header, or take it away; one that is there stays as it is. */
function bar(name, make, kind = "") {
  const there = bars.querySelector(`[data-bar=${name}]`);
  if (!make) return there?.remove();
  if (there) return;
  bars.append(element("div", { className: kind, role: "alert", "data-bar": name }, ...make()));
}

/** Show the alerts as the server has them now; what somebody is writing stays. */
function show({ open, closed }) {
  const focused = document.activeElement;
  const unseen = open.filter(({ id }) => !cards.has(id));
  for (const alert of open) {
    if (!cards.has(alert.id)) cards.set(alert.id, new Card(alert, words, tools));
    cards.get(alert.id).update(alert);
  }
  const ids = new Set(open.map(({ id }) => id));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    if (card.hasNote()) {
      card.outlive();
      continue;
    }
    card.remove();
    cards.delete(id);
  }
  arrange(open);
  if (focused && focused !== document.body && !focused.isConnected) heading.focus();
  heading.textContent = filled(words.open_count, { count: open.length });
  document.getElementById("none").hidden = open.length > 0;
  const free = open.filter((alert) => !alert.taken_by).length;
  document.title = free ? `(${free}) ${title}` : title;
  if (!isFirst) tell(unseen);
  isFirst = false;
  showClosed(closed);
}

/** The cards in the order of the alerts; what is in its place is not moved, so that the focus stays. */
function arrange(open) {
  open.forEach(({ id }, index) => {
    const node = cards.get(id).node;
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

/** Say the new alerts to those who do not see them come. */
function tell(alerts) {
  for (const { urgency, reason, kind } of alerts) {
    const why = reason || words[`kind_${kind}`];
    const text = filled(words.new_alert, { reason: `${words[`urgency_${urgency}`]}. ${why}` });
    say(urgency === "emergency" ? "alarm" : "notice", text);
  }
}

function showClosed(closed) {
  lately.hidden = closed.length === 0;
  lately.querySelector("summary").textContent = filled(words.closed, { count: closed.length });
  const lines = closed.map((alert) => {
    const values = { person: alert.closed_by ?? "", time: clock(alert.closed_at * 1000), words: alert.note };
    const which = filled(words.which, { name: alert.conversation, number: alert.number });
    return element(
      "li",
      {},
      element("p", {}, element("b", {}, words[`urgency_${alert.urgency}`]), `. ${which}.`),
      element("p", {}, filled(words.closed_by, values)),
    );
  });
  lately.querySelector("ul").replaceChildren(...lines);
}

function say(place, text) {
  document.getElementById(place).append(element("p", {}, text));
  const said = document.getElementById(place).children;
  if (said.length > 5) said[0].remove();
}

function notice(text) {
  say("notice", text);
}

/** Ask the server for something that is written down; resolves to its answer, null when there is none. */
async function post(id, act, fields = {}) {
  isActive = true;
  try {
    const answer = await fetch(`/team/alerts/${encodeURIComponent(id)}/${act}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Blina-Token": token },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status === 401) over();
    return answer;
  } catch {
    return null;
  }
}

const tools = {
  mostNote,
  post,
  notice,
  look,
  alarm: (text) => say("alarm", text),
  leave: (card) => { card.remove(); cards.delete(card.id); heading.focus(); },
};

look();
