import { memo } from "react";
import { BaseEdge, EdgeLabelRenderer, getBezierPath } from "@xyflow/react";
import { Plus, X } from "lucide-react";

// An edge with "insert a step" and "take off" in its middle while it is pointed at or selected.
export const StepEdge = memo(function StepEdge({
  id,
  sourceX,
  sourceY,
  targetX,
  targetY,
  sourcePosition,
  targetPosition,
  selected,
  markerEnd,
  data,
}) {
  const [path, x, y] = getBezierPath({ sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition });
  const shows = !data.readOnly && (selected || data.isHot);
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={26} />
      {shows ? (
        <EdgeLabelRenderer>
          <div
            className="edge-tools nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            onMouseEnter={() => data.onHot(id)}
            onMouseLeave={() => data.onHot(null)}
          >
            <button
              type="button"
              aria-label={data.say("insert_here")}
              title={data.say("insert_here")}
              onClick={(event) => data.onInsert(data, x, y, event.currentTarget)}
            >
              <Plus size={14} aria-hidden="true" />
            </button>
            <button
              type="button"
              aria-label={data.say("cut_edge")}
              title={data.say("cut_edge")}
              onClick={() => data.onCut(data.source, data.exit)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  );
});
