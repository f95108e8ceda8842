// The daily check: how far it is, one question at a time, and the writing, which never leaves the device.

import { question } from "/chat/card.js";
import { element, filled, paragraphs } from "/chat/dom.js";
import { askedIn, said } from "/chat/handover.js";
import { memory } from "/chat/memory.js";

const WIDTH = 640;
const HEIGHT = 240;
const PEN = 4;

/** The payload of a daily check, else null. */
export function checkOf(item) {
  return item.payload?.type === "daily_check" ? item.payload : null;
}

/** What the check asks now, as the inside of a message. */
export function checkQuestion(item, config, act) {
  const { kind, number, of, sentence } = checkOf(item);
  const parts = item.text.split(/\n{2,}/);
  const asked = parts.pop();
  const made = paragraphs(parts.join("\n\n"));
  if (number) made.push(element("progress", { max: of, value: number - 1, "aria-label": config.words.daily_check }));
  if (kind === "writing") made.push(...writing(sentence, config.words));
  made.push(question(item, kind === "writing" ? askedIn(item, config) : asked, config, act));
  return made;
}

/** The sentence to write, a place to write it, and the last one from before to put it beside. */
function writing(sentence, words) {
  const before = memory.writings.filter(({ time }) => !isToday(time)).at(-1);
  let strokes = [];
  const canvas = paper(words.pad);
  const wipe = element("button", { type: "button" }, words.pad_wipe);
  const done = element("button", { type: "button", className: "primary" }, words.pad_done);
  const buttons = element("div", { className: "pad-buttons", hidden: true }, wipe, ...(before ? [done] : []));
  const pads = element("div", { className: "pads" }, framed(canvas, words.pad_today));
  const none = element("p", { className: "small", role: "status" });
  const keep = () => {
    const now = strokes.length ? [{ time: Date.now() / 1000, strokes }] : [];
    memory.writings = [...(before ? [before] : []), ...now];
    buttons.hidden = !strokes.length;
    none.textContent = before || !strokes.length ? "" : words.pad_none;
  };
  listen(canvas, (stroke) => {
    strokes = [...strokes, stroke];
    keep();
  });
  wipe.addEventListener("click", () => {
    strokes = [];
    canvas.getContext("2d").clearRect(0, 0, WIDTH, HEIGHT);
    keep();
  });
  done.addEventListener("click", () => {
    done.hidden = true;
    const label = filled(words.pad_before, { time: said(before.time) });
    const earlier = paper(label);
    for (const stroke of before.strokes) draw(earlier, stroke);
    pads.append(framed(earlier, label));
    earlier.tabIndex = -1;
    earlier.focus();
  });
  return [
    element("p", {}, words.pad_ask),
    element("p", { className: "lead" }, sentence),
    pads,
    buttons,
    none,
    element("p", {}, words.pad_paper),
    element("p", { className: "small" }, words.pad_private),
  ];
}

function paper(label) {
  return element("canvas", { className: "pad", width: WIDTH, height: HEIGHT, role: "img", "aria-label": label });
}

function framed(canvas, label) {
  return element("figure", {}, canvas, element("figcaption", { className: "small" }, label));
}

/** Follows a finger, pen or mouse; `finished` gets each stroke as numbers: x, y, x, y ... */
function listen(canvas, finished) {
  let stroke = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return [Math.round(x), Math.round(y)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    stroke = at(event);
    draw(canvas, stroke);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const point = at(event);
    draw(canvas, [...stroke.slice(-2), ...point]);
    stroke.push(...point);
  });
  const end = () => {
    if (stroke) finished(stroke);
    stroke = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
}

function draw(canvas, [x, y, ...rest]) {
  const pen = canvas.getContext("2d");
  pen.lineWidth = PEN;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(x, y);
  if (!rest.length) pen.lineTo(x, y);
  for (let next = 0; next < rest.length; next += 2) pen.lineTo(rest[next], rest[next + 1]);
  pen.stroke();
}

function isToday(seconds) {
  return new Date(seconds * 1000).toDateString() === new Date().toDateString();
}

/** The daily checks that have ended, one line each. */
export function checkLines(items, say) {
  const run = items.findLast((item) => item.payload?.daily_checks)?.payload.daily_checks ?? [];
  return run.map(({ time, end, done, of, found }) => {
    const line = found ? `check_${found.answer === "unsure" ? "unsure" : "changed"}` : `check_${end}`;
    return filled(say[line], { time: said(Date.parse(time) / 1000), lay: found?.lay, number: done, count: of });
  });
}

/** Whether a message only starts the check or taps an answer of it: no words of somebody's own. */
export function isOfCheck(items, index) {
  const [before, after] = [items[index - 1], items[index + 1]].map((item) => item && checkOf(item) && item);
  const tapped = before?.chips.some(({ value }) => value === items[index].text);
  return Boolean(tapped) || checkOf(after ?? {})?.kind === "form";
}
