/** Tables as the file they came from would say them. */
type Table = { [key: string]: unknown };

export function toml(tables: Table): string {
  return blocks("", tables).join("\n\n");
}

/** Values first, since a table takes all that follow it; then the tables, each under its whole name. */
function blocks(name: string, table: Table, head = name && `[${name}]`): string[] {
  const all = Object.entries(table);
  const values = all.filter(([, value]) => !isTable(value) && !isTables(value)).map(([key, value]) => `${word(key)} = ${say(value)}`);
  const within = all.flatMap(([key, value]) => {
    const whole = name ? `${name}.${word(key)}` : word(key);
    if (isTable(value)) return blocks(whole, value);
    return isTables(value) ? value.flatMap((one) => blocks(whole, one, `[[${whole}]]`)) : [];
  });
  const own = values.length || !within.length ? [[head, ...values].filter(Boolean).join("\n")] : [];
  return [...own.filter(Boolean), ...within];
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTables(value: unknown): value is Table[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

function word(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

function say(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(say).join(", ")}]`;
  return typeof value === "string" && value.includes('"') && !/['\n]/.test(value) ? `'${value}'` : JSON.stringify(value);
}
