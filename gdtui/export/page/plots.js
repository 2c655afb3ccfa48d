// Plots as SVG: the loss and the parameters over the epochs, and the fit.

const COLOURS = ["primary", "success", "mark", "secondary", "foreground"];
const MOST_CURVES = 12, FEW_EPOCHS = 20;
const MARGIN = 0.06, CURVE_POINTS = 121;
const colourOf = (index) => COLOURS[index % COLOURS.length];

function svgElement(name, attributes, parent) {
  const found = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  parent?.append(found);
  return found;
}

/** The smallest and the largest of some values that can be drawn; null where there are none. */
function rangeOf(values, log) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low > high ? null : [low, high];
}

/** A figure with a plot. `spec` gives what to draw, and `go` what a click at a value of x does. */
class Plot {
  constructor(parent, id, go = null) {
    this.figure = document.createElement("figure");
    this.figure.id = id;
    this.caption = document.createElement("figcaption");
    const room = document.createElement("div");
    this.svg = svgElement("svg", { role: "img" });
    room.append(this.svg);
    this.figure.append(this.caption, room);
    parent.append(this.figure);
    this.spec = null;
    this.pointer = null;
    this.go = go;
    new ResizeObserver(() => this.draw()).observe(room);
    if (go) {
      this.svg.addEventListener("pointermove", (event) => this.point(event.offsetX));
      this.svg.addEventListener("pointerleave", () => this.point(null));
      this.svg.addEventListener("click", (event) => this.scale && go(this.scale.epoch(event.offsetX)));
    }
  }

  show(spec) {
    this.spec = spec;
    this.draw();
  }

  point(x) {
    this.pointer = x;
    this.draw();
  }

  draw() {
    const { spec, svg } = this;
    const { width, height } = svg.getBoundingClientRect();
    svg.replaceChildren();
    if (!spec || !(width > 0)) return;
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const y = this.yAxis(height, size);
    const labels = y ? y.marks.map((mark) => numeral(mark)) : [];
    const left = (Math.max(3, ...labels.map((each) => each.length)) + 2) * 0.53 * size;
    const [low, high] = spec.x;
    // The label of the last mark ends within the picture.
    const right = width - (String(Math.round(high)).length * 0.27 + 0.5) * size;
    const xAt = (value) => left + ((value - low) / (high - low || 1)) * (right - left);
    this.scale = { epoch: (x) => low + ((x - left) / (right - left)) * (high - low) };
    this.axes(xAt, y, labels, left, right, height, size);
    if (y) this.parts(xAt, y, height, size);
    this.title();
  }

  /** The vertical axis: where a value stands, and its marks; null where nothing can be drawn. */
  yAxis(height, size) {
    const { spec } = this;
    const values = [
      ...spec.curves.flatMap((each) => each.y),
      ...(spec.levels ?? []).map((each) => each.y),
      ...(spec.points ?? []).map((each) => each.y),
    ];
    const found = rangeOf(values, spec.log);
    if (!found) return null;
    const [top, bottom] = [0.6 * size, height - 1.7 * size];
    const to = spec.log ? Math.log10 : (value) => value;
    let [low, high] = found.map(to);
    const gap = (high - low) * MARGIN || Math.abs(high) * 0.1 || 1;
    [low, high] = [low - gap, high + gap];
    const count = Math.max(2, Math.round((bottom - top) / (1.9 * size)));
    const powers = ticks(low, high, count).filter(Number.isInteger).map((each) => 10 ** each);
    const marks = !spec.log ? ticks(low, high, count)
      : powers.length > 1 ? powers : ticks(10 ** low, 10 ** high, count).filter((each) => each > 0);
    const at = (value) => bottom - ((to(value) - low) / (high - low)) * (bottom - top);
    return { at: (value) => (spec.log && !(value > 0) ? NaN : at(value)), marks, top, bottom };
  }

