/** Starting an experiment: its name, its cells with a version and a share each, and its days. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Failure } from "../api/client";
import * as commands from "../api/commands";
import { begin } from "../api/experiments";
import { versions } from "../api/queries";
import { Act } from "../parts/act";
import { sayShare } from "../parts/cells";
import { Field } from "../parts/field";
import { Refusal } from "../parts/refusal";
import type { ApplicationView } from "./application";
import { type Cell, CellFields } from "./experiment-cells";

type Props = { application: ApplicationView; onClose: () => void };
type Line = ApplicationView["lines"][number];

const MOST = 8;
const DAY = 86_400;

export function StartExperiment({ application, onClose }: Props) {
  const lines = application.lines;
  const usual = lines.find((one) => one.stack === "prod" && one.line === application.default_line) ?? lines.find((one) => one.stack === "prod") ?? lines[0]!;
  const [name, setName] = useState("");
  const [line, setLine] = useState<Line>(usual);
  const [cells, setCells] = useState<Cell[]>([fresh("usual"), fresh("")]);
  const [days, setDays] = useState("14");
  const [wrong, setWrong] = useState<Failure | null>(null);
  const form = useRef<HTMLDivElement>(null);
  const major = commands.major(line.line);
  const known = (useQuery(versions(application.name)).data ?? []).filter((one) => commands.major(one.number.split(".")[0]!) === major);
  const names = known.map((one) => one.number).reverse();
  useEffect(() => {
    if (wrong) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [wrong]);

  const place = wrong ? placeOf(wrong, cells) : "";
  const at = (field: string) => (place === field ? wrong : null);
  const share = cells.reduce((sum, one) => sum + (Number(one.share) || 0), 0);
  const change = (number: number, to: Partial<Cell>) => setCells(cells.map((one, each) => (each === number ? { ...one, ...to } : one)));
  const isDefault = line.line === application.default_line;

  return (
    <Act
      title="Start an experiment"
      command={commands.startExperiment(name, cells, days, application.name, line.stack, isDefault ? -1 : major)}
      button="Start"
      ready={name !== "" && Number(days) > 0 && cells.every((one) => one.name && Number(one.share) > 0)}
      done={`${name} runs`}
      onClose={onClose}
      onFailure={(failure) => {
        setWrong(failure);
        return placeOf(failure, cells) !== "";
      }}
      run={async () => {
        setWrong(null);
        const wanted = cells.map((one) => ({ name: one.name, version: one.version, share: Number(one.share) }));
        return [await begin(application.name, { name, cells: wanted, ends_at: Date.now() / 1000 + Number(days) * DAY, stack: line.stack, line: major })];
      }}
    >
      <div className="act-what" ref={form}>
        <Field label="Name" hint="Records say it, so it is given once and never again" wrong={at("name")}>
          {(ids) => (
            <input
              {...ids}
              className="input mono"
              value={name}
              placeholder="big-rows"
              onChange={(event) => setName(event.target.value.trim())}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
        {lines.length > 1 && (
          <Field label="Line">
            {(ids) => (
              <select {...ids} className="input" value={keyOf(line)} onChange={(event) => setLine(lines.find((one) => keyOf(one) === event.target.value)!)}>
                {lines.map((one) => (
                  <option key={keyOf(one)}>{keyOf(one)}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <fieldset className="cell-list" aria-invalid={place === "cells" ? true : undefined} tabIndex={-1}>
          <legend>Cells</legend>
          <p className="field-hint">
            The first is what the others are compared with. The line runs <span className="mono">{line.version || "nothing"}</span> now.
          </p>
          {cells.map((one, number) => (
            <CellFields
              key={one.key}
              of={one}
              number={number}
              versions={names}
              wrong={at(`cell ${number}`)}
              change={(to) => change(number, to)}
              remove={cells.length > 2 ? () => setCells(cells.filter((_, each) => each !== number)) : undefined}
            />
          ))}
          {at("cells") && <Refusal error={wrong!} />}
          <div className="cell-foot">
            <span className="faint">
              {sayShare(share)} of members are in a cell; {sayShare(Math.max(0, 100 - share))} see what the line runs
            </span>
            {cells.length < MOST && (
              <button type="button" className="button quiet" onClick={() => setCells([...cells, fresh("")])}>
                Add a cell
              </button>
            )}
          </div>
        </fieldset>
        <Field label="Days" hint="It ends by itself then; 90 at the most" wrong={at("days")}>
          {(ids) => (
            <input {...ids} className="input" inputMode="decimal" value={days} onChange={(event) => setDays(event.target.value.trim())} autoComplete="off" />
          )}
        </Field>
      </div>
    </Act>
  );
}

let made = 0;

function fresh(name: string): Cell {
  return { key: made++, name, version: "", share: "10" };
}

function keyOf(one: Line): string {
  return `${one.line} in ${one.stack}`;
}

/** Which field a refusal is about: the API names none, so that its words say it. */
function placeOf({ message, details }: Failure, cells: Cell[]): string {
  if (typeof details.field === "string") return details.field;
  if (/name of an experiment|there was an experiment/.test(message)) return "name";
  if (/has an end/.test(message)) return "days";
  const named = /which cell (\S+) names|^cell (\S+) names|^'(.*)' cannot be the name of a cell/.exec(message);
  const number = cells.findIndex((one) => named?.slice(1).includes(one.name));
  if (number >= 0) return `cell ${number}`;
  return /cell|weights|overlaps/.test(message) ? "cells" : "";
}
