/** Light, dark, or as the system has it. What is kept in the browser is this word alone. */
export type Theme = "system" | "light" | "dark";
export const THEMES: Theme[] = ["system", "light", "dark"];

const KEY = "stagedoor-theme";

export function theme(): Theme {
  const kept = localStorage.getItem(KEY) as Theme;
  return THEMES.includes(kept) ? kept : "system";
}

export function applyTheme(next: Theme = theme()): void {
  if (next === "system") {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEY, next);
    document.documentElement.dataset.theme = next;
  }
}
