// Shows a stop of the run on the page.

const byId = (id) => document.getElementById(id);

/** An element with classes and contents: texts are never read as HTML. */
function element(name, classes = "", ...contents) {
  const found = document.createElement(name);
  if (classes) found.className = classes;
  found.append(...contents.map((each) => (each instanceof Node ? each : String(each))));
  return found;
}

// What stays the same ---------------------------------------------------------------------

byId("title").textContent = [run.title, run.arguments].filter(Boolean).join(" ");
byId("code-title").textContent = `Code: ${run.name}`;
const codeLines = run.code.lines.map((parts, at) => {
  const number = at + run.code.first;
  const text = element("code", "", ...parts.map((each) => (typeof each === "string" ? each : element("span", ...each))));
  if (!parts.length) text.append("\u200b");
  const line = element("li", "", text);
  line.dataset.number = run.code.numbers?.[at] ?? number;
  return line;
});
byId("code").append(...codeLines);
byId("jobs").append(...run.jobs.map(([phase, who]) => {
  const label = element("span", who === "missing" ? "missing" : "", element("b", "", phase), who ? ` ${who}` : "");
  const job = element("li", "", label);
  job.dataset.phase = phase;
  return job;
}));
byId("left-out").textContent = run.left_out.join(" ");
byId("loss-name").textContent = run.batches ? "mean loss" : "loss";

const losses = lossCurves(), parameters = parameterCurves();
let isLog = false;

// A stop ----------------------------------------------------------------------------------

function show(at) {
  const stop = stops[at], { view } = stop;
  const now = stop.row < 0 ? 0 : run.epochs[stop.row];
  showHeader(stop, now);
  showCode(stop);
  if (view) showExplanation(view);
  else showNumbers(stop);
  showVariables(view);
  showTranscript(stop);
  showPlots(stop, now);
  showDiagnosis(at);
  showTimeline(stop, now);
}

function showHeader(stop, now) {
  const { view } = stop;
  const total = run.total ? `/${run.total}` : "";
  const batch = stop.batch && !stop.over ? ` batch ${stop.batch}` : "";
  byId("epoch").textContent = `${stop.epoch}${total}${batch}`;
  byId("loss").textContent = numeral(lossOf(stop, now));
  byId("values").textContent = view
    ? view.parameters.map((each) => each.join(" ")).join("  ")
    : parameters.slice(0, 3).map((each) => `${each.name} ${numeral(valueAt(each, now))}`).join("  ");
  byId("status").textContent = stop.kind === "end" ? run.message.split(":")[0] : play.on ? `playing ${paceText()}` : "paused";
  for (const job of byId("jobs").children) {
    const isHere = view !== null && job.dataset.phase === view.phase && stop.kind === "statement";
    job.classList.toggle("here", isHere);
    if (isHere) job.setAttribute("aria-current", "step");
    else job.removeAttribute("aria-current");
  }
}

/** The loss of the moment; where an epoch has one for each batch, the mean of the last epoch. */
function lossOf(stop, now) {
  const held = stop.view && !run.batches ? decoded(stop.view.loss) : null;
  return held ?? (losses.length ? valueAt(losses[0], now) : null);
}

function showCode(stop) {
  const line = stop.view?.line ?? null;
  for (const each of byId("code").querySelectorAll(".here, .called")) {
    each.classList.remove("here", "called", "more");
    each.removeAttribute("aria-current");
  }
  const at = (number) => codeLines[number - run.code.first];
  const place = run.places[line] ?? { last: line, called: [] };
  for (const [from, to] of place.called) {
    for (let number = from; number <= to; number++) at(number)?.classList.add("called");
  }
  for (let number = line; line && number <= place.last; number++) {
    at(number)?.classList.add("here");
    if (number > line) at(number)?.classList.add("more");
  }
  const mark = line && at(line);
  if (mark) {
    mark.setAttribute("aria-current", "step");
    keepInSight(mark);
  } else if (line === null && at(run.loop)) keepInSight(at(run.loop));
  const calls = stop.view?.calls ?? [];
  byId("callers").textContent = line && !mark ? `${stop.view.place} is not on this page`
    : calls.map(([name, from]) => `in ${name}, called by line ${from}`).join(", ");
}

