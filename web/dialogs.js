// Windows over the page: a question before deleting, the missing phone number, the summary.

import { callLink, drawn, element, icon, lines } from "/chat/dom.js";

const PAGE = { width: "186mm", height: 950, sizes: [10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5] }; // pixels and points: in A4 and in Letter

/** Opens a window; it is removed when it closes. Focus goes back to where it was. */
function open(title, content, buttons, kind = "") {
  const heading = element("h2", { id: "dialog-title", tabIndex: -1 }, title);
  const dialog = element(
    "dialog",
    { className: `window ${kind}`, "aria-labelledby": "dialog-title" },
    heading,
    ...content,
    element("div", { className: "buttons" }, ...buttons),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return dialog;
}

function button(words, action, kind = "") {
  const made = element("button", { type: "button", className: kind }, words);
  made.addEventListener("click", action);
  return made;
}

function close(event) {
  event.target.closest("dialog").close();
}

/** Ask before something that cannot be undone. Resolves to whether it was confirmed. */
export function confirmed(title, text, yes, words) {
  return new Promise((resolve) => {
    const agree = (event) => {
      resolve(true);
      close(event);
    };
    const buttons = [button(words.cancel, close), button(yes, agree, "primary")];
    open(title, [element("p", {}, text)], buttons).addEventListener("close", () => resolve(false));
  });
}

/** Say where the team's number is found when it is not set, and keep it on this device. */
export function showTeamNumber({ words, emergency, careTeam }) {
  const field = element("input", { type: "tel", id: "team-number", autocomplete: "off", value: careTeam ?? "", maxLength: 30, "aria-describedby": "number-wrong number-note" });
  const note = element("p", { className: "small", id: "number-note" }, words.number_kept);
  const wrong = element("p", { className: "wrong", id: "number-wrong", role: "alert" });
  const form = element(
    "form",
    { className: "number-form", noValidate: true },
    element("label", { htmlFor: "team-number" }, words.team_number),
    wrong,
    element("div", { className: "row" }, field, element("button", { type: "submit", className: "primary" }, words.save)),
    note,
  );
  const told = careTeam
    ? []
    : [
        element("p", { className: "lead" }, words.no_number),
        element("p", {}, words.no_number_reach),
        element("p", { className: "calls" }, callLink(words.call_emergency, emergency, "call-emergency")),
      ];
  const buttons = [button(words.close, close)];
  const saved = (number) => {
    dialog.close(); // first: closing moves the focus
    document.dispatchEvent(new CustomEvent("team-number", { detail: number }));
  };
  if (careTeam) buttons.unshift(button(words.remove, () => saved(null)));
  const dialog = open(words.no_number_title, [...told, form, element("p", { className: "small" }, words.no_number_staff)], buttons);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = field.value.trim();
    if (/^\+?[0-9][0-9 ()./-]{3,28}$/.test(number) && number.replace(/\D/g, "").length > 4) return saved(number);
    field.setAttribute("aria-invalid", "true");
    wrong.replaceChildren(icon("warning"), words.number_bad);
    field.focus();
  });
}

/**
 * Show a summary to read out, share, copy, keep or print.
 * @param {{text: string, time: number, chart: Array, fhir: string}} item the summary; without a connection it has no
 *   chart and no file for the hospital
 * @param {object} config of the page
 * @param {Element} call the link that calls the team
 */
export function showSummary(item, { words, careTeam, handover }, call, note = "") {
  const sheet = document.getElementById("sheet");
  sheet.replaceChildren(...sheetOf(item, words, careTeam, handover));
  fitToPage(sheet);
  const said = element("p", { role: "status" }); // inside: what is behind an open window is not read out
  const copy = button(words.copy, async () => {
    said.textContent = (await copied(item.text)) ? words.copied : words.copy_failed;
  });
  const save = button(words.download, () => download(item.text, `${words.file_name}.txt`, "text/plain"));
  const record = button(words.download_record, () => download(item.fhir, `${words.file_name}.fhir.json`, "application/fhir+json"));
  const print = button(words.print, () => window.print());
  const share = button(words.share, () => navigator.share({ title: words.summary_title, text: item.text }).catch(() => {}));
  const buttons = [...(navigator.share ? [share] : []), copy, save, ...(item.fhir ? [record] : []), print, button(words.close, close)];
  const top = element("div", { className: "calls" }, call);
  const kept = note ? [element("p", { className: "small" }, note)] : [];
  const dialog = open(words.summary_title, [top, ...kept, ...lines(item.text, careTeam), ...chartOf(item, "window"), said], buttons, "summary");
  dialog.addEventListener("close", () => sheet.replaceChildren());
}

/** Say that there is nothing to sum up yet. */
export function showNothing({ words }) {
  open(words.summary_title, [element("p", {}, words.summary_nothing)], [button(words.close, close)]);
}

/** The chart: as wide as a phone, and larger where there is room. */
function chartOf({ chart }, place) {
  return chart ? [element("div", { className: "chart" }, drawn(chart, place))] : [];
}

/** Letters as large as one page allows; of very much that was told a second page follows. */
function fitToPage(sheet) {
  sheet.classList.add("measured");
  sheet.style.width = PAGE.width;
  for (const size of PAGE.sizes) {
    sheet.style.fontSize = `${size}pt`;
    if (sheet.offsetHeight <= PAGE.height) break;
  }
  sheet.style.width = "";
  sheet.classList.remove("measured");
}

/** The printed page: the summary with blanks, the day, the numbers and room for notes. */
function sheetOf(item, words, careTeam, handover) {
  const time = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(item.time * 1000);
  const made = item.chart ? "" : ` ${words.summary_made} ${time}.`; // the server's says it itself
  const team = words.call_team_on.includes(careTeam) ? words.call_team_on : `${words.call_team}: ${careTeam}`;
  const numbers = careTeam ? [team, words.call_emergency] : [words.call_emergency];
  return [
    element("h1", {}, words.summary_title),
    element("p", { className: "small" }, `${words.title}.${made} ${numbers.join(". ")}.`),
    element("p", { className: "blanks" }, handover.blanks),
    ...lines(item.text, careTeam),
    ...chartOf(item, "sheet"),
    element("p", { className: "notes" }, words.summary_by_hand),
    element("p", { className: "small" }, words.summary_note),
  ];
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function download(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
