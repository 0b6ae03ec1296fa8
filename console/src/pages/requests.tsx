/** What devices asked of every application, as it happens. */
import { useQuery } from "@tanstack/react-query";
import { applications } from "../api/queries";
import { useParameter } from "../parts/choice";
import { Page } from "../parts/page";
import { RequestList } from "./request-list";

export default function Requests() {
  const [application, setApplication] = useParameter("application");
  const known = useQuery(applications()).data ?? [];
  return (
    <Page title="Requests" lead="What devices asked and what they got, as it happens.">
      <RequestList
        application={application}
        filter={
          <select className="input" aria-label="Application" value={application} onChange={(event) => setApplication(event.target.value)}>
            <option value="">All applications</option>
            {known.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        }
      />
    </Page>
  );
}
