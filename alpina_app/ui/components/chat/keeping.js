// What stays in the browser: the conversation's token, by bot, and an unsent text, by tab.
// Storage may be forbidden (a frame on another site): then they live as long as the page.

import { randomWord } from "./words.js";

const memory = new Map();
const TOKEN = /^[A-Za-z0-9_-]{32,64}$/;

function read(storage, key) {
  try {
    return window[storage].getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(storage, key, value) {
  memory.set(key, value);
  try {
    window[storage].setItem(key, value);
  } catch {
    // the memory has it
  }
}

const tokenKey = (bot) => `alpina-chat-${bot}`;

export const isToken = (text) => typeof text === "string" && TOKEN.test(text);

export function ownToken(bot) {
  const kept = read("localStorage", tokenKey(bot));
  return isToken(kept) ? kept : newToken(bot);
}

export function newToken(bot) {
  const token = randomWord(32);
  keepToken(bot, token);
  return token;
}

export const keepToken = (bot, token) => write("localStorage", tokenKey(bot), token);

export function unsent(bot) {
  try {
    return JSON.parse(read("sessionStorage", `${tokenKey(bot)}-unsent`)) ?? {};
  } catch {
    return {};
  }
}

export function keepUnsent(bot, values) {
  write("sessionStorage", `${tokenKey(bot)}-unsent`, JSON.stringify({ ...unsent(bot), ...values }));
}

// The token of a link, taken out of the address so that it does not stay in the history.
export function takeLinkToken() {
  const url = new URL(window.location.href);
  const token = url.searchParams.get("t");
  if (token === null) return null;
  url.searchParams.delete("t");
  window.history.replaceState(window.history.state, "", url);
  return isToken(token) ? token : "";
}
