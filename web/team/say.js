// Times as the nurses' page says them.

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** The time of day, with the day when it is another; milliseconds. */
export function clock(moment) {
  const isToday = new Date(moment).toDateString() === new Date().toDateString();
  return (isToday ? time : day).format(moment);
}
