// What every part of the step form needs: texts, the content, its findings, and how to change it.

import { createContext, useContext, useEffect, useId, useSyncExternalStore } from "react";
import { getAt, pathText } from "./form_values.js";

const Form = createContext(null);
export const FormProvider = Form.Provider;
export const useForm = () => useContext(Form);

// `say("used_in", {count: 3})`
export const speaker = (texts, lang) => {
  const plurals = new Intl.PluralRules(lang);
  return (key, params) => {
    let text = texts[lang][key];
    if (text === undefined) throw new Error(`no text ${key}`);
    if (typeof text === "object") text = text[plurals.select(params.count)] ?? text.other;
    if (!params) return text;
    return text.replace(/\{(\w+)\}/g, (place, name) => String(params[name] ?? place));
  };
};

const inside = (path, place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);

// Which places of the content a field shows the findings of; the others are told above the form.
export class Claims {
  #places = new Map();
  #listeners = new Set();
  #version = 0;
  #told = false;

  claim(place, deep) {
    const key = `${deep ? "*" : "="}${place}`;
    this.#places.set(key, (this.#places.get(key) ?? 0) + 1);
    this.#changed();
    return () => {
      const left = this.#places.get(key) - 1;
      if (left) this.#places.set(key, left);
      else this.#places.delete(key);
      this.#changed();
    };
  }

  covers(path) {
    if (this.#places.has(`=${path}`)) return true;
    for (const key of this.#places.keys()) {
      if (key[0] === "*" && inside(path, key.slice(1))) return true;
    }
    return false;
  }

  subscribe = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  version = () => this.#version;

  #changed() {
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    });
  }
}

export function useUnclaimed() {
  const { claims, findings } = useForm();
  useSyncExternalStore(claims.subscribe, claims.version);
  return findings.filter((one) => !claims.covers(one.path));
}

export const findingsIn = (findings, places) =>
  findings.filter((one) => places.some((place) => inside(one.path, place)));

// A place of the content: its value, how to put another there (undefined takes it out), and the
// findings about it; `deep` takes those of everything inside along.
export function usePlace(path, { deep = false } = {}) {
  const form = useForm();
  const place = pathText(["content", ...path]);
  const own = useId();
  useEffect(() => form.claims.claim(place, deep), [form.claims, place, deep]);
  const notes = form.findings.filter((one) => (deep ? inside(one.path, place) : one.path === place));
  return {
    id: `${own}${place}`,
    place,
    value: getAt(form.content, path),
    put: (value) => form.put(path, value),
    notes,
  };
}
