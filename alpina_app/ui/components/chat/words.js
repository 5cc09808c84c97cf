// Texts, dates and what an answer to a question looks like when it is sent.

const cached = (make) => {
  const made = new Map();
  return (lang) => {
    if (!made.has(lang)) made.set(lang, make(lang));
    return made.get(lang);
  };
};
const plurals = cached((lang) => new Intl.PluralRules(lang));
const clocks = cached(
  (lang) => new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hour12: false }),
);
const moments = cached(
  (lang) => new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }),
);
const daysOfYear = cached(
  (lang) => new Intl.DateTimeFormat(lang, { day: "numeric", month: "long" }),
);
const days = cached(
  (lang) => new Intl.DateTimeFormat(lang, { day: "numeric", month: "long", year: "numeric" }),
);

// `say("unread", {count: 3})`
export const speaker = (texts, lang) => (key, params) => {
  let text = texts[lang][key];
  if (text === undefined) throw new Error(`no text ${key}`);
  if (typeof text === "object") text = text[plurals(lang).select(params.count)] ?? text.other;
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (place, name) => String(params[name] ?? place));
};

export const timeOf = (at, lang) => clocks(lang).format(at);
export const momentOf = (at, lang) => moments(lang).format(at);
export const dayOf = (at) => new Date(at).toDateString();

export function dayName(at, lang, say) {
  const day = new Date(at);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return say("today");
  if (day.toDateString() === yesterday.toDateString()) return say("yesterday");
  const format = day.getFullYear() === today.getFullYear() ? daysOfYear : days;
  return format(lang).format(day);
}

// An ISO date as it is written into the message.
export function writtenDate(iso, lang) {
  const [year, month, day] = iso.split("-");
  return lang === "ru" ? `${day}.${month}.${year}` : iso;
}

export function shownNumber(value, lang) {
  return new Intl.NumberFormat(lang, { maximumFractionDigits: 10 }).format(value);
}

// Ids are looked at before labels: a label that is another option's id, or that two options share,
// would be taken for the wrong one.
export function wordOf(option, options) {
  const fold = (text) => text.trim().toLowerCase().replaceAll("ё", "е");
  const mine = fold(option.label);
  const clash = options.some(
    (other) => other !== option && (fold(other.id) === mine || fold(other.label) === mine),
  );
  return clash ? option.id : option.label;
}

export const randomWord = (bytes) => {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...drawn))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
};

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Where the page is not served by https there is no clipboard object.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("readonly", "");
  field.style.cssText = "position:fixed;opacity:0";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
