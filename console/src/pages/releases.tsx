import type { ApplicationView } from "./application";
export default function Releases({ application }: { application: ApplicationView }) {
  return <p>{application.name}</p>;
}
