// One alert: what it is about, who has it, its hand-over, and the note with which it is closed.

import { drawn, element, filled, icon, lines } from "/team/dom.js";
import { clock } from "/team/say.js";

/** One alert on the page. */
export class Card {
  /**
   * @param {object} alert as the server sends it
   * @param {object} words of the page
   * @param {object} tools what a card needs of the page: post, notice, alarm, look, leave
   */
  constructor(alert, words, tools) {
    this.id = alert.id;
    this.words = words;
    this.tools = tools;
    this.shown = "";
    const title = `title-${alert.id}`;
    this.heading = element("h3", { id: title, tabIndex: -1 }, icon("warning"), words[`urgency_${alert.urgency}`]);
    this.since = element("p");
    this.reason = element("p", { className: "told-it" }, alert.reason && filled(words.told, { reason: alert.reason }));
    this.kind = element("p", {}, words[`kind_${alert.kind}`] ?? "");
    this.which = element("p", { className: "small" }, `${filled(words.which, { name: alert.conversation, number: alert.number })}. ${alert.rule}`);
    this.state = element("p", { className: "state" });
    this.acts = element("div", { className: "acts" });
    this.panel = element("div", { className: "panel", id: `panel-${alert.id}`, hidden: true });
    this.form = element("form", { className: "closing", hidden: true, noValidate: true });
    const band = element("div", { className: "band" }, this.heading, this.since);
    const article = element(
      "article",
      { className: `alert ${alert.urgency}`, "aria-labelledby": title },
      band,
      ...(alert.reason ? [this.reason] : []),
      ...(this.kind.textContent ? [this.kind] : []),
      this.which,
      this.state,
      this.acts,
      this.panel,
      this.form,
    );
    this.article = article;
    this.node = element("li", {}, article);
  }

  /** Show the alert as it is now. */
  update(alert) {
    this.alert = alert;
    this.tick();
    const state = JSON.stringify([alert.taken_by, alert.taken_at, alert.has_hand_over]);
    if (state === this.shown) return;
    this.shown = state;
    const { words } = this;
    this.article.classList.toggle("free", !alert.taken_by);
    const time = alert.taken_at ? clock(alert.taken_at * 1000) : "";
    const taken = filled(alert.mine ? words.taken_mine : words.taken, { person: alert.taken_by, time });
    this.state.textContent = alert.taken_by ? taken : words.not_taken;
    this.showActs();
    if (!this.mayClose() && !this.hasNote()) this.hideForm();
  }

  /** Say how long ago it was. */
  tick() {
    const ago = Math.floor((Date.now() / 1000 - this.alert.since) / 60);
    const values = { time: clock(this.alert.since * 1000), minutes: ago };
    this.since.textContent = filled(ago < 1 ? this.words.since_now : this.words.since, values);
  }

  /** Whether there is a note in it that nobody has kept. */
  hasNote() {
    return !this.isClosed && Boolean(this.form.querySelector("textarea")?.value.trim());
  }

  /** The alert is gone, and what was written stays until it is put away. */
  outlive() {
    if (this.isGone) return;
    this.isGone = true;
    this.state.textContent = this.words.kept_note;
    this.acts.replaceChildren(this.button("put_away", () => this.tools.leave(this)));
    this.panel.hidden = true;
    this.form.querySelector(".buttons").hidden = true;
    this.tools.alarm(this.words.kept_note);
  }

  remove() {
    this.node.remove();
  }

  mayClose() {
    return !this.alert.taken_by || this.alert.mine;
  }

  showActs() {
    const { alert } = this;
    const before = this.acts.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    const made = [];
    if (!alert.taken_by) made.push(this.button("take", () => this.take(), "primary"));
    if (alert.has_hand_over) made.push(this.toggle());
    if (this.mayClose()) made.push(this.button("close", () => this.openForm()));
    if (alert.taken_by) made.push(this.button(alert.mine ? "give_back" : "give_back_other", () => this.giveBack()));
    this.acts.replaceChildren(...made);
    if (!alert.has_hand_over) this.acts.append(element("p", { className: "small" }, this.words.no_hand_over));
    if (before) (made.find((one) => one.dataset.act === before) ?? this.heading).focus();
  }

