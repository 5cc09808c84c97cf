import { useEffect, useMemo, useRef, useState } from "react";

// The scenario as the browser knows it: `graph` is the whole, `feed` the newest entries after it.
// An entry that was missed shows as a gap in the numbers: everything is asked for again.
export function useModel(graph, feed, onResend) {
  const held = useRef({ epoch: 0, seq: 0, nodes: new Map(), start: 0 });
  const asked = useRef(0);
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const model = held.current;
    let changed = false;
    if (graph?.epoch && (graph.epoch !== model.epoch || graph.seq > model.seq)) {
      model.epoch = graph.epoch;
      model.seq = graph.seq;
      model.start = graph.start;
      model.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
      changed = true;
    }
    for (const entry of feed ?? []) {
      if (entry.seq <= model.seq) continue;
      if (entry.seq > model.seq + 1) {
        if (asked.current !== entry.seq) onResend?.();
        asked.current = entry.seq;
        break;
      }
      const nodes = new Map(model.nodes);
      for (const id of entry.gone) nodes.delete(id);
      for (const node of entry.nodes) nodes.set(node.id, node);
      model.nodes = nodes;
      model.seq = entry.seq;
      model.start = entry.start;
      changed = true;
    }
    if (changed) setVersion((known) => known + 1);
  }, [graph, feed]);
  return useMemo(() => {
    const { nodes, start, epoch } = held.current;
    const list = [...nodes.values()].sort((a, b) => a.order - b.order || a.id - b.id);
    return { version, epoch, nodes, list, start };
  }, [version]);
}

// A text of the component in the page's language, `{name}` places filled.
export function sayer(texts, language) {
  const known = texts[language] ?? texts.ru;
  const rules = new Intl.PluralRules(language);
  return (key, params = {}) => {
    let text = known[key] ?? key;
    if (typeof text === "object") text = text[rules.select(params.count)] ?? text.other;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
  };
}

// Either of [Russian, English].
export function inLanguage(pair, language) {
  return (language === "en" ? pair[1] : pair[0]) ?? pair[0] ?? "";
}

// What one line says: [kind, Russian, English?].
export function lineText(line, language) {
  return inLanguage([line[1], line[2]], language);
}

export function isTyping(target) {
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable='true'], dialog[open]"));
}

// The exit that leads on: a step added behind another one takes it.
export function nextExit(node) {
  return node?.exits.find((one) => one.kind === "next");
}
