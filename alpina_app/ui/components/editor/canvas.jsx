import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  Controls,
  MarkerType,
  MiniMap,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  applyNodeChanges,
  useReactFlow,
} from "@xyflow/react";
import { StepEdge } from "./edge.jsx";
import { WIDTH, heightOf, layOut, placesFor } from "./layout.js";
import { inLanguage } from "./model.js";
import { StepNode } from "./node.jsx";
import { TypeMenu } from "./type_menu.jsx";

const NODE_TYPES = { step: StepNode };
const EDGE_TYPES = { step: StepEdge };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const READABLE = 0.62;
const FIRST_ZOOM = 0.8;
const MOVE_PAUSE_MS = 200;
const PICK_PAUSE_MS = 60;
const MINIMAP = {
  message: "var(--indigo-8)",
  question: "var(--amber-8)",
  condition: "var(--violet-8)",
  api_call: "var(--teal-8)",
};

export function Canvas(props) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function sameIds(one, other) {
  return one.length === other.length && one.every((id) => other.includes(id));
}

function Flow({ model, places, marks, lit, picked, focus, language, say, readOnly, events, api }) {
  const flow = useReactFlow();
  const frame = useRef(null);
  const [nodes, setNodes] = useState([]);
  const [hot, setHot] = useState(null);
  const [cuts, setCuts] = useState([]);
  const [menu, setMenu] = useState(null);
  const moved = useRef(new Map());
  const timers = useRef({});
  // The selection as it is now and as it was told last: a box drawn with the mouse makes many.
  const mine = useRef([]);
  const sent = useRef([]);
  const shown = useRef(0);

  // Places: the server's where it has any, the layout's for the others, which then are told.
  useEffect(() => {
    for (const node of model.list) {
      if (node.x === null || node.y === null) continue;
      const told = `${node.x},${node.y}`;
      if (places.told.get(node.id) !== told) places.at.set(node.id, { x: node.x, y: node.y });
      places.told.set(node.id, told);
    }
    const found = placesFor(model.list, places.at);
    found.forEach((place, id) => places.at.set(id, place));
    if (found.size && !readOnly) events.onPlace([...found].map(([id, { x, y }]) => [id, x, y]));
    setNodes((before) => {
      const known = new Map(before.map((one) => [one.id, one]));
      return model.list.map((node) => {
        const id = String(node.id);
        const place = places.at.get(node.id);
        const old = known.get(id);
        const data = { node, mark: marks[id], isStart: node.id === model.start, isLit: node.id === lit, language, say, readOnly };
        const selected = old ? old.selected : picked.includes(node.id);
        const same = old && Object.keys(data).every((key) => old.data[key] === data[key]);
        if (same && !old.dragging && old.position.x === place.x && old.position.y === place.y) return old;
        return {
          ...old,
          id,
          type: "step",
          position: old?.dragging ? old.position : place,
          selected,
          data: same ? old.data : data,
          initialWidth: WIDTH,
          initialHeight: heightOf(node),
          ariaLabel: `${say(`type_${node.type}`)}: ${node.name}`,
        };
      });
    });
  }, [model, marks, lit, language, say, readOnly]);

  useEffect(() => {
    if (shown.current === model.epoch || nodes.length === 0) return;
    if (shown.current === 0) {
      lookAtFirst();
    }
    shown.current = model.epoch;
  }, [nodes, model.epoch]);

  // Everything where that stays readable, else the beginning.
  function lookAtFirst() {
    const box = frame.current.getBoundingClientRect();
    const left = Math.min(...nodes.map((one) => one.position.x));
    const right = Math.max(...nodes.map((one) => one.position.x)) + WIDTH;
    const top = Math.min(...nodes.map((one) => one.position.y));
    const bottom = Math.max(...nodes.map((one) => one.position.y + (one.measured?.height ?? one.initialHeight)));
    const fits = Math.min((box.width - 48) / (right - left), (box.height - 48) / (bottom - top), 1);
    if (fits >= READABLE) {
      const x = (box.width - (left + right) * fits) / 2;
      flow.setViewport({ x, y: (box.height - (top + bottom) * fits) / 2, zoom: fits });
      return;
    }
    const first = nodes.find((one) => Number(one.id) === model.start) ?? nodes[0];
    flow.setViewport({ x: 40 - first.position.x * FIRST_ZOOM, y: box.height / 2 - (first.position.y + 60) * FIRST_ZOOM, zoom: FIRST_ZOOM });
  }

  // The selection was made elsewhere: in the list, by a finding, by an added step.
  useEffect(() => {
    if (picked !== mine.current) {
      clearTimeout(timers.current.pick);
      mine.current = sent.current = picked;
    }
    setNodes((before) =>
      before.some((one) => Boolean(one.selected) !== picked.includes(Number(one.id)))
        ? before.map((one) => {
            const selected = picked.includes(Number(one.id));
            return Boolean(one.selected) === selected ? one : { ...one, selected };
          })
        : before,
    );
  }, [picked]);

  useEffect(() => {
    if (!focus?.n || !nodes.length) return;
    const place = places.at.get(focus.id);
    if (!place) return;
    const node = model.nodes.get(focus.id);
    const { x, y, zoom } = flow.getViewport();
    const box = frame.current.getBoundingClientRect();
    const left = place.x * zoom + x;
    const top = place.y * zoom + y;
    const inside = left > 8 && top > 8 && left + WIDTH * zoom < box.width - 8 && top + heightOf(node) * zoom < box.height - 8;
    if (!inside) flow.setCenter(place.x + WIDTH / 2, place.y + heightOf(node) / 2, { zoom: Math.max(zoom, 0.7), duration: 250 });
  }, [focus?.n, nodes.length > 0]);

  const edges = useMemo(() => {
    const found = [];
    for (const node of model.list) {
      for (const exit of node.exits) {
        if (!exit.set || exit.follows || !model.nodes.has(exit.to)) continue;
        const id = `${node.id}:${exit.key}`;
        const fails = exit.kind === "on_fail" || exit.kind === "on_error";
        found.push({
          id,
          type: "step",
          source: String(node.id),
          sourceHandle: exit.key,
          target: String(exit.to),
          targetHandle: "in",
          selected: cuts.includes(id),
          className: fails ? "edge-fail" : undefined,
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 },
          ariaLabel: say("edge", {
            from: node.name,
            exit: inLanguage(exit.label, language),
            to: model.nodes.get(exit.to).name,
          }),
          data: {
            source: node.id,
            exit: exit.key,
            isHot: hot === id,
            readOnly,
            say,
            onHot: warm,
            onCut: (source, key) => events.onLink(source, key, 0),
            onInsert: openInsert,
          },
        });
      }
    }
    return found;
  }, [model, hot, cuts, readOnly, language, say]);

  function warm(id) {
    clearTimeout(timers.current.hot);
    if (id) setHot(id);
    else timers.current.hot = setTimeout(() => setHot(null), 260);
  }

  function openInsert(data, x, y, button) {
    const box = frame.current.getBoundingClientRect();
    const from = button.getBoundingClientRect();
    setMenu({
      left: from.left - box.left,
      top: from.bottom - box.top + 6,
      source: data.source,
      exit: data.exit,
      x: Math.round(x - WIDTH / 2),
      y: Math.round(y + 40),
      inserts: true,
    });
  }

  function choose(type) {
    events.onAdd(type, menu.source, menu.exit, menu.x, menu.y, menu.inserts);
    setMenu(null);
  }

  const onNodesChange = useCallback((changes) => {
    setNodes((before) => applyNodeChanges(changes.filter((one) => one.type !== "remove"), before));
    for (const change of changes) {
      if (change.type !== "position" || !change.position) continue;
      const id = Number(change.id);
      const place = { x: Math.round(change.position.x), y: Math.round(change.position.y) };
      places.at.set(id, change.position);
      if (!change.dragging) moved.current.set(id, place);
    }
    if (!moved.current.size) return;
    clearTimeout(timers.current.move);
    timers.current.move = setTimeout(() => {
      const told = [...moved.current].map(([id, { x, y }]) => [id, x, y]);
      moved.current.clear();
      events.onMove(told);
    }, MOVE_PAUSE_MS);
  }, []);

  const onSelectionChange = useCallback(({ nodes: chosen, edges: lines }) => {
    setCuts((before) => {
      const ids = lines.map((one) => one.id);
      return sameIds(before, ids) ? before : ids;
    });
    mine.current = chosen.map((one) => Number(one.id));
    if (!sameIds(mine.current, sent.current)) events.onChoose(mine.current.length === 1 ? mine.current[0] : 0);
    clearTimeout(timers.current.pick);
    timers.current.pick = setTimeout(settle, PICK_PAUSE_MS);
  }, []);

  // Tells a selection that still waits; what is selected.
  function settle() {
    clearTimeout(timers.current.pick);
    if (!sameIds(mine.current, sent.current)) {
      sent.current = mine.current;
      events.onPick(mine.current);
    }
    return mine.current;
  }

  const onConnect = useCallback(({ source, sourceHandle, target }) => {
    events.onLink(Number(source), sourceHandle, Number(target));
  }, []);

  // Dropped beside every handle: on a node it is that node that is meant, else a new step.
  const onConnectEnd = useCallback((event, state) => {
    if (state.isValid || !state.fromNode || state.fromHandle?.type !== "source") return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    const under = document.elementFromPoint(point.clientX, point.clientY)?.closest(".react-flow__node");
    const source = Number(state.fromNode.id);
    if (under) {
      events.onLink(source, state.fromHandle.id, Number(under.dataset.id));
      return;
    }
    const box = frame.current.getBoundingClientRect();
    const place = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    setMenu({
      left: Math.min(point.clientX - box.left, box.width - 200),
      top: Math.min(point.clientY - box.top, box.height - 190),
      source,
      exit: state.fromHandle.id,
      x: Math.round(place.x),
      y: Math.round(place.y - 40),
      inserts: false,
    });
  }, []);

  function remove() {
    const ids = nodes.filter((one) => one.selected).map((one) => Number(one.id));
    if (ids.length) events.onRemove(ids);
    else for (const id of cuts) cut(id);
  }

  function cut(id) {
    const [source, ...key] = id.split(":");
    events.onLink(Number(source), key.join(":"), 0);
  }

  // The nearest node in a direction takes the selection and the focus.
  function walk([dx, dy]) {
    const from = nodes.find((one) => one.selected) ?? nodes.find((one) => Number(one.id) === model.start);
    if (!from) return;
    let best = null;
    for (const one of nodes) {
      const x = one.position.x - from.position.x;
      const y = one.position.y - from.position.y;
      const along = x * dx + y * dy;
      if (one === from || along <= 0) continue;
      const far = along + 2 * Math.abs(x * dy + y * dx);
      if (!best || far < best.far) best = { one, far };
    }
    if (!best) return;
    const id = best.one.id;
    setNodes((before) => before.map((one) => ({ ...one, selected: one.id === id })));
    frame.current.querySelector(`.react-flow__node[data-id="${id}"]`)?.focus({ preventScroll: true });
    const { x, y } = best.one.position;
    flow.setCenter(x + WIDTH / 2, y + 60, { zoom: flow.getZoom(), duration: 150 });
  }

  function onKeyDown(event) {
    if (event.target.closest("button, .type-menu")) return;
    if (event.key === "Enter") {
      const id = event.target.closest(".react-flow__node")?.dataset.id ?? nodes.find((one) => one.selected)?.id;
      if (!id) return;
      event.preventDefault();
      event.stopPropagation();
      setNodes((before) => before.map((one) => ({ ...one, selected: one.id === id })));
      events.onOpen(Number(id));
      return;
    }
    if (event.key in ARROWS && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      walk(ARROWS[event.key]);
      return;
    }
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      if (!readOnly) remove();
    }
  }

  useEffect(
    () => () => {
      clearTimeout(timers.current.pick);
      api.current = {};
    },
    [],
  );
  useEffect(() => {
    api.current = {
      layOut() {
        const heights = new Map(flow.getNodes().map((one) => [Number(one.id), one.measured?.height]));
        const found = layOut(model.list, (id) => heights.get(id));
        found.forEach((place, id) => places.at.set(id, place));
        setNodes((before) => before.map((one) => ({ ...one, position: found.get(Number(one.id)) })));
        events.onMove([...found].map(([id, { x, y }]) => [id, x, y]));
        requestAnimationFrame(() => flow.fitView({ padding: 0.15, maxZoom: 1, duration: 250 }));
      },
      settle,
      selectAll() {
        setNodes((before) => before.map((one) => ({ ...one, selected: true })));
      },
      centre() {
        const box = frame.current.getBoundingClientRect();
        const { x, y } = flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
        return { x: Math.round(x - WIDTH / 2), y: Math.round(y - 60) };
      },
    };
  });

  return (
    <div className="flow" ref={frame} onKeyDownCapture={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onSelectionChange={onSelectionChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        onEdgeMouseEnter={(_event, edge) => warm(edge.id)}
        onEdgeMouseLeave={() => warm(null)}
        onNodeDoubleClick={(_event, node) => events.onOpen(Number(node.id))}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        selectNodesOnDrag={false}
        connectionRadius={28}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={["Control", "Meta", "Shift"]}
        minZoom={0.1}
        maxZoom={1.75}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          "node.a11yDescription.default": say("node_help"),
          "node.a11yDescription.keyboardDisabled": say("node_help"),
          "node.a11yDescription.ariaLiveMessage": () => "",
          "edge.a11yDescription.default": say("edge_help"),
          "controls.ariaLabel": say("controls"),
          "controls.zoomIn.ariaLabel": say("zoom_in"),
          "controls.zoomOut.ariaLabel": say("zoom_out"),
          "controls.fitView.ariaLabel": say("fit"),
          "minimap.ariaLabel": say("minimap"),
          "handle.ariaLabel": say("handle"),
        }}
      >
        <Background gap={22} size={1.2} />
        <Controls showInteractive={false} position="bottom-left" />
        <MiniMap
          pannable
          zoomable
          position="bottom-right"
          nodeColor={(one) => MINIMAP[one.data.node.type]}
          nodeBorderRadius={6}
        />
        {readOnly ? <Panel position="top-left" className="badge">{say("read_only")}</Panel> : null}
      </ReactFlow>
      {menu ? <TypeMenu at={menu} say={say} onChoose={choose} onClose={() => setMenu(null)} /> : null}
    </div>
  );
}