  /** A button, whose name says for which alert it is. */
  button(act, action, kind = "") {
    const about = filled(this.words.about, { reason: this.heading.textContent, name: this.alert.conversation });
    const made = element("button", { type: "button", className: kind, "data-act": act, "aria-label": `${this.words[act]}: ${about}` }, this.words[act]);
    made.addEventListener("click", action);
    return made;
  }

  toggle() {
    const isOpen = !this.panel.hidden;
    const made = this.button(isOpen ? "hide_hand_over" : "show_hand_over", () => this.handOver());
    made.dataset.act = "hand_over";
    made.setAttribute("aria-expanded", String(isOpen));
    made.setAttribute("aria-controls", this.panel.id);
    return made;
  }

  async take() {
    if (await this.change("take")) this.tools.notice(this.words.did_take);
  }

  async giveBack() {
    if (await this.change("give-back")) this.tools.notice(this.words.did_give_back);
  }

  /** Ask for a change; says who was there before. Resolves to whether it was made. */
  async change(act, fields) {
    const answer = await this.tools.post(this.id, act, fields);
    if (answer?.ok) {
      this.isClosed = act === "close";
      await this.tools.look();
      return true;
    }
    if (answer?.status === 401) return false;
    const { person, closed } = answer?.status === 409 ? await answer.json() : {};
    const late = closed || !person ? this.words.too_late_closed : filled(this.words.too_late, { person });
    const text = answer?.status === 409 || answer?.status === 404 ? late : this.words.change_failed;
    this.tools.alarm(text);
    await this.tools.look();
    this.say(text);
    return false;
  }

  /** Show what went wrong where it was asked for. */
  say(text) {
    this.article.querySelector(":scope > .wrong")?.remove();
    this.acts.after(element("p", { className: "wrong" }, text));
  }

  async handOver() {
    if (!this.panel.hidden) {
      this.panel.hidden = true;
      this.panel.replaceChildren();
      return this.showActs();
    }
    const answer = await this.tools.post(this.id, "look");
    if (!answer?.ok) return answer?.status === 401 || this.say(this.words.change_failed);
    const { text, chart } = await answer.json();
    const drawing = chart ? [element("div", { className: "chart", tabIndex: 0, role: "group", "aria-label": this.words.hand_over }, drawn(chart, this.id))] : [];
    this.panel.replaceChildren(
      element("h4", {}, this.words.hand_over),
      ...lines(text, "", "h5"),
      ...drawing,
      element("p", { className: "small" }, this.words.look_is_noted),
    );
    this.panel.hidden = false;
    this.showActs();
  }

  openForm() {
    const { words } = this;
    if (!this.form.hidden) return this.form.querySelector("textarea").focus();
    const note = element("textarea", { id: `note-${this.id}`, maxLength: this.tools.mostNote, "aria-describedby": `help-${this.id} wrong-${this.id}` });
    const wrong = element("p", { className: "wrong", id: `wrong-${this.id}`, role: "alert" });
    const cancel = element("button", { type: "button" }, words.cancel);
    cancel.addEventListener("click", () => {
      this.hideForm();
      (this.acts.querySelector("[data-act=close]") ?? this.heading).focus();
    });
    this.form.replaceChildren(
      element("label", { htmlFor: note.id }, words.note),
      note,
      element("p", { className: "small", id: `help-${this.id}` }, filled(words.note_help, { limit: this.tools.mostNote })),
      wrong,
      element("div", { className: "buttons" }, cancel, element("button", { type: "submit", className: "primary" }, words.close_with_note)),
    );
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.close(note, wrong);
    };
    this.form.hidden = false;
    note.focus();
  }

  hideForm() {
    this.form.hidden = true;
    this.form.replaceChildren();
  }

  async close(note, wrong) {
    const text = note.value.trim();
    if (!text) {
      note.setAttribute("aria-invalid", "true");
      wrong.replaceChildren(icon("warning"), this.words.note_needed);
      return note.focus();
    }
    if (await this.change("close", { note: text })) this.tools.notice(this.words.did_close);
  }
}
