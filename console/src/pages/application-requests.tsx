import type { ApplicationView } from "./application";
export default function ApplicationRequests({ application }: { application: ApplicationView }) {
  return <p>{application.name}</p>;
}
