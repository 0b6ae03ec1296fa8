/** The frame around every page: where one can go, who one is, what concerns all. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { alerts, MANY } from "../api/alerts";
import { useLive } from "../api/live";
import { signOut, useSession } from "../api/session";
import { Banner } from "./banner";
import { Finder } from "./finder";
import { Icon, type IconName, Logo } from "./icons";
import { State } from "./state";
import { applyTheme, THEMES, type Theme, theme } from "./theme";

type Place = { to: string; text: string; icon: IconName; count?: () => ReactNode };

const PLACES: Place[] = [
  { to: "/", text: "Applications", icon: "applications" },
  { to: "/publications", text: "Publications", icon: "publications" },
  { to: "/instances", text: "Instances", icon: "instances" },
  { to: "/services", text: "Services", icon: "services" },
  { to: "/alerts", text: "Alerts", icon: "alerts", count: FiringCount },
  { to: "/activity", text: "Activity", icon: "activity" },
];
const TRAFFIC: Place[] = [
  { to: "/insight", text: "Insight", icon: "insight" },
  { to: "/saved", text: "Saved queries", icon: "saved" },
  { to: "/requests", text: "Requests", icon: "requests" },
  { to: "/traces", text: "Traces", icon: "traces" },
  { to: "/recordings", text: "Recordings", icon: "recordings" },
  { to: "/replays", text: "Replays", icon: "replays" },
  { to: "/logs", text: "Logs", icon: "logs" },
  { to: "/usage", text: "Who uses what", icon: "usage" },
  { to: "/query", text: "Query", icon: "query" },
];
const PLATFORM: Place[] = [
  { to: "/status", text: "System status", icon: "status" },
  { to: "/access", text: "Access", icon: "access" },
  { to: "/feedback", text: "Feedback", icon: "feedback" },
];

export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [path] = useLocation();
  const toggle = useRef<HTMLButtonElement>(null);
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      toggle.current?.focus();
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [open]);
  return (
    <div className={open ? "shell shell-open" : "shell"}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className="bar">
        <Home />
        <FiringLink />
        <button
          ref={toggle}
          type="button"
          className="button quiet square"
          aria-expanded={open}
          aria-controls="places"
          aria-label="Menu"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "close" : "menu"} />
        </button>
      </div>
      <aside className="side" id="places">
        <Home />
        <Finder />
        <nav aria-label="Main">
          <Places places={PLACES} path={path} />
          <p className="side-title">Traffic</p>
          <Places places={TRAFFIC} path={path} />
          <p className="side-title">Platform</p>
          <Places places={PLATFORM} path={path} />
        </nav>
        <Foot />
      </aside>
      <div className="stage">
        <Banner />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}

function Home() {
  return (
    <Link href="/" className="home">
      <Logo />
      <span>Stagedoor</span>
    </Link>
  );
}

function Places({ places, path }: { places: Place[]; path: string }) {
  return (
    <ul className="places">
      {places.map((one) => (
        <li key={one.to}>
          <Link href={one.to} aria-current={isHere(one.to, path) ? "page" : undefined}>
            <Icon name={one.icon} />
            {one.text}
            {one.count && <one.count />}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function useFiring(): number {
  return useQuery(alerts("", "firing")).data?.length ?? 0;
}

/** Where the menu is closed, and something fires. */
function FiringLink() {
  if (!useFiring()) return null;
  return (
    <Link href="/alerts" className="bar-alerts">
      <Icon name="alerts" />
      <span className="hidden">Alerts</span>
      <FiringCount />
    </Link>
  );
}

/** How many alerts fire now; nothing where all is well. */
function FiringCount() {
  const number = useFiring();
  if (!number) return null;
  return (
    <span className="places-count">
      {number < MANY ? number : `${MANY - 1}+`}
      <span className="hidden"> firing</span>
    </span>
  );
}

function isHere(to: string, path: string): boolean {
  return to === "/" ? path === "/" || path.startsWith("/applications") : path.startsWith(to);
}

function Foot() {
  const session = useSession();
  const { connection } = useLive();
  return (
    <div className="side-foot">
      <State
        word={connection === "live" ? "Live" : connection === "away" ? "Control is away" : "Connecting"}
        tone={connection === "live" ? "good" : connection === "away" ? "bad" : "busy"}
      />
      <ThemeChoice />
      <div className="who">
        <p>
          <strong>{session.name}</strong>
          <span className="faint">{session.team ? `${session.role} of ${session.team}` : session.role}</span>
        </p>
        <button type="button" className="button quiet square" aria-label="Sign out" title="Sign out" onClick={() => void signOut()}>
          <Icon name="out" />
        </button>
      </div>
    </div>
  );
}

const THEME_ICONS: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

function ThemeChoice() {
  const [chosen, setChosen] = useState(theme);
  return (
    <div className="choice themes" role="group" aria-label="Colours">
      {THEMES.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === chosen}
          aria-label={`Colours: ${one}`}
          title={one}
          onClick={() => (applyTheme(one), setChosen(one))}
        >
          <Icon name={THEME_ICONS[one]} />
        </button>
      ))}
    </div>
  );
}
