import dagre from "@dagrejs/dagre";

export const WIDTH = 260;
const HEAD = 84;
const EXIT = 27;

// How tall a node is drawn, before the browser has measured it.
export function heightOf(node) {
  return HEAD + EXIT * Math.max(1, node.exits.length);
}

// Places for all nodes, from left to right: Map of id -> {x, y}.
export function layOut(list, measured = () => undefined) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 90, marginx: 20, marginy: 20 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(list.map((node) => node.id));
  for (const node of list) {
    graph.setNode(String(node.id), { width: WIDTH, height: measured(node.id) ?? heightOf(node) });
  }
  for (const node of list) {
    for (const exit of node.exits) {
      if (exit.set && !exit.follows && known.has(exit.to)) {
        graph.setEdge(String(node.id), String(exit.to), {}, exit.key);
      }
    }
  }
  dagre.layout(graph);
  const places = new Map();
  for (const node of list) {
    const { x, y, width, height } = graph.node(String(node.id));
    places.set(node.id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) });
  }
  return places;
}

// Places for nodes that have none: all of them laid out, or the few put under the others.
export function placesFor(list, places) {
  const lost = list.filter((node) => !places.has(node.id));
  if (lost.length === 0) return new Map();
  if (lost.length === list.length) return layOut(list);
  const lowest = Math.max(...list.filter((node) => places.has(node.id)).map((node) => places.get(node.id).y + heightOf(node)));
  const left = Math.min(...[...places.values()].map((place) => place.x));
  const laid = layOut(lost);
  return new Map([...laid].map(([id, place]) => [id, { x: place.x + left, y: place.y + lowest + 60 }]));
}
