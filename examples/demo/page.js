// Draws two home screens from what their scripts answer. Every figure here was measured or counted just now.

const MEMBERS = ["m1", "m2", "m3", "m5", "m7", "m11"];
const select = document.getElementById("member");

/** An element with a class and its contents. */
function make(name, kind, ...contents) {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.append(...contents.filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}

/** A colour for a word, the same each time. */
function hue(word) {
  let sum = 7;
  for (const letter of word) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % 360;
}

function tile(kind, word, ...contents) {
  const element = make("li", kind, ...contents);
  element.style.setProperty("--hue", hue(word));
  return element;
}

function time(minutes) {
  return minutes ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : "";
}

function drawTv(screen, home) {
  const { hero } = home;
  const facts = [hero.year, hero.maturity, time(hero.minutes), hero.genre].filter(Boolean).join(" · ");
  const top = make(
    "div", "hero",
    make("p", "hero-hello", home.greeting),
    make("p", "hero-title", hero.title),
    make("p", "hero-facts", facts),
    make("p", "hero-play", hero.playback ? "▶ Ready to play" : "Not to be played now"),
  );
  top.style.setProperty("--hue", hue(hero.genre ?? hero.title));
  const rows = home.rows.map((row) => make(
    "div", "row",
    make("h3", "", row.title),
    make("ul", "tiles", ...row.films.map((film) => tile(
      "tile", film.genre ?? row.title,
      make("span", "tile-title", film.title),
      make("span", "tile-facts", [film.year, film.score ? `★ ${film.score}` : ""].filter(Boolean).join("  ")),
    ))),
  ));
  screen.replaceChildren(top, ...rows);
}

function drawPhone(screen, home) {
  const rows = home.rows.map((row) => {
    const tiles = make("ul", "tiles", ...row.f.map((film) => tile("tile", row.t, make("span", "tile-title", film.t))));
    tiles.tabIndex = 0;
    tiles.setAttribute("aria-label", row.t);
    return make("div", "row", make("h3", "", row.t), tiles);
  });
  screen.replaceChildren(make("p", "phone-hello", `Hi, ${home.name}`), ...rows);
}

const DEVICES = [
  { name: "tv", path: "/tv-home/home", draw: drawTv },
  { name: "phone", path: "/phone-home/home", draw: drawPhone },
];

/** One request as the device makes it. The script says itself how many calls it made. */
async function ask({ name, path, draw }, member) {
  const screen = document.getElementById(`${name}-screen`);
  const figures = document.getElementById(`${name}-figures`);
  const address = `${location.origin}${path}`;
  document.getElementById(`${name}-asked`).textContent = `$ curl -H 'x-device: ${name}' -b member=${member} ${address}`;
  const began = performance.now();
  try {
    const answer = await fetch(path, { headers: { "x-device": name }, cache: "no-store" });
    const text = await answer.text();
    const took = performance.now() - began;
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    const calls = Number(answer.headers.get("api-calls"));
    draw(screen, JSON.parse(text));
    figures.replaceChildren(
      make("span", "", make("strong", "", "1 round trip"), `, ${Math.round(took)} ms, ${(text.length / 1000).toFixed(1)} KB`),
      make("span", "", make("strong", "", `${calls} API calls`), `, ${Math.max(0, calls - 1)} round trips saved`),
    );
    return calls;
  } catch (error) {
    figures.textContent = `No home screen: ${error.message}. Is ${path} deployed?`;
    screen.replaceChildren();
    return 0;
  }
}

async function show() {
  const member = select.value;
  document.cookie = `member=${member}; path=/; samesite=strict`;
  // One after the other, so that neither waits for the other's work on a small machine.
  const calls = [];
  for (const device of DEVICES) calls.push(await ask(device, member));
  const [tv, phone] = calls;
  const saved = calls.reduce((sum, one) => sum + Math.max(0, one - 1), 0);
  document.getElementById("saved").replaceChildren(
    make("strong", "", String(saved)), ` round trips saved: ${tv + phone} API calls, and each device asked once.`,
  );
  document.body.dataset.shown = member;
}

for (const member of MEMBERS) select.append(make("option", "", member));
const known = /(?:^|; )member=(\w+)/.exec(document.cookie)?.[1];
select.value = MEMBERS.includes(known) ? known : "m7";
select.addEventListener("change", () => void show());
document.querySelector(".members").addEventListener("submit", (event) => {
  event.preventDefault();
  void show();
});
void show();
