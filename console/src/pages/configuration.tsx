import type { ApplicationView } from "./application";
export default function Configuration({ application }: { application: ApplicationView }) {
  return <p>{application.name}</p>;
}
