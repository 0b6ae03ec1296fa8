"""The tables. A change here needs a migration beside it; a test compares the two."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

applications = Table(
    "applications", metadata,
    Column("name", String(40), primary_key=True),
    Column("team", String(40), nullable=False),
    Column("repository", Text, nullable=False),
    Column("default_major", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

versions = Table(
    "versions", metadata,
    Column("application", String(40), nullable=False),
    Column("number", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("source", String(64), nullable=False),
    Column("layer", String(64), nullable=False),
    Column("python", String(16), nullable=False),
    Column("manifest", JSON, nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("published_at", Float, nullable=False),
    Column("start", JSON, nullable=False),
    Column("endpoints", JSON, nullable=False),
    Column("tests", Text, nullable=False),
    Column("forgotten", Boolean, nullable=False),
    PrimaryKeyConstraint("application", "number"),
)  # fmt: skip

lines = Table(
    "lines", metadata,
    Column("application", String(40), nullable=False),
    Column("major", Integer, nullable=False),
    Column("stack", String(16), nullable=False),
    Column("release", Integer, nullable=False),
    PrimaryKeyConstraint("application", "major", "stack"),
)  # fmt: skip

releases = Table(
    "releases", metadata,
    Column("application", String(40), nullable=False),
    Column("major", Integer, nullable=False),
    Column("stack", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", String(40), nullable=False),
    Column("config", JSON, nullable=False),
    Column("routes", JSON, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("cause", String(20), nullable=False),
    Column("restores", Integer, nullable=False),
    Column("values", JSON, nullable=False),
    Column("secrets", JSON, nullable=False),
    PrimaryKeyConstraint("application", "major", "stack", "number"),
)  # fmt: skip

deployments = Table(
    "deployments", metadata,
    Column("id", String(40), primary_key=True),
    Column("application", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("stack", String(16), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("config", JSON, nullable=False),
    Column("secrets", JSON, nullable=False),
)  # fmt: skip

scale_steps = Table(
    "scale_steps", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("deployment", String(40), nullable=False),
    Column("application", String(40), nullable=False, index=True),
    Column("version", String(40), nullable=False),
    Column("stack", String(16), nullable=False),
    Column("at", Float, nullable=False),
    Column("before", Integer, nullable=False),
    Column("after", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("inputs", JSON, nullable=False),
)  # fmt: skip

fixed_scales = Table(
    "fixed_scales", metadata,
    Column("application", String(40), nullable=False),
    Column("major", Integer, nullable=False),
    Column("stack", String(16), nullable=False),
    Column("instances", Integer, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Float, nullable=False),
    PrimaryKeyConstraint("application", "major", "stack"),
)  # fmt: skip

operations = Table(
    "operations", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("application", String(40), nullable=False),
    Column("line", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("by", String(80), nullable=False),
    Column("began_at", Float, nullable=False),
    Column("goal", JSON, nullable=False),
    Column("ended_at", Float, nullable=False),
    Column("error", JSON, nullable=True),
)  # fmt: skip

steps = Table(
    "steps", metadata,
    Column("operation", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("name", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("operation", "seq"),
)  # fmt: skip

activities = Table(
    "activities", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("by", String(80), nullable=False),
    Column("action", String(20), nullable=False),
    Column("application", String(40), nullable=False, index=True),
    Column("target", Text, nullable=False),
    Column("before", JSON, nullable=True),
    Column("after", JSON, nullable=True),
    Column("hash", String(64), nullable=False, server_default=""),
)  # fmt: skip

# One row: the end of the chain of activities. Whoever writes one takes this row first, so they stand in one order.
chains = Table(
    "chains", metadata,
    Column("name", String(40), primary_key=True),
    Column("id", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)  # fmt: skip

services = Table(
    "services", metadata,
    Column("name", String(40), primary_key=True),
    Column("backend", String(16), nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),
    Column("content", JSON, nullable=True),
)  # fmt: skip

descriptions = Table(
    "descriptions", metadata,
    Column("service", String(40), primary_key=True),
    Column("document", Text, nullable=False),
)  # fmt: skip

tokens = Table(
    "tokens", metadata,
    Column("hash", String(64), primary_key=True),
    Column("id", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),
    Column("team", String(40), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("revoked_at", Float, nullable=False),
    UniqueConstraint("id", name="tokens_id"),
)  # fmt: skip

users = Table(
    "users", metadata,
    Column("name", String(80), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("team", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

teams = Table(
    "teams", metadata,
    Column("name", String(40), primary_key=True),
    Column("contact", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)  # fmt: skip

sessions = Table(
    "sessions", metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("token", String(64), nullable=False),
    Column("user", String(80), nullable=False),
    Column("expires_at", Float, nullable=False),
)  # fmt: skip

values = Table(
    "values", metadata,
    Column("application", String(40), nullable=False),
    Column("stack", String(16), nullable=False),
    Column("secret", Boolean, nullable=False),
    Column("name", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("set_by", String(80), nullable=False),
    Column("set_at", Float, nullable=False),
    Column("dropped", Boolean, nullable=False),
    PrimaryKeyConstraint("application", "stack", "secret", "name", "number"),
)  # fmt: skip

feedback = Table(
    "feedback", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("by", String(80), nullable=False),
    Column("page", Text, nullable=False),
    Column("text", Text, nullable=False),
)  # fmt: skip

counters = Table(
    "counters", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)  # fmt: skip

alerts = Table(
    "alerts", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("rule", String(20), nullable=False),
    Column("application", String(40), nullable=False, index=True),
    Column("stack", String(16), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("version", String(40), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("began", Float, nullable=False),
    Column("ended", Float, nullable=False),
    Column("times", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
)  # fmt: skip

silences = Table(
    "silences", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("rule", String(20), nullable=False),
    Column("application", String(40), nullable=False),
    Column("stack", String(16), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("until", Float, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
)  # fmt: skip

saved_queries = Table(
    "saved_queries", metadata,
    Column("name", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("query", Text, nullable=False),
    Column("application", String(40), nullable=False),
    Column("bound", String(40), nullable=False),
    Column("team", String(40), nullable=False),
    Column("saved_by", String(80), nullable=False),
    Column("saved_at", Float, nullable=False),
)  # fmt: skip

rollouts = Table(
    "rollouts", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("operation", Integer, nullable=False, index=True),
    Column("application", String(40), nullable=False, index=True),
    Column("stack", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("wish", String(16), nullable=False, server_default=""),
    Column("wished_by", String(80), nullable=False, server_default=""),
    Column("body", JSON, nullable=False),
)  # fmt: skip

experiments = Table(
    "experiments", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("application", String(40), nullable=False, index=True),
    Column("stack", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("body", JSON, nullable=False),
)  # fmt: skip

# What starts an application's pipeline from outside: of its secret only a hash is kept.
hooks = Table(
    "hooks", metadata,
    Column("application", String(40), primary_key=True),
    Column("hash", String(64), nullable=False, index=True),
)  # fmt: skip

replay_reports = Table(
    "replay_reports", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("application", String(40), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("body", JSON, nullable=False),
)  # fmt: skip

accepted_differences = Table(
    "accepted_differences", metadata,
    Column("application", String(40), primary_key=True),
    Column("endpoint", String(400), primary_key=True),
    Column("place", String(400), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Float, nullable=False),
)  # fmt: skip

shadows = Table(
    "shadows", metadata,
    Column("application", String(40), primary_key=True),
    Column("stack", String(16), primary_key=True),
    Column("body", JSON, nullable=False),
)  # fmt: skip
