// What one message looks like: the patient's own, a plain reply, a result card, a question, a summary.

import { checkOf, checkQuestion } from "/chat/check.js";
import { showTeamNumber } from "/chat/dialogs.js";
import { callLink, element, filled, icon, numbered, paragraphs } from "/chat/dom.js";
import { ASKS, askedIn } from "/chat/handover.js";

/** Urgencies from which a card cannot be missed and is read out at once. */
export const ALARMING = ["contact_now", "emergency"];
export const CALLING = ["call_today", ...ALARMING];
const CRISIS = "emergency.self_harm";
const UNRESPONSIVE = "emergency.cannot_be_woken";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });

/** The payload of a triage result, else null. */
export function triageOf(item) {
  return item.payload?.type === "triage" ? item.payload : null;
}

/** The payload of a summary that has something in it, else null. */
export function summaryOf(item) {
  const payload = item.payload;
  const full = payload?.type === "summary" && ["symptoms", "signs", "values", "answers"].some((name) => payload[name]?.length);
  return full ? payload : null;
}

/** The day of a message, shown above the first of each day. */
export function dayOf(item) {
  return date.format(item.time * 1000);
}

function timeOf(item) {
  return element("time", { dateTime: new Date(item.time * 1000).toISOString() }, clock.format(item.time * 1000));
}

/** The patient's message. */
export function userMessage(item, config) {
  const status = element("span", { className: "status" });
  return element(
    "article",
    { className: "message user" },
    element("h2", { className: "unseen" }, config.words.you),
    ...paragraphs(item.text),
    element("p", { className: "small" }, timeOf(item), status),
  );
}

/**
 * A reply.
 * @param {object} item what came in
 * @param {object} config of the page
 * @param {object|null} before the payload of the latest result card, null when there is none
 * @param {{openSummary: Function, answer: Function}} act what the buttons do
 */
export function botMessage(item, config, before, act) {
  const triage = triageOf(item);
  const message = triage ? resultCard(item, triage, config, before, act) : plainReply(item, config, act);
  message.append(element("p", { className: "small" }, timeOf(item)));
  return message;
}

function plainReply(item, config, act) {
  const asks = checkOf(item)?.state === "asking";
  const message = element("article", { className: `message bot${asks ? " check" : ""}` }, element("h2", { className: "unseen" }, config.words.me));
  const inside = element("div", { className: "inside" });
  if (summaryOf(item)) {
    const open = element("button", { type: "button", className: "primary" }, config.words.summary_open);
    open.addEventListener("click", () => act.openSummary());
    inside.append(element("p", {}, config.words.summary_ready), open);
  } else if (asks) {
    inside.append(...checkQuestion(item, config, act));
  } else {
    inside.append(...paragraphs(item.text).map((part) => numbered(part, config.careTeam)));
  }
  if (item.calls) inside.append(element("div", { className: "calls" }, ...callLinks("emergency", config)));
  if (item.chips.length && !asks) inside.append(question(item, "", config, act));
  message.append(inside);
  return message;
}

/** What the standing bar and the alarm say: the urgency's name and the first paragraph. */
export function headline(item, config) {
  return `${config.urgency[triageOf(item).urgency]}. ${item.text.split("\n\n")[0]}`;
}

/** Links to call, the most urgent number first; without the team's number, a button that says where it is. */
export function callLinks(urgency, config) {
  const { words, careTeam } = config;
  if (!CALLING.includes(urgency)) return careTeam ? [callTeam(config)] : [];
  const links = [callTeam(config), ...otherWays(config)];
  const emergency = callLink(words.call_emergency, config.emergency, "call-emergency");
  if (urgency === "emergency") links.unshift(emergency);
  else if (urgency === "contact_now") links.push(emergency);
  return links;
}

/** Calls the team, or says where their number is found. */
export function callTeam(config) {
  const { careTeam, words } = config;
  if (careTeam) return callLink(words.call_team, careTeam, "call-team", careTeam);
  const button = element(
    "button",
    { type: "button", className: "call call-team" },
    icon("phone"),
    element("span", {}, words.call_team),
  );
  button.addEventListener("click", () => showTeamNumber(config));
  return button;
}