  axes(xAt, y, labels, left, right, height, size) {
    const { spec, svg } = this;
    const bottom = height - 1.7 * size;
    y?.marks.forEach((mark, index) => {
      const at = y.at(mark);
      svgElement("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }, svg);
      const place = { x: left - 0.5 * size, y: at + 0.3 * size, "text-anchor": "end" };
      svgElement("text", place, svg).textContent = labels[index];
    });
    svgElement("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }, svg);
    const marks = ticks(...spec.x, Math.max(2, Math.round((right - left) / (5 * size))));
    for (const mark of marks.filter((each) => !spec.whole || Number.isInteger(each))) {
      const at = xAt(mark);
      svgElement("line", { class: "axis", x1: at, x2: at, y1: bottom, y2: bottom + 4 }, svg);
      const place = { x: at, y: height - 0.45 * size, "text-anchor": "middle" };
      svgElement("text", place, svg).textContent = spec.whole ? String(mark) : numeral(mark);
    }
  }

  parts(xAt, y, height, size) {
    const { spec, svg } = this;
    for (const { y: value, colour } of spec.levels ?? []) {
      const at = y.at(value);
      if (!Number.isFinite(at)) continue;
      const line = svgElement("line", { class: "level", x1: xAt(spec.x[0]), x2: xAt(spec.x[1]), y1: at, y2: at }, svg);
      line.style.stroke = `var(--${colour})`;
    }
    for (const { x, from, to, colour } of spec.stems ?? []) {
      const line = svgElement("line", { x1: xAt(x), x2: xAt(x), y1: y.at(from), y2: y.at(to) }, svg);
      line.style.stroke = `var(--${colour})`;
    }
    if (spec.now !== undefined) {
      const at = xAt(spec.now);
      svgElement("line", { class: "now", x1: at, x2: at, y1: y.top, y2: y.bottom }, svg);
    }
    for (const curve of spec.curves) {
      if (spec.now !== undefined) this.path(curve, xAt, y, Infinity, "curve ahead");
      this.path(curve, xAt, y, spec.now ?? Infinity, "curve");
      this.dots(curve, xAt, y, size);
    }
    for (const { x, y: value, colour, test } of spec.points ?? []) {
      const [cx, cy, r] = [xAt(x), y.at(value), (test ? 0.42 : 0.33) * size];
      const dot = test
        ? svgElement("path", { d: `M${cx} ${cy - r}L${cx + r} ${cy}L${cx} ${cy + r}L${cx - r} ${cy}Z` }, svg)
        : svgElement("circle", { cx, cy, r }, svg);
      dot.style.fill = `var(--${colour})`;
    }
    if (this.pointer !== null && spec.read) {
      const at = xAt(spec.read(this.scale.epoch(this.pointer)).x);
      svgElement("line", { class: "read", x1: at, x2: at, y1: y.top, y2: y.bottom }, svg);
    }
  }

  path(curve, xAt, y, until, kind) {
    let d = "", pen = "M";
    for (let at = 0; at < curve.x.length && curve.x[at] <= until; at++) {
      const height = y.at(curve.y[at]);
      if (!Number.isFinite(height)) {
        pen = "M";
        continue;
      }
      d += `${pen}${xAt(curve.x[at]).toFixed(1)} ${height.toFixed(1)}`;
      pen = "L";
    }
    if (!d) return;
    const line = svgElement("path", { class: kind + (curve.dashed ? " dashed" : ""), d }, this.svg);
    line.style.stroke = `var(--${curve.colour})`;
  }

  /** A dot on each of a few epochs, and a larger one on the present one. */
  dots(curve, xAt, y, size) {
    const { now } = this.spec;
    if (now === undefined || curve.dashed) return;
    const few = curve.x.length <= FEW_EPOCHS + 1;
    curve.x.forEach((x, at) => {
      const height = y.at(curve.y[at]);
      if (!Number.isFinite(height) || !(few || x === now)) return;
      const r = (x === now ? 0.34 : 0.2) * size;
      const kind = x > now ? "ahead" : "";
      const dot = svgElement("circle", { class: kind, cx: xAt(x), cy: height, r }, this.svg);
      dot.style.fill = `var(--${curve.colour})`;
    });
  }

  title() {
    const parts = this.spec.title.map(([text, colour]) => {
      const part = document.createElement("span");
      part.textContent = text;
      if (colour) part.style.color = `var(--${colour})`;
      return part;
    });
    const read = document.createElement("span");
    read.className = "read";
    read.textContent = this.pointer !== null && this.spec.read
      ? this.spec.read(this.scale.epoch(this.pointer)).text : this.spec.says ?? "";
    this.caption.replaceChildren(...parts, read);
    this.svg.setAttribute("aria-label", this.spec.words);
  }
}

// What is drawn over the epochs -----------------------------------------------------------

const isLoss = (name) => /loss/i.test(name);

function curveOf(name, column, place, isNorm, colour, dashed = false) {
  const x = [], y = [];
  for (let row = -1; row < run.epochs.length; row++) {
    const found = numbersAt(column, row);
    if (row < 0 && found === null) continue;
    x.push(row < 0 ? 0 : run.epochs[row]);
    y.push(isNorm ? norm(found) ?? NaN : found[place] ?? NaN);
  }
  return { name, x, y, colour, dashed };
}

function lossCurves() {
  const losses = columns.filter((each) => each.kind === "loss");
  const measured = columns.filter((each) => each.kind === "metric" && each.width === 1 && isLoss(each.name));
  return [
    ...losses.map((each, at) => curveOf(losses.length > 1 ? each.name : "loss", each, 0, false, at ? colourOf(at - 1) : "warning")),
    ...measured.map((each, at) => curveOf(each.name, each, 0, false, colourOf(at + losses.length - 1), true)),
  ];
}

/** A curve for each number of the parameters, or for the norm of each where they are many. */
function parameterCurves() {
  const all = columns.filter((each) => each.kind === "parameter");
  const areMany = all.reduce((sum, each) => sum + each.width, 0) > MOST_CURVES;
  const found = all.flatMap((each) => areMany
    ? [curveOf(`norm of ${shortName(each.name)}`, each, 0, each.width > 1, "")]
    : Array.from({ length: each.width }, (_, place) => {
        const prefix = each.norm_of ? "norm of " : "";
        const name = prefix + shortName(each.name) + indexText(each.shape, place);
        return { ...curveOf(name, each, place, false, ""), best: run.best[each.name + indexText(each.shape, place)] };
      }));
  return found.slice(0, MOST_CURVES).map((each, at) => ({ ...each, colour: colourOf(at) }));
}

/** The value of a curve at an epoch that is over. */
function valueAt(curve, epoch) {
  const at = curve.x.indexOf(epoch);
  return at < 0 ? null : curve.y[at];
}

/** What a plot over the epochs shows, up to `now`. */
function overEpochs(curves, now, levels, log = false) {
  const end = run.epochs.at(-1) ?? 1;
  const read = (x) => {
    const epochs = [0, ...run.epochs];
    const epoch = epochs.reduce((best, each) => (Math.abs(each - x) < Math.abs(best - x) ? each : best));
    const told = curves.map((each) => `${each.name} ${numeral(valueAt(each, epoch))}`).join("  ");
    return { x: epoch, text: `epoch ${epoch}: ${told}` };
  };
  return { curves, levels, now, log, read, whole: true, x: [0, Math.max(1, end)], says: log ? "log scale" : "" };
}

// The fit ---------------------------------------------------------------------------------

/** The samples with the model's line, or curve, at slope and intercept. */
function fitSpec(line) {
  const { samples } = run;
  const [xs, ys] = [samples.x.map(decoded), samples.y.map(decoded)];
  const [low, high] = rangeOf(xs, false) ?? [0, 1];
  const gap = (high - low) * MARGIN || 1;
  const ends = [low - gap, high + gap];
  const answer = ([slope, intercept], x) => {
    const z = slope * x + intercept;
    return samples.logistic ? 1 / (1 + Math.exp(-z)) : z;
  };
  const count = samples.logistic ? CURVE_POINTS : 2;
  const across = Array.from({ length: count }, (_, at) => ends[0] + ((ends[1] - ends[0]) * at) / (count - 1));
  const curveAt = (parameters, colour, dashed) => (
    { x: across, y: across.map((x) => answer(parameters, x)), colour, dashed });
  const curves = [], stems = [];
  if (samples.best) curves.push(curveAt(samples.best, "success", true));
  if (line) {
    curves.push(curveAt(line, "primary", false));
    xs.forEach((x, at) => stems.push({ x, from: ys[at], to: answer(line, x), colour: "error" }));
  }
  const points = xs.map((x, at) => ({ x, y: ys[at], colour: "warning" }));
  const model = line
    ? `${numeral(line[0])}\u00b7${samples.x_name}${line[1] ? ` ${line[1] < 0 ? "-" : "+"} ${numeral(Math.abs(line[1]))}` : ""}` : "";
  const equation = !line ? "" : samples.logistic ? `z = ${model}` : `${samples.y_name} \u2248 ${model}`;
  return {
    curves, stems, points, x: ends, title: [["Fit"], [equation, "primary"]],
    says: samples.best ? "- - best" : "",
    words: `The fit: ${xs.length} samples${equation ? `, and the model ${equation}` : ""}.`,
  };
}
