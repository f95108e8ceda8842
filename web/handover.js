// What to read to the team, made on the device from what was said: it needs no connection.

import { triageOf } from "/chat/card.js";
import { filled } from "/chat/dom.js";
import { checkLines, isOfCheck } from "/chat/check.js";

/** The sentence that asks; a full stop inside a number does not end one. */
export const ASKS = /(?:[^.!?]|[.!?](?=\S))*\?/;
const MOST_WORDS = 12; // messages

const moment = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function wordsOf(symptom) {
  return (symptom.text ?? "").trim();
}

/** Day and time, as the summary says them. */
export function said(seconds) {
  return moment.format(seconds * 1000).replace(/,/g, "");
}

/**
 * The summary of a conversation, null when nothing was told.
 * @param {object[]} items what was said, in order
 * @param {object} config of the page
 */
export function handoverOf(items, config) {
  const { words, handover: say, urgency } = config;
  const results = items.filter(triageOf);
  const checks = checkLines(items, say);
  const last = results.at(-1);
  if (!last && !checks.length) return null;
  const { payload, time } = last ?? { payload: { symptoms: [] }, time: items.at(-1).time };
  const since = (symptom) => {
    const told = results.find(({ payload: one }) => one.symptoms.some(({ id, status }) => id === symptom.id && status === symptom.status));
    return said((told ?? last).time);
  };
  const of = (...kinds) => payload.symptoms.filter(({ status }) => kinds.includes(status));
  const lines = [say.heading, say.medicine];
  if (last) lines.push(filled(say.now, { action: config.action[payload.urgency] }));
  const part = (title, entries) => entries.length && lines.push(title, ...entries.map((entry) => `- ${entry}`));
  part(
    say.complaints,
    of("present", "uncertain").map((symptom) => {
      const line = filled(say.symptom, { label: symptom.label, words: wordsOf(symptom), time: since(symptom) });
      return `${line}${symptom.status === "uncertain" ? `; ${say.unsure}` : ""} (${urgency[symptom.urgency]})`;
    }),
  );
  part(say.over, of("past").map((symptom) => `${symptom.label} (${since(symptom)})`));
  part(say.denials, of("denied").map((symptom) => `${symptom.label} (${since(symptom)})`));
  const answers = answered(items, config);
  part(say.answers, answers.map(({ label, item }) => `${filled(say.answer, { label, answer: item.text })} (${said(item.time)})`));
  part(say.checks, checks);
  const quoted = (text) => payload.symptoms.some((symptom) => wordsOf(symptom).includes(text));
  const own = items.filter((item, index) => item.from === "user" && !isOfCheck(items, index) && !answers.some((one) => one.item === item) && !quoted(item.text));
  part(words.summary_wrote, own.slice(-MOST_WORDS).map((item) => `"${item.text.trim()}" (${said(item.time)})`));
  return { text: lines.join("\n"), time, urgency: payload.urgency ?? "" };
}

/** The answers to questions, each with the question. */
function answered(items, config) {
  const found = [];
  let label = null;
  for (const item of items) {
    if (item.from === "user" && label) found.push({ label: label.replace(/\?$/, ""), item });
    label = item.from === "bot" && item.payload?.awaiting_answer && item.chips.length ? askedIn(item, config) : null;
  }
  return found;
}

/** The question that a reply asks. */
export function askedIn(item, { noneOfThese, words }) {
  if (item.chips.some(({ title }) => title === noneOfThese)) return words.short_question;
  const last = item.text.split(/\n{2,}/).at(-1);
  return ASKS.exec(last)?.[0].trim() ?? last;
}
