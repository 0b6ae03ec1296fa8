/** Signing in: by the code of a link, or the way to one. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { Failure } from "../api/client";
import { health } from "../api/queries";
import { begin, redeem, useSign } from "../api/session";
import { Command } from "../parts/command";
import { Logo } from "../parts/icons";
import { Problem } from "../parts/trouble";

const WORDS = {
  asking: ["Sign in", ""],
  in: ["You are signed in", ""],
  out: ["Sign in", "Run this where you are logged in with the command line. It opens this page with you signed in."],
  ended: ["Your session has ended", "Nothing is lost. Run this to go on:"],
  away: ["Control does not answer", "Requests are served on without it. This page tries again by itself."],
} as const;

export function SignIn() {
  const { state } = useSign();
  const [path, go] = useLocation();
  const [failure, setFailure] = useState<Failure | null>(null);
  const [asking, setAsking] = useState(() => path === "/login" && location.hash.length > 1);

  useEffect(() => {
    if (path !== "/login") return;
    // A second link into a window that is here already changes the hash alone.
    addEventListener("hashchange", arrive);
    void arrive();
    return () => removeEventListener("hashchange", arrive);

    async function arrive() {
      const code = location.hash.slice(1);
      const { problem, to } = asked();
      // The code works once; it has no business in the address any longer.
      history.replaceState(null, "", location.pathname);
      setFailure(problem ? new Failure(401, "sign_in", problem, "") : null);
      if (!code) return begin();
      setAsking(true);
      try {
        await redeem(code);
        go(to, { replace: true });
      } catch (error) {
        if (error instanceof Failure) setFailure(error);
      } finally {
        setAsking(false);
      }
    }
  }, [go, path]);

  useEffect(() => {
    if (path === "/login" && state === "in" && !asking) go("/", { replace: true });
  }, [asking, go, path, state]);

  useEffect(() => {
    if (state !== "away") return;
    const timer = setInterval(() => void begin(), 1500);
    return () => clearInterval(timer);
  }, [state]);

  if (asking) return <main className="sign-in" aria-busy="true" />;
  return <Ways state={state} failure={failure} />;
}

/** What the address says beside the code: what went wrong elsewhere, and where to go on to, here alone. */
function asked(): { problem: string; to: string } {
  const query = new URLSearchParams(location.search);
  const to = query.get("to") ?? "/";
  return { problem: query.get("problem") ?? "", to: /^\/(?![/\\])/.test(to) ? to : "/" };
}

function Ways({ state, failure }: { state: keyof typeof WORDS; failure: Failure | null }) {
  const byOrganisation = useQuery(health()).data?.sign_in === "oidc";
  const [title, text] = WORDS[state];
  useEffect(() => {
    document.title = `${title} · Stagedoor`;
  }, [title]);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Logo />
        <h1>{title}</h1>
        {failure && <Problem error={failure} />}
        <p>{text}</p>
        {state !== "away" && <Command text="stagedoor open" label="Sign in by" />}
        {byOrganisation && (
          <a className="button primary" href="/v1/oidc/login">
            Sign in with your organisation
          </a>
        )}
      </div>
    </main>
  );
}
