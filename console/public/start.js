// Runs while the rest still comes: the colours that were chosen, and the questions that every first page asks.
const chosen = localStorage.getItem("stagedoor-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;

const paths = ["/v1/session", ...(location.pathname === "/console/" ? ["/v1/applications"] : [])];
const signedIn = !location.pathname.endsWith("/login");
// Who waits for it meets the failure; until then it is nobody's.
const ask = (path) => {
  const answer = fetch(path);
  answer.catch(() => {});
  return answer;
};
window.early = signedIn ? new Map(paths.map((path) => [path, ask(path)])) : new Map();
