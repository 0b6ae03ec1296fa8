/** A status, or that there was no answer. */
import { statusTone } from "../pages/request-list";
import { Tag } from "./state";

export function StatusTag({ status }: { status: number }) {
  return status > 0 ? <Tag tone={statusTone(status)}>{status}</Tag> : <Tag tone="bad">no answer</Tag>;
}
