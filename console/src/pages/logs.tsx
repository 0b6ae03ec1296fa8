/** What the instances of an application print, as they print it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import * as commands from "../api/commands";
import { instances } from "../api/queries";
import type { LogLine } from "../api/records";
import { useParameter } from "../parts/choice";
import { Command } from "../parts/command";
import { LogLines } from "../parts/log-lines";
import { Section } from "../parts/page";
import { useLines } from "../parts/stream";
import { StreamHead } from "../parts/stream-head";
import { Empty, Problem, Skeleton } from "../parts/trouble";
import type { ApplicationView } from "./application";

const MOST = 1000;
const BEGIN = 200;

export default function Logs({ application }: { application: ApplicationView }) {
  const { name } = application;
  const [instance, setInstance] = useParameter("instance");
  const [text, setText] = useState("");
  const known = useQuery(instances(name)).data ?? [];
  const query = new URLSearchParams({ follow: "true", lines: String(BEGIN), ...(instance && { instance }) });
  const stream = useLines<LogLine>(`/v1/applications/${name}/logs?${query}`, MOST);
  const shown = text ? stream.lines.filter((one) => JSON.stringify(one).toLowerCase().includes(text.toLowerCase())) : stream.lines;
  return (
    <Section title="Logs" actions={<Link href={`/logs?query=${encodeURIComponent(`application == "${name}"`)}`}>Search what is stored</Link>}>
      <div className="filters" role="group" aria-label="Filters">
        <select className="input" aria-label="Instance" value={instance} onChange={(event) => setInstance(event.target.value)}>
          <option value="">All instances</option>
          {known.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}, {one.stack} {one.version}
            </option>
          ))}
        </select>
        <input
          className="input"
          type="search"
          aria-label="Lines with"
          placeholder="Lines with …"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <StreamHead of={stream} />
      </div>
      {stream.failure && <Problem error={stream.failure} />}
      {shown.length > 0 && <LogLines lines={shown} />}
      {!shown.length && !stream.failure && (stream.state === "connecting" ? <Skeleton /> : <Quiet filtered={text !== ""} />)}
      <div className="next">
        <Command text={commands.logs(name, instance)} />
      </div>
    </Section>
  );
}

function Quiet({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No line has these words" />;
  return (
    <Empty title="Nothing was printed yet">
      A script's <code>log.info("…")</code> and its prints appear here, and why an instance ended.
    </Empty>
  );
}
