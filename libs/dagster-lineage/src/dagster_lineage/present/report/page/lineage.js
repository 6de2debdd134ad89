// Readers and origins of assets and columns.

// The neighbors of numbers 0 … count - 1 in two flat arrays, from pairs (from, to).
function neighbors(count, pairs) {
  const start = new Int32Array(count + 1);
  for (let at = 0; at < pairs.length; at += 2) start[pairs[at] + 1]++;
  for (let at = 0; at < count; at++) start[at + 1] += start[at];
  const next = start.slice(0, count);
  const ends = new Int32Array(pairs.length / 2);
  for (let at = 0; at < pairs.length; at += 2) ends[next[pairs[at]]++] = pairs[at + 1];
  return number => ends.subarray(start[number], start[number + 1]);
}

const assetPairs = [];
for (let reader = 0; reader < COUNT; reader++) {
  const reads = data.reads[reader];
  for (let at = 0; at < reads.length; at += 2) assetPairs.push(reads[at], reader);
}
const readersOf = neighbors(COUNT, assetPairs);
const upstreamOf = asset => data.reads[asset].filter((_, at) => at % 2 === 0);

// Whether a reader uses a column of an asset: true, false, or undefined where it is unknown.
function uses(reader, asset, column) {
  const reads = data.reads[reader];
  for (let at = 0; at < reads.length; at += 2) {
    if (reads[at] !== asset) continue;
    const used = reads[at + 1];
    return used === 0 ? undefined : used === 1 || used.includes(column - firstColumn(asset));
  }
  return false;
}

const assetOfColumn = new Int32Array(data.names.length);
for (let asset = 0; asset < COUNT; asset++) assetOfColumn.fill(asset, data.first[asset], data.first[asset + 1]);

const originsOf = column => {
  const origins = data.origins[column];
  return origins === -1 ? [] : typeof origins === 'number' ? [origins] : origins;
};
let columnReaders = null;
function columnsFrom(column) {
  if (!columnReaders) {
    const pairs = [];
    for (let one = 0; one < data.names.length; one++) for (const origin of originsOf(one)) pairs.push(origin, one);
    columnReaders = neighbors(data.names.length, pairs);
  }
  return columnReaders(column);
}

function reached(column, next) {
  const seen = new Uint8Array(data.names.length);
  seen[column] = 1;
  const found = [column];
  for (let at = 0; at < found.length; at++) {
    for (const other of next(found[at])) if (!seen[other]) { seen[other] = 1; found.push(other); }
  }
  return found.slice(1);
}

// The lineage of a column: its origins, the columns computed from it, and its other uses.
function trace(column) {
  const up = reached(column, originsOf);
  const down = reached(column, columnsFrom);
  const assets = new Map();
  for (const one of [column, ...up, ...down]) {
    const asset = assetOfColumn[one];
    if (assets.has(asset)) assets.get(asset).push(one); else assets.set(asset, [one]);
  }
  const edges = new Set();
  for (const one of [column, ...up]) {
    for (const origin of originsOf(one)) edges.add(assetOfColumn[origin] * COUNT + assetOfColumn[one]);
  }
  // A filter, a join or a Python reader uses a column without passing it on.
  const users = [];
  const passed = new Int32Array(COUNT).fill(-1);
  for (const one of [column, ...down]) {
    const asset = assetOfColumn[one];
    for (const later of columnsFrom(one)) {
      passed[assetOfColumn[later]] = one;
      edges.add(asset * COUNT + assetOfColumn[later]);
    }
    for (const reader of readersOf(asset)) {
      if (passed[reader] === one) continue;
      const used = uses(reader, asset, one);
      if (used === false) continue;
      users.push({ reader, column: one, sure: used === true });
      if (!used) continue;
      edges.add(asset * COUNT + reader);
      if (!assets.has(reader)) assets.set(reader, []);
    }
  }
  return { column, up, down, users, assets, edges };
}

// An asset and its direct neighbors.
function around(asset) {
  const assets = new Map([[asset, []]]);
  const edges = new Set();
  for (const one of upstreamOf(asset)) { assets.set(one, []); edges.add(one * COUNT + asset); }
  for (const one of readersOf(asset)) { assets.set(one, []); edges.add(asset * COUNT + one); }
  return { column: -1, assets, edges };
}

// An asset, everything upstream and everything downstream of it.
function wholePath(asset) {
  const assets = new Map([[asset, []]]);
  const edges = new Set();
  const follow = (next, edge) => {
    const seen = new Set([asset]);
    for (const one of seen) {
      for (const other of next(one)) { seen.add(other); assets.set(other, []); edges.add(edge(one, other)); }
    }
  };
  follow(upstreamOf, (one, other) => other * COUNT + one);
  follow(readersOf, (one, other) => one * COUNT + other);
  return { column: -1, assets, edges };
}

function projectsOfColumns(columns) {
  const seen = new Set();
  for (const one of columns) seen.add(projectOf(assetOfColumn[one]));
  return seen.size;
}
