/** A query's result: its outline while it comes, what went wrong, or what was asked for. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem, Skeleton } from "./trouble";

type Props<T> = { query: UseQueryResult<T>; rows?: number; children: (data: T) => ReactNode };

export function Loaded<T>({ query, rows, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton rows={rows ?? 4} />;
}
