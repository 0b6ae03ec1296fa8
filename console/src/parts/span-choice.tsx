/** How far back one looks; kept in the address. */
import { Choice, useParameter } from "./choice";

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
