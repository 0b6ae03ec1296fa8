import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import * as commands from "../src/api/commands";

/** The words that a shell hands to the command. */
function wordsOf(command: string): string[] {
  return execFileSync("sh", ["-c", `set -- ${command}; for word in "$@"; do printf '%s\\0' "$word"; done`])
    .toString()
    .split("\0")
    .slice(0, -1);
}

describe("a word in a command", () => {
  test.each(["plain", "two words", "it's", "$HOME", "`id`", "a;b", "\n", "é", "*", "", "--flag", "'''", '"quoted"', "\\"])(
    "%j reaches the shell whole",
    (word) => {
      expect(wordsOf(`stagedoor ${commands.quote(word)}`)).toEqual(["stagedoor", word]);
    },
  );
});

describe("the command of an action", () => {
  test("names only what differs from the default", () => {
    expect(commands.explainPipeline("tv-home", "prod")).toBe("stagedoor pipeline explain tv-home");
    expect(commands.explainPipeline("tv-home", "test")).toBe("stagedoor pipeline explain tv-home --stack test");
  });

  test("says what is missing in capitals", () => {
    expect(commands.silence({ rule: "", application: "", stack: "", endpoint: "", time: "", why: "" })).toContain("--for TIME --why REASON");
    expect(commands.createToken("", "viewer", "", "")).toBe("stagedoor token create NAME --role viewer");
  });

  test("keeps what a person typed as one word", () => {
    const command = commands.setValue("tv-home", "prod", "greeting", "Good evening; rm -rf /");
    expect(wordsOf(command)).toEqual(["stagedoor", "config", "set", "greeting", "Good evening; rm -rf /", "--application", "tv-home", "--stack", "prod"]);
  });

  test("never holds a secret's value", () => {
    expect(commands.setSecret("tv-home", "prod", "key", false)).toBe("stagedoor secret set key --application tv-home --stack prod");
  });

  test("writes a query on one line", () => {
    expect(wordsOf(commands.query("SELECT 1\n  FROM requests"))).toEqual(["stagedoor", "query", "SELECT 1 FROM requests"]);
  });
});
