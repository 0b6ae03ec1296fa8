/** What the next version of an application goes through, and how those before it fared. */
import { useQuery } from "@tanstack/react-query";
import { publications } from "../api/queries";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import type { ApplicationView } from "./application";
import { Ahead } from "./pipeline-ahead";
import { PublicationList } from "./publication-list";
import { NothingPublished } from "./publications";

export default function ApplicationPipeline({ application }: { application: ApplicationView }) {
  const query = useQuery(publications(application.name, 50));
  return (
    <>
      {application.latest_version && <Ahead of={application.name} />}
      <Section title="Publications">
        <Loaded query={query} rows={6}>
          {(all) => (all.length ? <PublicationList all={all} of={application.name} /> : <NothingPublished />)}
        </Loaded>
      </Section>
    </>
  );
}
