/** All versions of an application. */
import { useQuery } from "@tanstack/react-query";
import { versions } from "../api/queries";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import type { ApplicationView } from "./application";
import { VersionTable } from "./version-table";

export default function Versions({ application }: { application: ApplicationView }) {
  const query = useQuery(versions(application.name));
  return (
    <Section title="Versions">
      <Loaded query={query}>{(all) => <VersionTable application={application} all={all} />}</Loaded>
    </Section>
  );
}