/** For those who cannot phone: a text message or a relay service, where the centre has one. */
function otherWays({ teamText, teamRelay, words }) {
  const ways = [];
  if (teamText) ways.push(callLink(words.text_team, teamText, "call-other", teamText, "sms"));
  if (teamRelay) ways.push(callLink(words.text_relay, teamRelay, "call-other", teamRelay));
  return ways;
}

function resultCard(item, triage, config, before, act) {
  const { urgency } = triage;
  const [advice, ...rest] = item.text.split(/\n{2,}/);
  const [first, more] = firstSentence(advice);
  const isSource = (part) => part.startsWith(config.sourcesHeading);
  let body = rest.filter((part) => !isSource(part) && part !== config.whyHint); // the page has a button for it
  const asked = triage.awaiting_answer ? body.pop() : null;
  const aid = firstAid(triage, config);
  body = body.map((part) => aid.reduce((text, sentence) => text.replace(sentence, "").trim(), part)).filter(Boolean);
  const aidBefore = before ? firstAid(before, config) : [];
  const saysNoMore = aid.every((sentence) => aidBefore.includes(sentence)) && !isCrisis(triage);
  const isSmall = before?.urgency === urgency && body.length > 0 && saysNoMore;
  const card = element(
    "article",
    { className: `message bot card ${urgency}${isSmall ? " again" : ""}` },
    element(
      "h2",
      { className: "urgency" },
      icon(CALLING.includes(urgency) ? "warning" : "info"),
      element("span", {}, config.urgency[urgency]),
    ),
  );
  const inside = element("div", { className: "inside" });
  const texts = body.map((part) => numbered(element("p", {}, part), config.careTeam));
  const paragraph = (text, className = "") => numbered(element("p", { className }, text), config.careTeam);
  if (isSmall) {
    // what is new comes first: what holds as before stands in the bar
    inside.append(...texts);
    if (asked) inside.append(question(item, asked, config, act));
    const numbers = [config.emergency, config.careTeam].filter(Boolean);
    const isSaid = body.some((part) => numbers.some((number) => part.includes(number)));
    if (!isSaid) inside.append(paragraph(filled(config.words.still_holds, { action: first }), "still"));
  } else {
    inside.append(paragraph(first, "lead"));
    inside.append(element("div", { className: "calls" }, ...callsOf(triage, config)));
    if (aid.length) {
      const list = element("ul", {}, ...aid.map((sentence) => element("li", {}, sentence)));
      inside.append(element("section", { className: "aid" }, element("h3", {}, config.words.until_help), list));
    }
    if (asked) inside.append(question(item, asked, config, act));
    if (more) inside.append(paragraph(numberSaved(more, config)));
    inside.append(...texts);
  }
  const why = reasons(triage, rest.filter(isSource), config);
  if (why) inside.append(why);
  card.append(inside);
  return card;
}

function isCrisis({ reasons }) {
  return reasons.some(({ rule }) => rule === CRISIS);
}

function callsOf(triage, config) {
  const links = callLinks(triage.urgency, config);
  if (config.crisisLine && isCrisis(triage)) {
    links.splice(1, 0, callLink(config.words.call_crisis, config.crisisLine, "call-crisis", config.crisisLine));
  }
  return links;
}

/** What to do while help is on its way: only where a call is due. */
function firstAid({ urgency, symptoms, reasons }, { firstAid: aid, words }) {
  if (!ALARMING.includes(urgency)) return [];
  const rules = reasons.map(({ rule }) => rule);
  const present = symptoms.filter(({ status }) => status === "present" || status === "uncertain").map(({ id }) => id);
  const found = [...present, ...rules].filter((id) => aid[id]).map((id) => aid[id]);
  if (rules.includes(UNRESPONSIVE)) found.unshift(words.first_aid_unresponsive);
  return [...new Set(found)];
}

/** The advice without "the number is not set" once the patient has saved it. */
function numberSaved(text, { numberNotSet, careTeam, words }) {
  return careTeam ? text.replace(numberNotSet, words.team_number_saved) : text;
}

