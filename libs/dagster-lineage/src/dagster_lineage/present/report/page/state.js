// What is chosen: an asset, a column of it, a filter. Whoever shows something is told of a change.

const chosen = { asset: -1, column: -1, lit: null, tab: 'list' };
const filter = { project: '', owner: '', problems: false, changed: false };
const fits = new Uint8Array(COUNT).fill(1);
let filtering = false;
const listeners = [];
const changed = what => listeners.forEach(listener => listener(what));

// Choose an asset, and with it perhaps a column. Its project opens; `move` brings it into view.
function choose(asset, column = -1, { move = true } = {}) {
  chosen.asset = asset;
  chosen.column = column;
  chosen.lit = asset < 0 ? null : column >= 0 ? trace(column) : around(asset);
  if (asset >= 0) {
    chosen.tab = 'asset';
    // Opening a project in front of this one moves everything: then the place is lost anyway.
    if (!isOpen(asset)) { setOpen([projectOf(asset)], true); move = true; }
  }
  changed('choice');
  if (asset >= 0 && column >= 0) revealLit();
  else if (asset >= 0 && move) reveal(asset);
  say(spoken());
  setTimeout(remember);
}

function spoken() {
  if (chosen.asset < 0) return 'Nothing chosen.';
  const where = `${keyOf(chosen.asset)} of ${projectName(projectOf(chosen.asset))}`;
  if (chosen.column < 0) return `${where}: ${counted(columnCount(chosen.asset), 'column')}.`;
  const { up, down, users } = chosen.lit;
  const parts = [
    `${counted(up.length, 'column')} upstream in ${counted(projectsOfColumns(up), 'project')}`,
    `${counted(down.length, 'column')} downstream in ${counted(projectsOfColumns(down), 'project')}`,
  ];
  if (users.length) parts.push(`${counted(users.length, 'other use')}`);
  return `Column ${columnName(chosen.column)} of ${where}: ${parts.join(', ')}.`;
}

// One step back: first the column, then the asset.
function stepBack() {
  if (chosen.column >= 0) choose(chosen.asset, -1, { move: false });
  else if (chosen.asset >= 0) choose(-1);
}

function setOpen(projects, wanted) {
  for (const project of projects) if (wanted) open.add(project); else open.delete(project);
  placeAll();
  changed('places');
}

function applyFilter() {
  filtering = Boolean(filter.project || filter.owner || filter.problems || filter.changed);
  let count = 0;
  for (let asset = 0; asset < COUNT; asset++) {
    fits[asset] = (!filter.project || projectOf(asset) === Number(filter.project))
      && (!filter.owner || ownersOf(asset).includes(Number(filter.owner)))
      && (!filter.problems || problemsOf.has(asset))
      && (!filter.changed || changesOf.has(asset)) ? 1 : 0;
    count += fits[asset];
  }
  changed('filter');
  say(filtering ? `${counted(count, 'asset')} of ${digits(COUNT)} fit.` : `All ${counted(COUNT, 'asset')}.`);
}

// The choice is in the address, so that it can be sent to somebody.
function remember() {
  const parts = new URLSearchParams();
  if (chosen.asset >= 0) parts.set('asset', T[data.assets[chosen.asset][1]]);
  if (chosen.column >= 0) parts.set('column', T[data.names[chosen.column]]);
  try { history.replaceState(null, '', parts.size ? `#${parts}` : '#'); } catch { /* a frame without an address */ }
}

function recall() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const key = parts.get('asset');
  const asset = key === null ? -1 : data.assets.findIndex(one => T[one[1]] === key);
  if (asset < 0) return;
  const name = parts.get('column');
  let column = -1;
  for (let one = data.first[asset]; name !== null && one < data.first[asset + 1]; one++) if (T[data.names[one]] === name) column = one;
  choose(asset, column);
}
