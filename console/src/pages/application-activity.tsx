/** Everything that was changed of an application. */
import { useQuery } from "@tanstack/react-query";
import { activities } from "../api/queries";
import { Activities } from "../parts/activities";
import { Loaded } from "../parts/loaded";
import { Section } from "../parts/page";
import type { ApplicationView } from "./application";

export default function ApplicationActivity({ application }: { application: ApplicationView }) {
  const query = useQuery(activities({ application: application.name }, 200));
  return (
    <Section title="Activity">
      <Loaded query={query}>{(all) => <Activities all={all} />}</Loaded>
    </Section>
  );
}
