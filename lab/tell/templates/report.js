"use strict";
const root = document.documentElement;
const button = document.getElementById("theme");
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
}

// Charts, themes and commands, compressed: JSON by zlib, in base64.
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}
const unpacked = unpack(document.getElementById("data").textContent);

async function draw(place) {
  const dark = isDark();
  if (place.dataset.drawn === String(dark)) return;
  place.dataset.drawn = String(dark);
  const { specs, configs } = await unpacked;
  vegaEmbed(place, specs[place.dataset.spec], {
    actions: false,
    defaultStyle: false,
    renderer: "svg",
    logLevel: 1, // errors alone
    config: dark ? configs.dark : configs.light,
  })
    .then(() => hideParts(place))
    .catch((error) => console.error(place.dataset.spec, error));
}

// The chart as a whole is an image with a description; its parts have none of their own.
function hideParts(place) {
  const svg = place.querySelector("svg");
  svg.setAttribute("aria-hidden", "true");
  for (const part of svg.querySelectorAll("[role], [aria-roledescription]")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-roledescription");
  }
}

const inView = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => draw(entry.target)),
  { rootMargin: "600px" },
);
const places = [...document.querySelectorAll(".chart")];
places.forEach((place) => inView.observe(place));

function redraw() {
  button.setAttribute("aria-pressed", String(isDark()));
  places.filter((place) => place.dataset.drawn).forEach(draw);
}

button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  redraw();
});
prefersDark.addEventListener("change", redraw);
window.addEventListener("beforeprint", () => places.forEach(draw));
redraw();

async function showCommands(list) {
  if (list.dataset.shown) return;
  list.dataset.shown = "true";
  const { commands } = await unpacked;
  for (const item of list.querySelectorAll("li")) item.append(...(commands[item.id] ?? []).map(withButton));
}

function withButton(command) {
  const [line, box, code, copyIt] = ["div", "pre", "code", "button"].map((tag) => document.createElement(tag));
  line.className = "command";
  box.tabIndex = 0;
  code.textContent = command;
  copyIt.type = "button";
  copyIt.className = "copy";
  copyIt.textContent = "Copy";
  box.append(code);
  line.append(box, copyIt);
  return line;
}

for (const byHand of document.querySelectorAll(".by-hand")) {
  byHand.addEventListener("toggle", () => showCommands(byHand.querySelector("ol")));
}

// A link to a trial opens what hides it, in browsers that don't do so by themselves.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target?.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  target?.scrollIntoView();
}
window.addEventListener("hashchange", openTarget);
openTarget();

const copied = document.querySelector(".copied");

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

document.addEventListener("click", async (event) => {
  if (!event.target.classList.contains("copy")) return;
  await copy(event.target.previousElementSibling.textContent);
  copied.textContent = "Copied.";
  event.target.textContent = "Copied";
  setTimeout(() => {
    event.target.textContent = "Copy";
    copied.textContent = "";
  }, 1500);
});
