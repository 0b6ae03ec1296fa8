import type { ApplicationView } from "./application";
export default function Documentation({ application }: { application: ApplicationView }) {
  return <p>{application.name}</p>;
}
