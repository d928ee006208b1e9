"use strict";
const page = JSON.parse(document.getElementById("page-data").textContent);
const names = page.stacks.map((stack) => stack.name);
const colours = page.stacks.map((stack) => stack.colour);
const dashes = page.stacks.map((stack) => (stack.dash.length ? stack.dash : [1, 0]));
const state = document.querySelector(".state");
const outcome = document.querySelector(".outcome");
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
const EVERY_MS = 1000;
const REMEMBERED = 120;
const MOST_PLACES = 60;
const SLOW_MS = 100;
let next = 0;

const CHARTS = {
  probe: { title: "fast route p50", type: "log", value: (status) => status.probe?.p50_ms },
  traffic: { title: "slow route p50", type: "log", value: (status) => status.traffic?.p50_ms },
  throughput: { title: "answers a second", type: "symlog", value: (status) => status.throughput_per_s },
  cpu: { title: "% of a core", type: "linear", value: (status) => (status.cpu_cores === null ? null : 100 * status.cpu_cores) },
};
const IN_TIME = "datum.value >= 1000 ? datum.value / 1000 + ' s' : datum.value + ' ms'";
const AXES = {
  log: { values: [0.1, 1, 10, 100, 1000, 10000, 100000], labelExpr: IN_TIME },
  symlog: { values: [0, 1, 10, 100, 1000, 10000] },
  linear: { tickCount: 5 },
};
const rows = Object.fromEntries(Object.keys(CHARTS).map((name) => [name, []]));
let views = {};

function specOf({ title, type }) {
  const dark = prefersDark.matches;
  const ink = dark ? "#e8eaed" : "#1a1c20";
  const grid = dark ? "#3b4048" : "#d3d6dc";
  return {
    width: "container",
    height: 190,
    background: "transparent",
    autosize: { type: "fit", contains: "padding" },
    data: { name: "rows" },
    mark: { type: "line", strokeWidth: 2, clip: true },
    encoding: {
      x: { field: "ago", type: "quantitative", title: "seconds ago", scale: { domain: [-REMEMBERED, 0] } },
      y: { field: "value", type: "quantitative", title, scale: { type }, axis: AXES[type] },
      color: { field: "stack", type: "nominal", scale: { domain: names, range: colours }, legend: null },
      strokeDash: { field: "stack", type: "nominal", scale: { domain: names, range: dashes }, legend: null },
      tooltip: [{ field: "stack" }, { field: "value", type: "quantitative", format: ".3~f", title }],
    },
    config: {
      axis: { labelColor: ink, titleColor: ink, gridColor: grid, domainColor: grid, tickColor: grid },
      view: { stroke: null },
    },
  };
}

async function drawCharts() {
  const drawn = await Promise.all(
    Object.entries(CHARTS).map(async ([name, chart]) => {
      const place = document.getElementById(`chart-${name}`);
      const { view } = await vegaEmbed(place, specOf(chart), { actions: false, defaultStyle: false, renderer: "svg", logLevel: 1 });
      return [name, view];
    }),
  );
  views = Object.fromEntries(drawn);
  showCharts();
}

function showCharts() {
  for (const [name, view] of Object.entries(views)) {
    const shown = rows[name].map((row) => ({ ...row, ago: row.number - next + 1 }));
    view.data("rows", shown).runAsync();
  }
}

function remember(moment) {
  moment.statuses.forEach((status, place) => {
    for (const [name, chart] of Object.entries(CHARTS)) {
      const value = chart.value(status);
      const drawable = value !== null && value !== undefined && (chart.type !== "log" || value > 0);
      if (drawable) rows[name].push({ stack: names[place], number: moment.number, value });
    }
  });
  for (const name of Object.keys(rows)) rows[name] = rows[name].filter((row) => row.number > moment.number - REMEMBERED);
}

