// What one message looks like: the patient's own, a plain reply, a result card, a summary.

import { showMissingNumber } from "/chat/dialogs.js";
import { callLink, element, icon, paragraphs } from "/chat/dom.js";

/** Urgencies from which a card cannot be missed and is read out at once. */
export const ALARMING = ["contact_now", "emergency"];
const CALLING = ["call_today", ...ALARMING];

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

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

/** The patient's message. */
export function userMessage(item, config) {
  const time = element("time", {}, clock.format(item.time * 1000));
  const status = element("span", { className: "status" });
  return element(
    "article",
    { className: "message user" },
    element("h2", { className: "unseen" }, config.words.you),
    ...paragraphs(item.text),
    element("p", { className: "small" }, time, status),
  );
}

/** A reply; `openSummary(text)` is called by a summary's button. */
export function botMessage(item, config, openSummary) {
  const triage = triageOf(item);
  if (triage) return resultCard(item, triage, config);
  const message = element("article", { className: "message bot" }, element("h2", { className: "unseen" }, config.words.me));
  if (summaryOf(item)) {
    const open = element("button", { type: "button", className: "primary" }, config.words.summary_open);
    open.addEventListener("click", () => openSummary(item));
    message.append(element("p", {}, config.words.summary_ready), open);
  } else {
    message.append(...paragraphs(item.text));
  }
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
  const links = [callTeam(config)];
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
  button.addEventListener("click", () => showMissingNumber(config));
  return button;
}

function resultCard(item, triage, config) {
  const [advice, ...rest] = item.text.split(/\n{2,}/);
  const [first, more] = firstSentence(advice);
  const isSource = (part) => part.startsWith(config.sourcesHeading);
  const body = rest.filter((part) => !isSource(part));
  const question = triage.awaiting_answer ? body.pop() : null;
  const card = element(
    "article",
    { className: `message bot card ${triage.urgency}` },
    element(
      "h2",
      { className: "urgency" },
      icon(CALLING.includes(triage.urgency) ? "warning" : "info"),
      element("span", {}, config.urgency[triage.urgency]),
    ),
    element("p", { className: "lead" }, unbroken(first, config.careTeam)),
  );
  if (more) card.append(element("p", {}, more));
  card.append(element("div", { className: "calls" }, ...callLinks(triage.urgency, config)));
  card.append(...body.map((part) => element("p", {}, part)));
  const why = reasons(triage, rest.filter(isSource), config);
  if (why) card.append(why);
  if (question) {
    const [asked, ifNot] = firstSentence(question);
    card.append(element("p", { className: "question" }, element("b", {}, asked), ifNot));
  }
  return card;
}

/** The text with a number that does not break at the end of a line. */
function unbroken(text, number) {
  return number ? text.replaceAll(number, number.replaceAll(" ", "\u00a0")) : text;
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

/** A text with its `{placeholders}` replaced. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
