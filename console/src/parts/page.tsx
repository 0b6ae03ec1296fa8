/** The frame of a page: its title in the window, the focus on its heading when one comes here from another page. */
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { plain } from "./format";

type Props = {
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
  children: ReactNode;
};

let arrivedAt = "";
let before = "";

/** The page from which one came here. */
export function cameFrom(): string {
  return before;
}

export function Page({ title, heading, lead, actions, above, children }: Props) {
  const top = useRef<HTMLHeadingElement>(null);
  const [path] = useLocation();
  useEffect(() => {
    document.title = plain(`${title} · Stagedoor`);
  }, [title]);
  useEffect(() => {
    if (arrivedAt && arrivedAt !== path) {
      window.scrollTo(0, 0);
      top.current?.focus({ preventScroll: true });
    }
    if (arrivedAt !== path) before = arrivedAt;
    arrivedAt = path;
  }, [path]);
  return (
    <>
      <header className="page-head">
        <div className="page-title">
          {above}
          <h1 ref={top} tabIndex={-1}>
            {heading ?? title}
          </h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

type SectionProps = { title: string; actions?: ReactNode; children: ReactNode };

export function Section({ title, actions, children }: SectionProps) {
  return (
    <section className="section" aria-label={title}>
      <header className="section-head">
        <h2>{title}</h2>
        {actions && <div className="section-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
