"use strict";
const specs = JSON.parse(document.getElementById("specs").textContent);
const configs = JSON.parse(document.getElementById("configs").textContent);
const root = document.documentElement;
const button = document.getElementById("theme");
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
}

function draw(place) {
  const dark = isDark();
  if (place.dataset.drawn === String(dark)) return;
  place.dataset.drawn = String(dark);
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
