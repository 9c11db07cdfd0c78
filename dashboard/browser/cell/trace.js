// What the engine computed, as it was sent: a JSON header and float32 arrays behind it, looked at where they lie.

import { compact, fixed } from "../format.js";
import { gradientHasCome, hasCome } from "./progress.js";

/** A message of the server's: its header, and its arrays by name as {data, shape}. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const [name, { start, shape }] of Object.entries(header.arrays)) {
    const size = shape.reduce((product, length) => product * length, 1);
    arrays[name] = { data: new Float32Array(buffer, 4 + length + 4 * start, size), shape };
  }
  return { header, arrays };
}

/** Values of all quantities over a sequence, (layers, quantities, T, H). */
class Field {
  constructor(names, { data, shape }) {
    this.data = data;
    [this.layers, this.count, this.length, this.units] = shape;
    this.index = Object.fromEntries(names.map((name, k) => [name, k]));
    this.nothing = new Float32Array(this.units);
  }

  /** All units of a quantity at a timestep; before the first one states are 0, behind the last there is nothing. */
  row(layer, name, timestep) {
    if (timestep < 0 || timestep >= this.length) return this.nothing;
    const start = ((layer * this.count + this.index[name]) * this.length + timestep) * this.units;
    return this.data.subarray(start, start + this.units);
  }

  value(layer, name, timestep, unit) {
    return this.row(layer, name, timestep)[unit];
  }

  /** A quantity of a whole layer, (T, H). */
  plane(layer, name) {
    const size = this.length * this.units;
    const start = (layer * this.count + this.index[name]) * size;
    return this.data.subarray(start, start + size);
  }

  largest(layer, name) {
    return this.plane(layer, name).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
}

/** One pass through a sequence, with the cell and the weights that made it. */
export class Trace extends Field {
  constructor(buffer) {
    const { header, arrays } = unpack(buffer);
    super(
      header.cell.quantities.map(({ name }) => name),
      arrays.values,
    );
    Object.assign(this, header);
    this.quantities = this.cell.quantities;
    this.operations = this.cell.operations;
    this.named = Object.fromEntries(this.quantities.map((quantity) => [quantity.symbol, quantity.name]));
    this.sums = Object.fromEntries(this.cell.sums.map((sum, place) => [sum.quantity, { ...sum, place }]));
    this.inputs = arrays.inputs;
    this.readout = arrays.readout;
    this.preactivations = arrays.preactivations;
    const ofLayers = (name) => Array.from({ length: this.layers }, (_, k) => arrays[`${name}_${k}`]);
    this.weights = ofLayers("weights");
    this.peepholes = ofLayers("peepholes");
    this.extents = {};
    this.unitNames = new Map(); // that people gave, by "layer/unit"
  }

  /** What a unit is called: "unit 37", or "unit 37 · brackets" where people gave it a name. */
  unitName(layer, unit) {
    const name = this.unitNames.get(`${layer}/${unit}`);
    return name ? `unit ${unit} · ${name}` : `unit ${unit}`;
  }

  /** A quantity as the cell describes it; undefined for the prediction, which is none. */
  quantity(name) {
    return this.quantities[this.index[name]];
  }

  /** Where the colour scale of a quantity ends: gates and tanh values at 1, what has no bounds at its largest value. */
  extent(layer, name) {
    if (this.quantity(name).bounded) return 1;
    this.extents[`${layer}/${name}`] ??= Math.max(1, this.largest(layer, name));
    return this.extents[`${layer}/${name}`];
  }

  /** What went into the activation of a quantity. */
  preactivation(layer, name, timestep, unit) {
    const { data, shape } = this.preactivations;
    return data[((layer * shape[1] + this.sums[name].place) * this.timesteps + timestep) * this.units + unit];
  }

  /** The number of a formula's letter: a quantity, the same before (c′), and what goes into it (a_f, w_f, u_f, p_f). */
  letter(letter, { layer, timestep, unit }) {
    const [, part, symbol, prime] = /^(?:([awup])_)?(.+?)(′?)$/.exec(letter);
    const name = this.named[symbol];
    if (!part) return this.value(layer, name, timestep - (prime ? 1 : 0), unit);
    if (part === "a") return this.preactivation(layer, name, timestep, unit);
    if (part === "p") return this.peepholeOf(layer, name, unit);
    const weights = this.weightsOf(layer, name, unit);
    const below = this.below(layer, timestep);
    if (part === "w") return dot(weights, below) + weights.at(-2);
    return dot(weights.subarray(below.length), this.row(layer, "hidden", timestep - 1)) + weights.at(-1);
  }

