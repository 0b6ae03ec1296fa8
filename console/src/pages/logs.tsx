import type { ApplicationView } from "./application";
export default function Logs({ application }: { application: ApplicationView }) {
  return <p>{application.name}</p>;
}
