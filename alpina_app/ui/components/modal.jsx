import { useEffect, useRef } from "react";

// The browser's own modal dialog: it keeps the focus inside, Esc asks to close, and the focus goes
// back to where it was, or, where that was an item of a menu that is gone, to the menu's button.
export function Modal({ open, onClose, labelledBy, describedBy, className, children }) {
  const ref = useRef(null);
  const pressed = useRef(null);
  const opener = useRef(null);
  useEffect(() => {
    const note = ({ target }) => {
      if (!target.closest("dialog, [role='menu']")) opener.current = target;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog.open) {
      dialog.showModal();
      dialog.querySelector("[data-autofocus]")?.focus();
    }
    if (!open && dialog.open) {
      dialog.close();
      if (document.activeElement === document.body) opener.current?.focus();
    }
  }, [open]);
  return (
    <dialog
      ref={ref}
      className={className ? `dialog ${className}` : "dialog"}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onPointerDown={(event) => {
        pressed.current = event.target;
      }}
      onClick={(event) => {
        if (event.target === ref.current && pressed.current === ref.current) onClose?.();
      }}
    >
      {open ? <div className="dialog-body">{children}</div> : null}
    </dialog>
  );
}
