// The keys and the buttons, and playing.

const PACES = [1, 2, 5, 10, 30, Infinity];
const FLAT_OUT_FRAMES = 90;
const play = { on: false, pace: 10, timer: 0 };
let at = 0;

const paceText = () => (play.pace === Infinity ? "flat out" : `${play.pace}/s`);

/** Go to a stop, and stop playing. */
function goTo(to) {
  pause();
  arrive(to);
  byId("said").textContent = words(stops[at]);
}

function arrive(to) {
  at = to;
  show(at);
  showButtons();
  try {
    history.replaceState(null, "", at ? `#${nameOfStop(at)}` : location.pathname + location.search);
  } catch {
    // A browser may refuse this for a file.
  }
}

function pause() {
  play.on = false;
  clearTimeout(play.timer);
}

function tick() {
  let to = nextEpoch(at);
  if (play.pace === Infinity) {
    const epochs = stops.filter(isEpoch).length;
    for (let more = Math.floor(epochs / FLAT_OUT_FRAMES); more > 0; more--) to = nextEpoch(to);
  }
  if (to === last) pause();
  else play.timer = setTimeout(tick, play.pace === Infinity ? 16 : 1000 / play.pace);
  arrive(to);
  if (!play.on) byId("said").textContent = words(stops[at]);
}

function changePace(by) {
  play.pace = PACES[Math.min(Math.max(0, PACES.indexOf(play.pace) + by), PACES.length - 1)];
  show(at);
  showButtons();
}

function turnDetails(by) {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const here = tabs.findIndex((each) => each.getAttribute("aria-selected") === "true");
  chooseDetails(tabs[(here + by + tabs.length) % tabs.length].dataset.tab);
}

function chooseDetails(name) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    byId(tab.dataset.tab).hidden = tab.dataset.tab !== name;
  }
  byId("transcript").scrollTop = byId("transcript").scrollHeight;
}

function switchTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme ?? dark;
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
}

const actions = {
  play() {
    if (play.on) {
      goTo(at);
      return;
    }
    play.on = true;
    if (at === last) arrive(0);
    tick();
  },
  next_statement: () => goTo(nextStatement(at)),
  previous_statement: () => goTo(previousStatement(at)),
  next_epoch: () => goTo(nextEpoch(at)),
  previous_epoch: () => goTo(previousEpoch(at)),
  next_batch: () => goTo(nextBatch(at)),
  previous_batch: () => goTo(previousBatch(at)),
  start: () => goTo(0),
  end: () => goTo(last),
  faster: () => changePace(1),
  slower: () => changePace(-1),
  log_scale() {
    isLog = !isLog;
    show(at);
  },
  next_details: () => turnDetails(1),
  previous_details: () => turnDetails(-1),
  switch_theme: switchTheme,
  show_help() {
    if (byId("help").open) byId("help").close();
    else byId("help").showModal();
  },
};

// Keys ------------------------------------------------------------------------------------

const NAMES = {
  " ": "space", "+": "plus", "=": "equals_sign", "-": "minus", "?": "question_mark",
  ArrowRight: "right", ArrowLeft: "left",
};
const SHOWN = { plus: "+", equals_sign: "=", minus: "-", question_mark: "?" };
const keys = run.keys.filter((each) => run.batches || !each.action.endsWith("_batch"));
const byKey = new Map(keys.flatMap((each) => each.keys.map((key) => [key, each.action])));

/** The name of a key, as the app has it. */
function keyName(event) {
  const name = NAMES[event.key] ?? event.key;
  return event.shiftKey && event.key.startsWith("Arrow") ? `shift+${name}` : name;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const name = keyName(event), kind = event.target;
  // A button takes the space bar itself, and the tabs and the slider the arrows.
  const taken = (kind instanceof HTMLButtonElement && name === "space")
    || (kind.matches("[type=range], [role=tab]") && event.key.startsWith("Arrow"))
    || (byId("help").open && name !== "question_mark");
  const action = byKey.get(name);
  if (taken || !action) return;
  event.preventDefault();
  actions[action]();
});

const ON_BAR = [
  "start", "previous_epoch", "previous_statement", "play", "next_statement", "next_epoch", "end",
  "previous_batch", "next_batch", "slower", "faster", "log_scale", "next_details", "switch_theme", "show_help",
];
const shownKey = (key) => SHOWN[key] ?? key;
const buttons = new Map(ON_BAR.flatMap((action) => {
  const key = keys.find((each) => each.action === action);
  if (!key) return [];
  const button = element("button", "", element("kbd", "", shownKey(key.keys[0])), element("span", "", key.label));
  button.type = "button";
  button.title = key.help;
  button.dataset.action = action;
  button.addEventListener("click", () => actions[action]());
  return [[action, button]];
}));
byId("buttons").append(...buttons.values());

function showButtons() {
  const back = ["start", "previous_epoch", "previous_statement", "previous_batch"];
  const on = ["end", "next_epoch", "next_statement", "next_batch"];
  for (const [action, button] of buttons) {
    const isIdle = (at === 0 && back.includes(action)) || (at === last && on.includes(action));
    button.setAttribute("aria-disabled", String(isIdle));
  }
  buttons.get("play").lastChild.textContent = play.on ? "pause" : "play";
  buttons.get("faster").lastChild.textContent = paceText();
}

byId("help-keys").append(...keys.map((each) => element("tr", "",
  element("td", "", element("kbd", "", each.keys.map(shownKey).join(" or "))), element("td", "", each.help))));

for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => chooseDetails(tab.dataset.tab));
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    turnDetails(by);
    document.querySelector("[role=tab][aria-selected=true]").focus();
  });
}
byId("slider").addEventListener("input", (event) => {
  const row = Number(event.target.value) - 1;
  goTo(row < 0 ? 0 : stopAtEpoch(run.epochs[row]));
});
window.addEventListener("hashchange", () => goTo(stopOfName(location.hash.slice(1))));

chooseDetails("numbers");
goTo(stopOfName(location.hash.slice(1)));