/** Scroll the code, and only that, as far as it takes to see a line amid others. */
function keepInSight(line) {
  const box = byId("code");
  const room = box.clientHeight / 4;
  const [top, bottom] = [line.offsetTop, line.offsetTop + line.offsetHeight];
  if (top < box.scrollTop + room || bottom > box.scrollTop + box.clientHeight - room) {
    box.scrollTop = top - box.clientHeight / 2;
  }
}

// The details -----------------------------------------------------------------------------

function showExplanation(view) {
  byId("happened").textContent = view.title;
  const parts = view.sentences.map((each) => element("p", "faint", each));
  if (view.formulas.length) {
    const grid = element("div", "formula");
    for (const [left, ...rights] of view.formulas) {
      rights.forEach((right, at) => grid.append(
        element("span", "left", at ? "" : left), element("span", "sign", "="),
        element("span", at === rights.length - 1 ? "result" : "", right)));
    }
    parts.push(grid);
  }
  parts.push(...view.notes.map((each) => element("p", "faint", each)));
  if (view.table) parts.push(tableOf(view.table));
  byId("numbers").replaceChildren(...parts);
}

function tableOf({ headings, rows, whole, sum, mean, used }) {
  const heading = (text) => {
    const cell = element("th", "", text);
    cell.scope = "col";
    return cell;
  };
  const corner = heading(whole ? "" : "sample");
  const head = element("thead", "", element("tr", "", corner, ...headings.map(heading)));
  let before = 0;
  const body = element("tbody", "", ...rows.flatMap(([number, ...cells]) => {
    const gap = number > before + 1 ? [element("tr", "", element("th", "", "\u22ee"))] : [];
    before = number;
    return [...gap, element("tr", "", element("th", "", number), ...cells.map((each) => element("td", "", each)))];
  }));
  const totals = Object.entries({ sum, mean }).filter(([, cells]) => cells.some(Boolean));
  const foot = element("tfoot", "", ...totals.map(([name, cells]) =>
    element("tr", name === used ? "used" : "", element("th", "", name), ...cells.map((each) => element("td", "", each)))));
  return element("table", "", head, body, foot);
}

/** The numbers of an epoch whose statements are not on the page. */
function showNumbers(stop) {
  const value = (column) => {
    const found = numbersAt(column, stop.row);
    if (found.length <= 4) return found.map((each) => numeral(each)).join(", ");
    return `${numeral(found[0])}, \u2026, ${numeral(found.at(-1))} (norm ${numeral(norm(found))})`;
  };
  const rows = columns.map((each) => element("tr", "",
    element("td", "name", each.kind === "parameter" ? shortName(each.name) : each.name),
    element("td", "name faint", each.kind + (each.norm_of ? `, norm of ${each.norm_of.join("x")}` : "")),
    element("td", "name", value(each))));
  byId("happened").textContent = `epoch ${stop.epoch}`;
  byId("numbers").replaceChildren(
    element("p", "faint", "The page has the numbers at the end of this epoch, not its statements."),
    element("table", "left", element("tbody", "", ...rows)));
}

function showVariables(view) {
  const box = byId("variables");
  if (!view) {
    box.replaceChildren(element("p", "faint", "Of this epoch the page has no variables; the numbers have what was recorded."));
    return;
  }
  const row = (kind) => (index) => {
    const [name, type, value, gradient] = run.shared[index];
    const grad = gradient ? [" ", element("span", "grad", `grad ${gradient}`)] : [];
    return element("tr", kind, element("td", "name", name), element("td", "kind", type), element("td", "value", value, ...grad));
  };
  const rows = [...view.changed.map(row("changed")), ...view.same.map(row("same"))];
  rows[view.changed.length]?.classList.toggle("rule", view.changed.length > 0);
  const said = [];
  if (view.since) said.push(`Changed by ${view.since}: ${view.changed.length || "nothing"}`);
  if (view.gone.length) said.push(`gone: ${view.gone.join(", ")}`);
  if (view.more) said.push(`and ${view.more} more variables`);
  box.replaceChildren(element("p", "faint", said.join("; ")), element("table", "left", element("tbody", "", ...rows)));
}

