/** Who changed what, when, from what to what. */
import { useQuery } from "@tanstack/react-query";
import { activities } from "../api/queries";
import { Activities } from "../parts/activities";
import { Command } from "../parts/command";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";

export default function Activity() {
  const query = useQuery(activities("", 200));
  return (
    <Page title="Activity" lead="Who changed what, the newest first." actions={<Command text="stagedoor activity" />}>
      <Loaded query={query} rows={8}>
        {(all) => <Activities all={all} named />}
      </Loaded>
    </Page>
  );
}
