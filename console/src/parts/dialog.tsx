/** The browser's own dialog: it keeps the focus inside, gives it back, and closes by Escape. */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { Icon } from "./icons";

type Props = { title: string; onClose: () => void; children: ReactNode; wide?: boolean };

export function Dialog({ title, onClose, children, wide }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  // Before the element leaves the page, or closing it could not give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    // What is to be filled in comes first; without such a field the browser chooses.
    element.querySelector<HTMLElement>("input:not([readonly]), textarea, select")?.focus();
    return () => element.close();
  }, []);
  // At the end of the page: what it was opened from may be hidden, as the menu is on narrow screens.
  return createPortal(
    <dialog
      ref={dialog}
      className={wide ? "dialog wide" : "dialog"}
      aria-labelledby={name}
      onCancel={(event) => (event.preventDefault(), onClose())}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-frame">
        <header className="dialog-head">
          <h2 id={name}>{title}</h2>
          <button type="button" className="button quiet square" onClick={onClose} aria-label="Close">
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>,
    document.body,
  );
}
