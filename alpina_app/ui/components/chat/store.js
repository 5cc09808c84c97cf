// What the page knows of a conversation, as one value; nothing here touches the DOM.
//
// `lines`: {id, role, text, at} by id. `running`: the turn at work, {ref, text}; `said`, `text`: what
// it says so far. `failed`: messages that came to nothing, {ref, text, restart, error, again}.
// `sent`: what this page sent and does not know the end of, {ref, text, restart, after, visit}.

export const EMPTY = {
  ready: false,
  card: { place: "loading" },
  lines: [],
  more: false,
  loadingOlder: false,
  sent: null,
  running: null,
  stopping: false,
  said: [],
  text: "",
  failed: [],
  standing: { status: "", input: null },
  attempts: null,
  gap: false,
  heard: 0,
};

const without = (messages, ref) => messages.filter((message) => message.ref !== ref);

export const lastId = (lines) => (lines.length ? lines[lines.length - 1].id : 0);

export function reduce(state, action) {
  switch (action.type) {
    case "reset":
      return EMPTY;
    case "entered":
      return { ...state, gap: false, loadingOlder: false };
    case "told":
      return action.values.reduce(
        (next, [name, value]) => TOLD[name](next, value, action.visit),
        state,
      );
    case "send":
      return {
        ...state,
        sent: { ...action.message, after: lastId(state.lines), visit: action.visit },
        failed: without(state.failed, action.resent),
        stopping: false,
        said: [],
        text: "",
      };
    case "discard":
      return { ...state, failed: without(state.failed, action.ref) };
    case "stopping":
      return { ...state, stopping: true };
    case "older":
      return { ...state, loadingOlder: true };
    default:
      return state;
  }
}

const TOLD = {
  card: (state, card) => ({ ...state, ready: true, card: { ...state.card, ...card } }),

  initial: (state, { lines, more }) => {
    const first = lines.length ? lines[0].id : 0;
    const joins = state.lines.length > 0 && first > 0 && first <= lastId(state.lines);
    const kept = joins ? state.lines.filter((line) => line.id < first) : [];
    const next = {
      ...state,
      lines: [...kept, ...lines],
      more: kept.length ? state.more : more,
      loadingOlder: false,
      gap: false,
      said: [],
      text: "",
    };
    return arrived(next);
  },

  older: (state, { before, lines, more }) => {
    if (!state.lines.length || state.lines[0].id !== before) return state;
    return { ...state, lines: [...lines, ...state.lines], more, loadingOlder: false };
  },

  fresh: (state, { after, lines }) => {
    if (lastId(state.lines) < after) return { ...state, gap: true };
    const known = new Set(state.lines.map((line) => line.id));
    const added = lines.filter((line) => !known.has(line.id));
    const merged = [...state.lines, ...added].sort((a, b) => a.id - b.id);
    const heard = added.filter((line) => line.role !== "user").length;
    return { ...state, lines: merged, heard: state.heard + heard };
  },

  standing: (state, { status, input }) => {
    const before = state.standing.input;
    const left = input ? input.attempts_left : null;
    const fewer = before && input && before.type === input.type && left < before.attempts_left;
    return {
      ...state,
      standing: { status: status ?? "", input: input ?? null },
      attempts: input && (fewer || left <= 2) ? left : null,
    };
  },

  turn: (state, turn, visit) => {
    switch (turn.phase) {
      case "running":
        return {
          ...state,
          failed: without(state.failed, turn.ref),
          running: { ref: turn.ref, text: turn.text },
        };
      case "done":
        return {
          ...state,
          sent: state.sent && turn.ref !== state.sent.ref ? state.sent : null,
          failed: without(state.failed, turn.ref),
          running: null,
          stopping: false,
          said: [],
          text: "",
        };
      case "failed":
        return {
          ...state,
          sent: state.sent && turn.ref !== state.sent.ref ? state.sent : null,
          failed: [
            ...without(state.failed, turn.ref),
            {
              ref: turn.ref,
              text: turn.text,
              restart: isRestart(state, turn.ref),
              error: turn.error,
              again: false,
            },
          ],
          running: null,
          stopping: false,
          said: [],
          text: "",
        };
      default:
        return lost({ ...state, running: null, stopping: false }, visit);
    }
  },

  live: (state, frame) => {
    if (frame.said === undefined) return state;
    if (state.said.length < frame.from) return { ...state, gap: true };
    const said = [...state.said.slice(0, frame.from), ...frame.said];
    if (said.length < state.said.length) return state;
    const own = said.length === state.said.length ? state.text : "";
    if (own.length < frame.at) return { ...state, gap: true };
    return { ...state, said, text: own.slice(0, frame.at) + frame.text };
  },
};

const isRestart = (state, ref) =>
  [state.sent, ...state.failed].some((message) => message?.ref === ref && message.restart);

// The message went through before the connection broke: it stands in the history now.
function arrived(state) {
  const { sent } = state;
  if (!sent) return state;
  const stands = state.lines.some(
    (line) => line.id > sent.after && line.role === "user" && line.text === sent.text,
  );
  return stands ? { ...state, sent: null } : state;
}

// No turn runs, and what an earlier visit sent stands nowhere.
function lost(state, visit) {
  const { sent } = state;
  if (!sent || sent.visit === visit) return state;
  return { ...state, sent: null, failed: [...state.failed, { ...sent, error: "", again: true }] };
}