  /** What a layer reads at a timestep: the inputs, or the hidden state of the layer below. */
  below(layer, timestep) {
    if (layer > 0) return this.row(layer - 1, "hidden", timestep);
    const width = this.inputs.shape[1];
    return this.inputs.data.subarray(timestep * width, (timestep + 1) * width);
  }

  /** A quantity's weights of one unit, acting on [x; h′; 1; 1]. */
  weightsOf(layer, name, unit) {
    const { data, shape } = this.weights[layer];
    const start = (this.sums[name].place * this.units + unit) * shape[2];
    return data.subarray(start, start + shape[2]);
  }

  /** The weight through which a unit of a quantity sees its own memory; 0 if it does not. */
  peepholeOf(layer, name, unit) {
    return this.peepholes[layer].data[this.sums[name].place * this.units + unit];
  }

  /** The readout's weights of one output, acting on [h; 1]. */
  readoutOf(output) {
    const width = this.units + 1;
    return this.readout.data.subarray(output * width, (output + 1) * width);
  }

  /** The cursor's place in words, with what has been computed by then. */
  describe(state) {
    const { timestep, unit, layer } = state;
    const there = this.quantities.filter(({ name }) => hasCome(this, state, name));
    const parts = there.map(({ name, label, missing, equation }) =>
      missing ? `no ${label}, ${equation}` : `${label} ${fixed(this.value(layer, name, timestep, unit))}`,
    );
    const where = this.layers > 1 ? `layer ${layer + 1}, ${this.unitName(layer, unit)}` : this.unitName(layer, unit);
    const when = `Timestep ${timestep + 1} of ${this.timesteps}, reading ${this.labels[timestep]}`;
    const next = hasCome(this, state, "prediction") ? this.expectation(timestep) : "All else is not computed yet.";
    return `${when}; ${where}: ${parts.join(", ") || "nothing yet"}. ${next}`;
  }

  /** What is expected next, in words. */
  expectation(timestep) {
    if (this.kind === "numbers") {
      const said = (output, k) => `${this.output_labels[output]} = ${fixed(this.top_values[timestep][k])}`;
      return `Puts out ${this.top[timestep].map(said).join(", ")}.`;
    }
    if (this.right[timestep].length === 0) return "No answer is asked here.";
    if (this.kind === "value") {
      const [says, right] = this.about?.continues === false ? ["Says", "right is"] : ["Predicted", "came"];
      return `${says} ${fixed(this.predicted[timestep])}, ${right} ${fixed(this.came[timestep])}.`;
    }
    const percent = (probability) => `${Math.round(probability * 100)} %`;
    const best = `${this.output_labels[this.top[timestep][0]]} with ${percent(this.top_probabilities[timestep][0])}`;
    const right = `${this.target_labels[timestep]} ${this.about?.verdict ?? "came"}`;
    const came = `${right}, expected with ${percent(this.came_probability[timestep])}`;
    return `Expected next: ${best}; ${came}.`;
  }
}

/** The gradient of the loss at one timestep with respect to every quantity up to there. */
export class Gradients extends Field {
  constructor(buffer) {
    const { header, arrays } = unpack(buffer);
    super(header.quantities, arrays.gradients);
    this.lossAt = header.timestep;
    this.loss = header.loss;
    this.extents = {};
  }

  extent(layer, name) {
    this.extents[`${layer}/${name}`] ??= this.largest(layer, name) || 1;
    return this.extents[`${layer}/${name}`];
  }

  /** The gradients at the cursor in words, as far as they have arrived there. */
  describe(trace, state) {
    const { layer, timestep, unit } = state;
    const there = trace.quantities.filter(({ name, missing }) => !missing && gradientHasCome(trace, state, name));
    const parts = there.map(({ name, label }) => `${label} ${compact(this.value(layer, name, timestep, unit))}`);
    return `Gradient of the loss at ${this.lossAt + 1} by: ${parts.join(", ") || "nothing yet"}.`;
  }

  /** Euclidean length of the gradient at each timestep up to the loss. */
  norms(layer, name) {
    return Array.from({ length: this.length }, (_, t) =>
      Math.sqrt(this.row(layer, name, t).reduce((sum, v) => sum + v * v, 0)),
    );
  }
}

/** Of the first so many weights as there are values. */
const dot = (weights, values) => values.reduce((sum, value, k) => sum + weights[k] * value, 0);
