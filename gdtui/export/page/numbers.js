"use strict";
// Numbers as text, by the rule of gdtui.analysis.numerals, and round numbers for axes.

const DIGITS = 5, TOLD = 7;

/** A number of the JSON: null is what was not there, and words stand for what is not finite. */
function decoded(value) {
  return { nan: NaN, inf: Infinity, "-inf": -Infinity }[value] ?? value;
}

/** The shortest text that tells a number from its neighbours, in float32 if it is one of those. */
function exact(value) {
  if (Math.fround(value) !== value) return String(value);
  for (let digits = 1; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}

/** The digits of a decimal text and the power of ten of the first of them. */
function decimal(text) {
  const [mantissa, power = "0"] = text.toLowerCase().split("e");
  const [whole, part = ""] = mantissa.split(".");
  const all = whole + part;
  const skipped = all.length - all.replace(/^0+/, "").length;
  return { digits: all.slice(skipped), power: Number(power) + whole.length - 1 - skipped };
}

/** Rounded to so many digits, halves upwards. */
function rounded({ digits, power }, count) {
  if (digits.length <= count) return { digits, power };
  const kept = digits.slice(0, count).split("").map(Number);
  let carry = digits.charCodeAt(count) >= 53 ? 1 : 0;
  for (let at = count - 1; at >= 0 && carry; at--) {
    kept[at] += 1;
    carry = kept[at] === 10 ? 1 : 0;
    if (carry) kept[at] = 0;
  }
  return carry ? { digits: "1" + kept.join(""), power: power + 1 } : { digits: kept.join(""), power };
}

/** A number with five significant digits. */
function numeral(value, count = DIGITS) {
  if (value === null || value === undefined) return "-";
  if (!Number.isFinite(value)) return { NaN: "nan", Infinity: "inf" }[value] ?? "-inf";
  if (value === 0) return "0";
  let found = decimal(exact(Math.abs(value)));
  if (count < TOLD) found = rounded(found, TOLD);
  found = rounded(found, count);
  const digits = found.digits.replace(/0+$/, ""), power = found.power;
  const sign = value < 0 ? "-" : "";
  const pointed = (text, place) => (place < text.length ? text.slice(0, place) + "." + text.slice(place) : text);
  if (power <= -5 || power >= count) return `${sign}${pointed(digits, 1)}e${power}`;
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
  return sign + pointed(digits.padEnd(power + 1, "0"), power + 1);
}

/** Round numbers between two ends, about so many of them. */
function ticks(low, high, count) {
  const step = roundStep((high - low) / Math.max(1, count));
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at++) found.push(at * step);
  return found.map((value) => Number(value.toPrecision(12)));
}

/** The next of 1, 2, 5, 10 and so on that is not below a size. */
function roundStep(size) {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return power * ([1, 2, 5].find((each) => each * power >= size * (1 - 1e-9)) ?? 10);
}
