// Windows over the page: a question before deleting, the missing phone number, the summary.

import { callLink, element } from "/chat/dom.js";

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

/** Say where the team's number is found when it is not set. */
export function showMissingNumber({ words, emergency }) {
  open(
    words.no_number_title,
    [
      element("p", { className: "lead" }, words.no_number),
      element("p", {}, words.no_number_reach),
      element("p", { className: "calls" }, callLink(words.call_emergency, emergency, "call-emergency")),
      element("p", { className: "small" }, words.no_number_staff),
    ],
    [button(words.close, close)],
  );
}

/** Show a summary to read out, copy, keep or print. */
export function showSummary(item, { words, careTeam }) {
  const sheet = document.getElementById("sheet");
  sheet.replaceChildren(...sheetOf(item, words, careTeam));
  const said = element("p", { role: "status" }); // inside: what is behind an open window is not read out
  const copy = button(words.copy, async () => {
    said.textContent = (await copied(item.text)) ? words.copied : words.copy_failed;
  });
  const save = button(words.download, () => download(item.text, `${words.file_name}.txt`));
  const print = button(words.print, () => window.print(), "primary");
  const dialog = open(words.summary_title, [...lines(item.text), said], [copy, save, print, button(words.close, close)], "summary");
  dialog.addEventListener("close", () => sheet.replaceChildren());
}

/** The printed page: the summary with the day, the numbers and room for notes. */
function sheetOf(item, words, careTeam) {
  const made = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(item.time * 1000);
  const numbers = careTeam ? [words.call_team_on, words.call_emergency] : [words.call_emergency];
  return [
    element("h1", {}, words.summary_title),
    element("p", { className: "small" }, `${words.title}. ${words.summary_made} ${made}. ${numbers.join(". ")}.`),
    ...lines(item.text),
    element("p", { className: "notes" }, words.summary_by_hand),
    element("p", { className: "small" }, words.summary_note),
  ];
}

/** The text with its lines that start with a dash as lists and those that end with a colon as headings. */
function lines(text) {
  const made = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    if (!line.startsWith("- ")) {
      made.push(element(line.endsWith(":") ? "h3" : "p", {}, line));
      continue;
    }
    if (made.at(-1)?.tagName !== "UL") made.push(element("ul"));
    made.at(-1).append(element("li", {}, line.slice(2)));
  }
  return made;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function download(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