function showTranscript(stop) {
  const { head, tail, left_out: missing } = run.printed;
  const isHere = stop.view
    ? (_, at) => at < stop.view.printed
    : ([epoch]) => epoch <= stop.epoch;
  const lines = head.filter(isHere).map(lineOf);
  const ends = tail.filter((line, at) => isHere(line, at + head.length + missing)).map(lineOf);
  if (ends.length && missing) lines.push(element("p", "faint", `\u22ee ${missing} lines are left out`));
  const box = byId("transcript");
  box.replaceChildren(...lines, ...ends);
  if (!lines.length) box.append(element("p", "faint", "Nothing has been printed yet."));
  box.scrollTop = box.scrollHeight;
}

const lineOf = ([, text, error]) => element("p", error ? "error" : "", error ? `! ${text}` : text || "\u200b");

// Plots, diagnosis, timeline --------------------------------------------------------------

const plots = {
  loss: new Plot(byId("plots"), "plot-loss", (epoch) => goTo(stopAtEpoch(Math.round(epoch)))),
  parameters: new Plot(byId("plots"), "plot-parameters", (epoch) => goTo(stopAtEpoch(Math.round(epoch)))),
  fit: run.samples ? new Plot(byId("plots"), "plot-fit") : null,
};

function showPlots(stop, now) {
  const level = run.samples?.least_loss ?? null;
  const levels = level !== null && !(isLog && level < 1e-12) ? [{ y: level, colour: "faint" }] : [];
  const shown = losses.map((each, at) => numeral(at ? valueAt(each, now) : lossOf(stop, now)));
  const told = losses.map((each) => `${each.name} ${numeral(valueAt(each, now))}`).join(", ");
  plots.loss.show({
    ...overEpochs(losses, now, levels, isLog),
    title: losses.length ? losses.map((each, at) => [`${lossName(at)} ${shown[at]}`, each.colour]) : [["Loss"]],
    words: `The loss over ${run.epochs.length} epochs. At epoch ${now}: ${told || "none"}.`,
  });
  const best = parameters.filter((each) => each.best !== undefined).map((each) => ({ y: each.best, colour: each.colour }));
  const held = stop.view?.values?.map(decoded);
  const values = parameters.map((each, at) => [`${each.name} ${numeral(held ? held[at] : valueAt(each, now))}`, each.colour]);
  plots.parameters.show({
    ...overEpochs(parameters, now, best),
    title: values.length ? values : [["Parameters"]],
    words: `The parameters over the epochs. At epoch ${now}: ${values.map(([text]) => text).join(", ") || "none"}.`,
  });
  const line = stop.view ? stop.view.fit : run.fits[stop.row];
  plots.fit?.show(fitSpec(line ? line.map(decoded) : null));
}

function lossName(at) {
  const first = run.batches ? "Mean loss" : "Loss";
  return at ? losses[at].name : columns.filter((each) => each.kind === "loss").length > 1 ? `${first} ${losses[0].name}` : first;
}

function showDiagnosis(at) {
  // Where there are only numbers, nothing was diagnosed.
  const [verdict, first = "", ...rest] = stops[at].view?.diagnosis ?? [];
  byId("diagnosis").dataset.verdict = verdict;
  const colon = first.indexOf(":");
  byId("diagnosis").replaceChildren(
    element("b", "", first.slice(0, colon + 1)), [first.slice(colon + 1), ...rest].join(" "));
}

function showTimeline(stop, now) {
  const slider = byId("slider");
  slider.max = run.epochs.length;
  slider.value = stop.kind === "end" ? run.epochs.length : stop.row + 1;
  slider.style.setProperty("--share", `${(100 * slider.value) / slider.max}%`);
  slider.setAttribute("aria-valuetext", `epoch ${now}`);
  byId("slider-epoch").textContent = String(stop.epoch);
  byId("slider-end").textContent = String(run.total ?? run.recorded);
}

/** A stop in words, for a reader of the screen. */
function words(stop) {
  const { view } = stop;
  if (!view) return `Epoch ${stop.epoch}: loss ${numeral(lossOf(stop, stop.epoch))}.`;
  const place = stop.kind === "statement" ? `, ${view.place}` : "";
  const formulas = view.formulas.map((each) => each.join(" = "));
  const said = formulas.length ? [`${formulas.join("; ")}.`] : view.sentences;
  return [`Epoch ${stop.epoch}${place}: ${view.title}.`, ...said].join(" ");
}
