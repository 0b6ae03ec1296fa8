/** What devices asked of one application, as it happens. */
import { Section } from "../parts/page";
import type { ApplicationView } from "./application";
import { RequestList } from "./request-list";

export default function ApplicationRequests({ application }: { application: ApplicationView }) {
  return (
    <Section title="Requests">
      <RequestList application={application.name} />
    </Section>
  );
}
