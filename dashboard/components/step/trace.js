// The trace as it was sent: float32 values (layers, quantities, T, H), and the predictions.

import { fixed } from "../shared/format.js";

export class Trace {
  constructor(data) {
    Object.assign(this, data);
    this.floats = decodeFloats(data.values);
    this.index = Object.fromEntries(data.quantities.map((quantity, k) => [quantity.name, k]));
    this.extents = {}; // largest |value| a layer and quantity, for colour scales
  }

  /** All units of a quantity at a timestep; before the first one states are 0. */
  row(layer, name, timestep) {
    if (timestep < 0) return new Float32Array(this.units);
    const start = ((layer * this.quantities.length + this.index[name]) * this.timesteps + timestep) * this.units;
    return this.floats.subarray(start, start + this.units);
  }

  value(layer, name, timestep, unit) {
    return this.row(layer, name, timestep)[unit];
  }

  /** A quantity of a whole layer, (T, H). */
  plane(layer, name) {
    const size = this.timesteps * this.units;
    const start = (layer * this.quantities.length + this.index[name]) * size;
    return this.floats.subarray(start, start + size);
  }

  /** Where the colour scale of a quantity ends: gates and tanh values at 1, the cell state at its largest value. */
  extent(layer, name) {
    if (name !== "cell") return 1;
    this.extents[layer] ??= this.plane(layer, name).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    return this.extents[layer];
  }

  /** The cursor's place in words. */
  describe({ timestep, unit, layer }) {
    const parts = this.quantities.map(({ name, label }) => `${label} ${fixed(this.value(layer, name, timestep, unit))}`);
    return `Timestep ${timestep + 1} of ${this.timesteps}, reading ${this.labels[timestep]}; unit ${unit}: ${parts.join(", ")}.`;
  }
}

function decodeFloats(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return new Float32Array(bytes.buffer);
}
