"""Every verb: its module, its help line, its group, and the extra of the package that it needs.

`extra` is needed by all that the verb does, `for_some` by some of its options.
"""

from typing import NamedTuple


class Verb(NamedTuple):
    module: str
    help: str
    group: str
    extra: str = ""
    for_some: str = ""


VERBS = {
    "up": Verb("up", "start the platform on this machine", "The platform", "platform"),
    "install": Verb("install", "install the platform as a systemd service", "The platform", "platform"),
    "upgrade": Verb("upgrade", "take up a newly installed Stagedoor without losing a request", "The platform"),
    "backup": Verb("backup", "write everything into one file, while it runs", "The platform"),
    "restore": Verb("restore", "fill a new data folder from a backup", "The platform", "platform"),
    "retention": Verb("retention", "what is old enough to be forgotten, and why", "The platform"),
    "migrate": Verb("migrate", "move the database to another version of the tables", "The platform", "platform"),
    "doctor": Verb("doctor", "say what is there, what is missing, and how to mend it", "The platform"),
    "login": Verb("login", "sign in to a platform with a token", "The platform"),
    "context": Verb("context", "list the platforms you are signed in to, choose one", "The platform"),
    "open": Verb("open", "open the console, signed in", "The platform"),
    "status": Verb("status", "applications, lines, programs, and how they are", "The platform"),
    "init": Verb("init", "write a small application that runs", "Scripts"),
    "dev": Verb("dev", "serve the application here, in a sandbox, with hot reload", "Scripts", "dev"),
    "test": Verb("test", "run the application's own tests in the sandbox", "Scripts"),
    "deploy": Verb("deploy", "publish a version and release it", "Releases"),
    "publish": Verb("publish", "publish a version without releasing it", "Releases"),
    "release": Verb("release", "move a line to a published version", "Releases"),
    "rollback": Verb("rollback", "move a line back to its former release", "Releases"),
    "rollout": Verb("rollout", "what moves and how it is judged; pause, resume, abort", "Releases"),
    "pipeline": Verb("pipeline", "what a version goes through on its way to prod; approvals, hooks", "Releases"),
    "experiment": Verb("experiment", "members see one of several cells, until an end date", "Releases"),
    "versions": Verb("versions", "published versions, and where each is released", "Releases"),
    "delete": Verb("delete", "end a line in a stack", "Releases"),
    "service": Verb("service", "the catalogue of services: methods, policies, switches, faults", "Services"),
    "api": Verb("api", "stubs of the services, for editor and type checker", "Services"),
    "calls": Verb("calls", "what each endpoint asks of services", "Services"),
    "rehearse": Verb("rehearse", "fail each call in turn: where is a fallback missing?", "Services"),
    "recordings": Verb("recordings", "requests that were recorded with every answer they saw", "Replay"),
    "replay": Verb("replay", "run recorded requests again: debug one, compare with many", "Replay", for_some="dev"),
    "difference": Verb("difference", "differences between versions that are wanted", "Replay"),
    "shadow": Verb("shadow", "run recorded requests with a version nobody depends on, as they come", "Replay"),
    "config": Verb("config", "configuration of an application in a stack", "Configuration"),
    "secret": Verb("secret", "secrets of an application in a stack", "Configuration"),
    "scale": Verb("scale", "how many instances, and why; or a fixed number", "In sight"),
    "instances": Verb("instances", "containers and their states", "In sight"),
    "shell": Verb("shell", "a shell beside a script, for operators", "In sight"),
    "profile": Verb("profile", "where a live instance's CPU, memory and time go", "In sight"),
    "insight": Verb("insight", "requests, calls and log lines as they arrive: filtered, grouped, counted", "In sight"),
    "saved": Verb("saved", "queries saved as charts and alerts of one's own", "In sight"),
    "trace": Verb("trace", "one request whole: its calls in time, who called whom, its log lines", "In sight"),
    "logs": Verb("logs", "what the instances printed", "In sight"),
    "usage": Verb("usage", "who still uses what: requests by application, line, device", "In sight"),
    "query": Verb("query", "SQL over what telemetry keeps", "In sight"),
    "metrics": Verb("metrics", "for Prometheus, and a dashboard for Grafana", "In sight"),
    "requests": Verb("requests", "what devices asked, request by request", "In sight"),
    "alerts": Verb("alerts", "what went wrong, why, and what is watched; silences", "In sight"),
    "activity": Verb("activity", "who changed what, and when", "In sight"),
    "token": Verb("token", "make, list and revoke tokens", "Access"),
    "user": Verb("user", "who may sign in at the console", "Access"),
    "team": Verb("team", "teams, and how they are reached", "Access"),
    "completion": Verb("completion", "completion for bash, zsh and fish", "Shell"),
}

# What these do needs no platform that answers, so there is no context to choose.
OFFLINE = frozenset(
    {"up", "install", "upgrade", "restore", "migrate", "doctor", "login", "context", "init", "completion"}
)
