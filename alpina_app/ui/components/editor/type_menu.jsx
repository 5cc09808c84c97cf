import { useEffect, useRef } from "react";
import { STEP_TYPES, TypeIcon } from "./types.jsx";

// Which kind of step is wanted, asked at a place of the canvas ({left, top} in its own pixels).
export function TypeMenu({ at, say, onChoose, onClose }) {
  const ref = useRef(null);
  useEffect(() => {
    ref.current?.querySelector("button")?.focus();
    const onDown = (event) => {
      if (!ref.current?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", onDown, true);
    return () => document.removeEventListener("pointerdown", onDown, true);
  }, []);
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...ref.current.querySelectorAll("button")];
    const now = buttons.indexOf(document.activeElement);
    buttons[(now + step + buttons.length) % buttons.length].focus();
  };
  return (
    <div
      ref={ref}
      className="type-menu"
      role="menu"
      aria-label={say("add_step")}
      style={{ left: at.left, top: at.top }}
      onKeyDown={onKeyDown}
    >
      {STEP_TYPES.map((type) => (
        <button key={type} type="button" role="menuitem" onClick={() => onChoose(type)}>
          <TypeIcon type={type} />
          {say(`type_${type}`)}
        </button>
      ))}
    </div>
  );
}
