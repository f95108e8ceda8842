// Words and times as the nurses' page says them.

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A text with its {placeholders} filled. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

/** The time of day, with the day when it is another; milliseconds. */
export function clock(moment) {
  const isToday = new Date(moment).toDateString() === new Date().toDateString();
  return (isToday ? time : day).format(moment);
}
