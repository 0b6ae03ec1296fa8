/** How members are spread over the cells of an experiment: a bar, and each cell in words. */
import { type Experiment, sayVersion } from "../api/experiments";
import { Tag } from "./state";

/** `share` is per cent. */
export function sayShare(share: number): string {
  return `${Number(share.toFixed(2))}%`;
}

export function Cells({ of }: { of: Experiment }) {
  const rest = 100 - of.cells.reduce((sum, one) => sum + one.share, 0);
  const label = of.cells.map((one) => `${sayShare(one.share)} ${one.name}`).join(", ");
  return (
    <div className="parts">
      <div className="parts-bar" role="img" aria-label={`Members by cell: ${label}; ${sayShare(rest)} in none`}>
        {of.cells.map((one, at) => (
          <span key={one.name} className={`part-${at}`} style={{ width: `${one.share}%` }} />
        ))}
      </div>
      <ul className="parts-names" aria-label={`Cells of ${of.name}`}>
        {of.cells.map((one, at) => (
          <li key={one.name}>
            <span className={`swatch part-${at}`} aria-hidden="true" />
            <strong>{one.name}</strong> {sayShare(one.share)} <span className={one.version ? "mono" : "faint"}>{sayVersion(one.version)}</span>
            {at === 0 && <Tag>baseline</Tag>}
          </li>
        ))}
        {rest > 0.005 && (
          <li className="faint">
            <span className="swatch part-rest" aria-hidden="true" />
            {sayShare(rest)} in none
          </li>
        )}
      </ul>
    </div>
  );
}
