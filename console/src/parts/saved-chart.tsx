/** The windows of a saved query as a chart, with its bound. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type SavedQuery, savedWindows } from "../api/saved";
import { Loaded } from "./loaded";
import { WindowChart } from "./windows";

const EVERY = 15_000;

type Props = { of: SavedQuery; seconds: number /** 0: now */; until: number };

export function SavedChart({ of, seconds, until }: Props) {
  const found = useQuery({ ...savedWindows(of, seconds, until), refetchInterval: EVERY, placeholderData: keepPreviousData });
  return (
    <Loaded query={found} rows={3}>
      {(told) => {
        const windows = told.windows.filter((one) => one.rows.length);
        if (!windows.length) return <p className="faint">Nothing of it is stored of this time. A longer time may have some.</p>;
        return <WindowChart windows={windows} query={of.query} seconds={told.until - told.since} until={told.until} bound={of.bound} />;
      }}
    </Loaded>
  );
}
