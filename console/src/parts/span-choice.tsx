/** How far back one looks; kept in the address. */
import { Choice, useParameter } from "./choice";
import { moment } from "./format";

const SPANS = [
  { value: "", text: "1 h", seconds: 3600 },
  { value: "6h", text: "6 h", seconds: 6 * 3600 },
  { value: "1d", text: "1 d", seconds: 86_400 },
  { value: "7d", text: "7 d", seconds: 7 * 86_400 },
];

export function SpanChoice() {
  return <Choice label="Of the last" name="since" options={SPANS} />;
}

/** As the command line has it. */
export function useSince(): string {
  const [value] = useParameter("since");
  return SPANS.some((one) => one.value === value) && value ? value : "1h";
}

export function useSpan(): number {
  const [value] = useParameter("since");
  return SPANS.find((one) => one.value === value)?.seconds ?? 3600;
}

/** The longest choice that is no longer than what is chosen and than `most` seconds; as the address has it. */
export function useSpanWithin(most: number): string {
  const chosen = useSpan();
  return SPANS.findLast((one) => one.seconds <= Math.min(chosen, most))?.value ?? "";
}

/** Where the time ends that one looks at, in seconds since the epoch: a link to what was has it; 0 for now. */
export function useUntil(): number {
  const [value] = useParameter("until");
  return Math.max(0, Math.floor(Number(value) || 0));
}

/** Says that it is not now that is shown, and goes back to it. */
export function UntilChoice() {
  const [, set] = useParameter("until");
  const until = useUntil();
  if (!until) return null;
  return (
    <p className="until">
      <span>until {moment(until)}</span>
      <button type="button" className="button" onClick={() => set("")}>
        Up to now
      </button>
    </p>
  );
}