/** A question with answers to tap, or to tick where several can be true. */
export function question(item, text, config, act) {
  const { words, noneOfThese } = config;
  const short = askedIn(item, config);
  const isList = item.chips.some(({ title }) => title === noneOfThese);
  const end = item.chips.findIndex(({ title }) => title === noneOfThese);
  const group = element("div", { className: "question", role: "group", "aria-label": short, tabIndex: -1 });
  const [before, after] = ASKS.test(text) ? text.split(ASKS) : ["", ""];
  if (before.trim()) group.append(element("p", {}, before.trim()));
  if (text) group.append(element("b", {}, short));
  if (item.chips.length) group.append(isList ? ticks(item.chips, end, config, act) : taps(item.chips, words, act));
  if (after.trim()) group.append(numbered(element("p", { className: "small" }, after.trim()), config.careTeam));
  if (!item.chips.length) group.setAttribute("aria-label", words.one_question);
  return group;
}

function taps(chips, words, act) {
  const group = element("div", { className: "chips", role: "group", "aria-label": words.answers });
  for (const chip of chips) {
    const button = element("button", { type: "button" }, chip.title);
    button.addEventListener("click", () => act.answer(chip.value));
    group.append(button);
  }
  return group;
}

function ticks(chips, end, { words }, act) {
  const note = element("p", { className: "small", role: "status" });
  const boxes = chips.slice(0, end).map((chip) => element("input", { type: "checkbox", value: chip.value }));
  const rows = boxes.map((box, index) => element("label", { className: "tick" }, box, element("span", {}, chips[index].title)));
  const send = element("button", { type: "button", className: "primary send-ticked" }, words.send_ticked);
  send.addEventListener("click", () => {
    const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
    if (ticked.length) act.answer(ticked.join(", "));
    else note.textContent = words.tick_first;
  });
  const apart = taps(chips.slice(end), words, act);
  apart.classList.add("apart");
  apart.setAttribute("aria-label", words.none_or_unsure);
  return element("div", { className: "chips ticks" }, element("p", { className: "small" }, words.tick_all), ...rows, send, note, apart);
}

/** A paragraph's first sentence, to be shown large, and the rest. */
function firstSentence(text) {
  const [, first, rest] = /^(.*?[.!?])(?:\s+(.*))?$/s.exec(text) ?? [null, text, ""];
  return [first, rest ?? ""];
}

function reasons(triage, sources, { words, documents }) {
  if (!triage.reasons.length) return null;
  const why = element("details", { className: "why" }, element("summary", {}, words.why));
  why.append(element("ul", {}, ...triage.reasons.map((reason) => element("li", {}, reason.text))));
  const told = triage.symptoms.filter((symptom) => symptom.status === "present" || symptom.status === "uncertain");
  const terms = told.map((symptom) => {
    const places = symptom.sources.map(({ document, term }) => filled(words.said_in, { term, document: documents[document] ?? document }));
    return element("li", {}, `${symptom.label}: ${[...new Set(places)].join("; ")}`);
  });
  if (terms.length) why.append(element("ul", {}, ...terms));
  why.append(...sources.map((part) => element("p", { className: "small" }, part)));
  return why;
}

/**
 * Show an earlier reply as one line, which a tap opens again: many messages stay a page that can be read.
 * @param {Element} message a reply
 * @param {string} gist what the line says
 */
export function fold(message, gist, { words }) {
  const inside = message.querySelector(".inside");
  if (!inside || inside.hidden || message.querySelector(".unfold")) return;
  message.setAttribute("aria-live", "off"); // nothing new to read out
  const open = element("button", { type: "button", className: "unfold", "aria-expanded": "false" }, element("span", {}, gist), element("span", { className: "unseen" }, words.show_again));
  open.addEventListener("click", () => {
    inside.hidden = !inside.hidden;
    message.classList.toggle("folded", inside.hidden);
    open.setAttribute("aria-expanded", String(!inside.hidden));
  });
  inside.before(open);
  inside.hidden = true;
  message.classList.add("folded");
}

/** What a folded result says: what was told in it. */
export function gistOf(item, config) {
  const triage = triageOf(item);
  if (checkOf(item)) return item.text.split(/\n+/).at(-1);
  if (!triage) return item.text.split(/\n/)[0];
  const told = triage.symptoms.filter(({ status }) => status === "present" || status === "uncertain");
  const newest = Math.max(...told.map(({ turn }) => turn));
  const named = told.filter(({ turn }) => turn === newest).map(({ label }) => label);
  return [config.urgency[triage.urgency], named.slice(0, 2).join(", ")].filter(Boolean).join(": ");
}