function showStatus(lane, status, colour) {
  lane.classList.toggle("down", status.alive === false);
  showPlaces(lane.querySelector(".places"), status, colour);
  const waiting = status.slots === null ? 0 : Math.max(0, status.in_progress - status.slots);
  const queue = lane.querySelector(".queue");
  const slots = status.slots === null ? "no bound on places" : `${status.slots} place${status.slots === 1 ? "" : "s"}`;
  queue.replaceChildren(`${status.users} users, ${status.in_progress} requests in progress, ${slots}. `);
  if (waiting) queue.append(bold(`${waiting} wait for a place.`));
  if (status.alive === false) queue.append(bold("The server has ended."));
  const possible = status.ceiling_per_s === null ? "" : ` of ${brief(status.ceiling_per_s)}`;
  say(lane, "throughput", `${brief(status.throughput_per_s)}${possible} /s`);
  say(lane, "traffic", both(status.traffic));
  say(lane, "probe", both(status.probe), status.probe && status.probe.p50_ms > SLOW_MS);
  say(lane, "cpu", status.cpu_cores === null ? "–" : `${(100 * status.cpu_cores).toFixed(0)} %`);
  say(lane, "memory", status.memory_mib === null ? "–" : `${status.memory_mib.toFixed(0)} MiB`);
  say(lane, "errors", String(status.errors), status.errors > 0);
}

function showPlaces(box, status, colour) {
  const places = Math.min(MOST_PLACES, status.slots === null ? status.in_progress : status.slots);
  while (box.childElementCount > places) box.lastElementChild.remove();
  while (box.childElementCount < places) box.append(Object.assign(document.createElement("span"), { className: "place" }));
  box.style.setProperty("--colour", colour);
  [...box.children].forEach((place, number) => place.classList.toggle("taken", number < status.in_progress));
  box.setAttribute("aria-label", `${Math.min(status.in_progress, status.slots ?? Infinity)} of ${status.slots ?? "any number of"} places taken`);
}

function bold(text) {
  return Object.assign(document.createElement("strong"), { textContent: text });
}

function say(lane, figure, text, slow = false) {
  const place = lane.querySelector(`[data-figure=${figure}]`);
  place.textContent = text;
  place.classList.toggle("slow", Boolean(slow));
}

function both(percentiles) {
  return percentiles ? `${time(percentiles.p50_ms)}, ${time(percentiles.p99_ms)}` : "–";
}

function time(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms.toFixed(ms >= 10 ? 0 : ms >= 1 ? 1 : 2)} ms`;
}

function brief(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

async function look() {
  try {
    const answer = await (await fetch(`/side-by-side/moments?since=${next}`)).json();
    for (const moment of answer.moments) {
      remember(moment);
      next = moment.number + 1;
    }
    const last = answer.moments.at(-1);
    if (last) {
      const lanes = [...document.querySelectorAll(".lane")];
      last.statuses.forEach((status, place) => showStatus(lanes[place], status, colours[place]));
      const users = last.statuses.reduce((sum, status) => sum + status.users, 0);
      state.textContent = `${answer.state}: ${users} users send ${last.scenario}.`;
      showCharts();
    }
    document.querySelector(".after").hidden = !answer.recorded;
  } catch (error) {
    state.textContent = `No answer from the dashboard: ${error.message}`;
  }
  setTimeout(look, EVERY_MS);
}

async function press(button) {
  button.disabled = true;
  try {
    const options = { method: "POST", headers: { "X-Lab-Token": page.token } };
    const target = "stop" in button.dataset ? "/stop" : `/side-by-side/${button.dataset.do}`;
    const answer = await fetch(target, options);
    const content = await answer.json();
    outcome.textContent = `${answer.ok ? (content.done ?? content.message) : content.detail}`;
  } catch (error) {
    outcome.textContent = `No answer from the dashboard: ${error.message}`;
  }
  button.disabled = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do], [data-stop]");
  if (button) press(button);
});
for (const button of document.querySelectorAll("button")) button.disabled = false;
window.addEventListener("load", () => {
  prefersDark.addEventListener("change", drawCharts);
  drawCharts();
});
look();
