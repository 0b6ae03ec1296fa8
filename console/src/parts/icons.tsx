/** Small drawings, all on a grid of 16; decoration beside words, so hidden from screen readers. */
const PATHS = {
  applications: "M2.5 2.5h4.5v4.5h-4.5z M9 2.5h4.5v4.5h-4.5z M2.5 9h4.5v4.5h-4.5z M9 9h4.5v4.5h-4.5z",
  publications: "M8 13.5v-8 M4.5 8.5 8 5l3.5 3.5 M3 2.5h10",
  instances: "M8 1.8 13.5 5v6L8 14.2 2.5 11V5z M2.5 5 8 8.1 13.5 5 M8 8.1v6.1",
  services: "M6 5.5h4 M6 10.5h4 M2.5 3.5h3.5v4h-3.5z M10 3.5h3.5v4H10z M2.5 8.5h3.5v4h-3.5z M10 8.5h3.5v4H10z",
  alerts: "M8 2a4 4 0 0 0-4 4v2.8L2.6 11.5h10.8L12 8.8V6a4 4 0 0 0-4-4z M6.4 13.8h3.2",
  requests: "M2 5h10 M9.5 2.5 12 5 9.5 7.5 M14 11H4 M6.5 8.5 4 11l2.5 2.5",
  insight: "M2 3h12v8.5H2z M5.5 14h5 M4.5 8.5l2-2.5 2 2 3-3.5",
  saved: "M4 2h8v12l-4-3.2L4 14z",
  traces: "M2 3.5h7 M4.5 8h6.5 M7.5 12.5H14",
  recordings: "M4.6 10.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z M11.4 10.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z M4.6 10.4h6.8",
  replays: "M2.5 8a5.5 5.5 0 1 1 1.7 4 M2.5 3.8V8h4.2 M6.8 6v4.2L10.2 8z",
  logs: "M3.5 2h9v12h-9z M5.8 5.2h4.4 M5.8 8h4.4 M5.8 10.8h2.6",
  usage: "M5.8 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z M1.8 13.2a4 4 0 0 1 8 0 M11 3.2a2.2 2.2 0 0 1 0 4.2 M11.8 9.4a3.8 3.8 0 0 1 2.6 3.8",
  query: "M13 4c0 1.2-2.2 2-5 2s-5-.8-5-2 2.2-2 5-2 5 .8 5 2z M3 4v8c0 1.2 2.2 2 5 2s5-.8 5-2V4 M3 8c0 1.2 2.2 2 5 2s5-.8 5-2",
  activity: "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
  status: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z M5.2 8.2l2 2 3.6-4.2",
  access: "M10.5 9a3.5 3.5 0 1 0-3.3-2.3L2.5 11.4V13.5h2.6v-2h2v-2l1.2-1.2a3.5 3.5 0 0 0 2.2.7z",
  feedback: "M2.5 3h11v8h-6l-3 2.8V11h-2z",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z M8 1.5v1.6 M8 12.9v1.6 M1.5 8h1.6 M12.9 8h1.6 M3.4 3.4l1.1 1.1 M11.5 11.5l1.1 1.1 M12.6 3.4l-1.1 1.1 M4.5 11.5l-1.1 1.1",
  moon: "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z",
  system: "M2 3h12v8H2z M5.5 13.8h5 M8 11v2.8",
  copy: "M5.5 5.5h8v8h-8z M10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.2 3.2L13 4.8",
  menu: "M2.5 4.5h11 M2.5 8h11 M2.5 11.5h11",
  close: "M3.5 3.5l9 9 M12.5 3.5l-9 9",
  out: "M6.5 2.5h-4v11h4 M6 8h8 M11.2 5.2 14 8l-2.8 2.8",
  back: "M2.5 8a5.5 5.5 0 1 1 1.7 4 M2.5 3.8V8h4.2",
  link: "M9.5 2.5h4v4 M13.2 2.8 7.5 8.5 M11.5 9.5v4h-9v-9h4",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z M10.4 10.4l3.3 3.3",
  pause: "M5.5 3.5v9 M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="logo-ground" width="32" height="32" rx="8" />
      <path className="logo-frame" d="M9 26V8a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v18" />
      <path className="logo-door" d="M13 10l6-2v18l-6-2z" />
      <circle className="logo-ground" cx="17.2" cy="17" r="1.1" />
    </svg>
  );
}
