// The run that the page holds: its stops in the order of time, and the ways from one to another.

const run = JSON.parse(document.getElementById("run").textContent);
const columns = run.columns.map((each) => {
  const width = each.shape.reduce((product, size) => product * size, 1);
  return { ...each, width, values: each.values.map(decoded), start: each.start?.map(decoded) };
});
/** What several views show: they have its index in place of it. */
const SHARED = ["calls", "parameters", "sentences", "formulas", "table", "notes", "diagnosis", "same", "values"];
for (const view of run.views) {
  for (const name of SHARED) view[name] = run.shared[view[name]];
}
const rowOf = new Map(run.epochs.map((epoch, row) => [epoch, row]));

/** Where the page can be: `view` is what was taken down, null where there are only the numbers of
    an epoch; `row` is that of the last epoch that is over, -1 for none. */
function stopOf(view, kind, epoch, step, over) {
  const last = over ? epoch : epoch - 1;
  // Of a long run not every epoch is here.
  let row = rowOf.get(last) ?? -1;
  if (row < 0 && last > 0) row = run.epochs.findLastIndex((each) => each <= last);
  return { view, kind, epoch, step, over, row, batch: view ? view.batch : 0 };
}

function makeStops() {
  const stops = run.views.map((view) => stopOf(view, view.kind, view.epoch, view.step, view.over));
  const end = stops.pop();
  const shown = stops.findLast((each) => each.kind === "epoch")?.epoch ?? 0;
  for (const epoch of run.epochs) {
    if (epoch > shown) stops.push(stopOf(null, "epoch", epoch, null, true));
  }
  stops.push(end);
  return stops;
}

const stops = makeStops();

/** Whether two stops are the same point in time: the last statement of an epoch, and its end. */
function isSame(one, other) {
  return one.epoch === other.epoch && one.kind !== "end" && other.kind !== "end"
    && (one.over ? other.over : !other.over && one.step === other.step);
}

const last = stops.length - 1;
const isEpoch = (stop) => stop.kind === "epoch" || stop.kind === "end";

function nextStatement(at) {
  let to = at + 1;
  while (to <= last && isSame(stops[to], stops[at])) to++;
  return Math.min(to, last);
}

function previousStatement(at) {
  let to = at - 1;
  while (to >= 0 && isSame(stops[to], stops[at])) to--;
  return Math.max(to, 0);
}

function nextEpoch(at) {
  for (let to = at + 1; to <= last; to++) {
    if (isEpoch(stops[to]) && !isSame(stops[to], stops[at])) return to;
  }
  return last;
}

function previousEpoch(at) {
  for (let to = at - 1; to > 0; to--) {
    if (stops[to].kind === "epoch" && stops[to].epoch < stops[at].epoch) return to;
  }
  return 0;
}

function nextBatch(at) {
  const here = stops[at];
  const epoch = here.over || here.kind === "start" ? here.epoch + 1 : here.epoch;
  const batch = here.over || here.kind === "start" ? 0 : here.batch;
  let to = nextStatement(at);
  while (to < last && stops[to].epoch === epoch && !stops[to].over && stops[to].batch === batch) {
    to = nextStatement(to);
  }
  return to;
}

function previousBatch(at) {
  for (let to = at - 1; to > 0 && stops[to].epoch === stops[at].epoch; to--) {
    const stop = stops[to];
    const before = stops[to - 1];
    const begins = stop.kind === "statement" && stop.batch > 0
      && (before.epoch !== stop.epoch || before.batch !== stop.batch);
    if (begins) return to;
  }
  return previousEpoch(at);
}

/** The stop at the end of an epoch, or of the nearest one before it that is here. */
function stopAtEpoch(epoch) {
  if (epoch < 1) return 0;
  const found = stops.findLastIndex((each) => each.kind === "epoch" && each.epoch <= epoch);
  return found < 0 ? last : found;
}

/** The stop that the end of an address names: `12`, `12.3` for a statement, `end`. */
function stopOfName(name) {
  if (name === "end") return last;
  const found = /^(\d+)(?:\.(\d+))?$/.exec(name);
  if (!found) return 0;
  const epoch = Number(found[1]);
  if (found[2] === undefined) return stopAtEpoch(epoch);
  const step = Number(found[2]);
  const at = stops.findIndex((each) => each.kind === "statement" && each.epoch === epoch && each.step === step);
  return at < 0 ? stopAtEpoch(epoch - 1) : at;
}

function nameOfStop(at) {
  const stop = stops[at];
  if (stop.kind === "end") return "end";
  return stop.kind === "statement" ? `${stop.epoch}.${stop.step}` : String(stop.epoch);
}

/** The numbers of a column in a row, or before the first epoch for -1; null where there are none. */
function numbersAt(column, row) {
  if (row < 0) return column.start ?? null;
  return column.values.slice(row * column.width, (row + 1) * column.width);
}

function norm(values) {
  return values === null || values.includes(null) ? null : Math.hypot(...values);
}

/** The last part of a name, where no other parameter has the same. */
function shortName(name) {
  const tail = name.split(".").at(-1);
  const names = columns.filter((each) => each.kind === "parameter").map((each) => each.name);
  return names.filter((each) => each.split(".").at(-1) === tail).length === 1 ? tail : name;
}

/** The indices of an element in its array, in brackets; nothing for a single number. */
function indexText(shape, place) {
  const found = [];
  for (const size of [...shape].reverse()) {
    found.unshift(`[${place % size}]`);
    place = Math.floor(place / size);
  }
  return found.join("");
}
