// The view's part of the page's address: everything that makes another person see the same.

/** A clamp in the address and in questions to the engine, as `parse_clamps` of the server reads it. */
export const writeClamp = ({ symbol, layer, unit, first, last, value }) =>
  `${symbol}:${layer + 1}:${unit ?? "*"}:${first + 1}-${last + 1}=${value}`;

/** The clamp that a text stands for, or a sentence on what is wrong with it. */
export function readClamp(text, trace) {
  const match = /^([figoch]):(\d{1,3}):(\*|\d{1,6}):(\d{1,6})-(\d{1,6})=(.{1,40})$/.exec(text);
  if (!match) return `The clamp “${text.slice(0, 40)}” cannot be read.`;
  const [, symbol, layer, unit, first, last, value] = match;
  return checkedClamp(
    { symbol, layer: layer - 1, unit: unit === "*" ? null : Number(unit), first: first - 1, last: last - 1, value: Number(value) },
    trace,
  );
}

/** The clamp, or a sentence on why it cannot be. */
export function checkedClamp(clamp, trace) {
  const quantity = trace.quantities.find(({ symbol }) => symbol === clamp.symbol);
  const [low, high] = quantity.limits ?? [-1e6, 1e6];
  const { layer, unit, first, last, value } = clamp;
  if (!(layer >= 0 && layer < trace.layers)) return `There is no layer ${layer + 1} to hold; there are 1 to ${trace.layers}.`;
  if (unit !== null && !(unit >= 0 && unit < trace.units)) return `There is no unit ${unit} to hold; there are 0 to ${trace.units - 1}.`;
  if (![first, last].every(Number.isInteger) || first < 0 || last < first || last >= trace.timesteps)
    return `Timesteps ${first + 1} to ${last + 1} cannot be held; the sequence has 1 to ${trace.timesteps}, and the first must not come after the last.`;
  if (!(value >= low && value <= high))
    return `${Number.isFinite(value) ? value : "That"} is no value for the ${quantity.label.toLowerCase()}; type a number from ${low} to ${high}.`;
  return clamp;
}

/** What the address says, checked against the trace: {state, problems}. */
export function readLink(parameters, trace, choices) {
  const state = {};
  const problems = [];
  const whole = (name, first, last) => {
    const text = parameters.get(name);
    if (text === null) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= first && value <= last) return value;
    problems.push(`${name} “${text.slice(0, 20)}” (there are ${first} to ${last.toLocaleString("en-US")})`);
    return Math.max(first, Math.min(last, Number.isFinite(value) ? value : first));
  };
  const choice = (name, values) => {
    const text = parameters.get(name);
    if (text === null || values.includes(text)) return text ?? undefined;
    problems.push(`${name} “${text.slice(0, 20)}” (there are ${values.join(", ")})`);
    return undefined;
  };
  const shifted = (value) => (value === undefined ? undefined : value - 1);
  state.timestep = shifted(whole("timestep", 1, trace.timesteps));
  state.unit = whole("unit", 0, trace.units - 1);
  state.layer = shifted(whole("layer", 1, trace.layers));
  state.operation = shifted(whole("operation", 1, 9));
  state.byOperation = state.operation !== undefined ? true : undefined;
  state.lossAt = shifted(whole("loss_at", 1, trace.timesteps));
  state.precision = whole("decimals", 2, 6);
  state.output = whole("output", 0, trace.output_labels.length - 1);
  state.width = whole("width", 1, trace.timesteps);
  state.panel = choice("panel", choices.panels);
  state.order = choice("order", choices.orders);
  state.quantity = choice("quantity", [...trace.quantities.map(({ name }) => name), "prediction"]);
  const pins = parameters.get("pins");
  if (pins) {
    const units = pins.split(",").map((text) => (/^\d{1,6}$/.test(text) ? Number(text) : NaN));
    if (units.some((unit) => !(unit < trace.units))) problems.push(`pins “${pins.slice(0, 40)}” (there are units 0 to ${trace.units - 1})`);
    state.pins = [...new Set(units.filter((unit) => unit < trace.units))].slice(0, choices.mostPins);
  }
  const clamps = parameters.get("clamps");
  if (clamps) {
    const read = clamps.split(",").filter(Boolean).map((text) => readClamp(text, trace));
    state.clamps = read.filter((clamp) => typeof clamp !== "string");
    problems.push(...read.filter((clamp) => typeof clamp === "string"));
  }
  for (const name of Object.keys(state)) if (state[name] === undefined) delete state[name];
  return { state, problems };
}

/** Write the state into the address without a word to the server. */
export function writeLink(state, trace) {
  const url = new URL(location.href);
  const put = (name, value, otherwise) => {
    if (value === null || value === undefined || String(value) === String(otherwise)) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  };
  put("timestep", state.timestep + 1);
  put("unit", state.unit);
  put("layer", trace.layers > 1 ? state.layer + 1 : null);
  put("operation", state.byOperation ? state.operation + 1 : null);
  put("quantity", state.quantity, "forget_gate");
  put("output", state.quantity === "prediction" ? state.output : null);
  put("width", state.width);
  put("panel", state.panel, "why");
  put("order", state.order, "index");
  put("decimals", state.precision, 3);
  put("pins", state.pins.join(","), "");
  put("clamps", state.clamps.map(writeClamp).join(","), "");
  put("loss_at", state.lossAt === null ? null : state.lossAt + 1);
  put("checkpoint", state.checkpoint, "newest");
  put("beside", state.beside ? `${state.beside.kind}:${state.beside.value}` : null);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
