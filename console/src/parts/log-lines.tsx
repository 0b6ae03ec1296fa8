/** Log lines in a frame of their own, which stays at the newest one unless one scrolled up to read. */
import { memo, useLayoutEffect, useRef } from "react";
import type { LogLine } from "../api/records";
import { clock } from "./format";

const PLAIN = ["instance", "at", "level", "message", "line", "traceback"];

export function LogLines({ lines, short }: { lines: LogLine[]; short?: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={frame}
      className={short ? "log short" : "log"}
      role="log"
      aria-live="off"
      aria-label="Log lines"
      tabIndex={0}
      onScroll={({ currentTarget: at }) => (atEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24)}
    >
      {lines.map((one, at) => (
        <Line key={at} one={one} />
      ))}
    </div>
  );
}

const Line = memo(function Line({ one }: { one: LogLine }) {
  const fields = Object.entries(one).filter(([name]) => !PLAIN.includes(name));
  return (
    <p className={`log-line log-${one.level ?? "print"}`}>
      <span className="faint">{typeof one.at === "number" ? clock(one.at) : one.instance}</span> {one.level && <span className="log-level">{one.level}</span>}{" "}
      {one.message ?? one.line}{" "}
      <span className="faint">{fields.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ")}</span>
      {one.traceback && <span className="log-trace">{one.traceback}</span>}
    </p>
  );
});
