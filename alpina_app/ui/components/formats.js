// Dates and numbers in the reader's language and time zone.

const DAY_MS = 86_400_000;

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

// "14:05" of today, "вчера, 14:05", "23 нояб., 14:05" of this year, else with the year.
export function shortMoment(iso, language) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "";
  const now = new Date();
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(date);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
  if (days === 0) return time;
  if (days === 1) {
    const yesterday = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-1, "day");
    return `${yesterday}, ${time}`;
  }
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year });
  return year ? day.format(date) : `${day.format(date)}, ${time}`;
}

export function fullMoment(iso, language) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium" }).format(date);
}

export function wholeNumber(value, language) {
  return new Intl.NumberFormat(language).format(value ?? 0);
}
