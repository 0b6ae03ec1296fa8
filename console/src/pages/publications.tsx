/** What was published of all applications. */
import { useQuery } from "@tanstack/react-query";
import { publications } from "../api/queries";
import { Loaded } from "../parts/loaded";
import { Page } from "../parts/page";
import { Empty } from "../parts/trouble";
import { PublicationList } from "./publication-list";

export default function Publications() {
  const query = useQuery(publications("", 100));
  return (
    <Page title="Publications" lead="Every deploy and publish: how far its pipeline is, how it went, and what the version measured at its start.">
      <Loaded query={query} rows={8}>
        {(all) => (all.length ? <PublicationList all={all} /> : <NothingPublished />)}
      </Loaded>
    </Page>
  );
}

export function NothingPublished() {
  return (
    <Empty title="Nothing was published yet" command="stagedoor deploy">
      Run this in the folder of an application; each step appears here as it goes.
    </Empty>
  );
}
