// The selection (an asset and a column) and the filter. Listeners are called after a change.

const chosen = { asset: -1, column: -1, whole: false, lit: null, tab: 'list' };
const filter = { project: '', owner: '', findings: false, changed: false };
const matching = new Uint8Array(COUNT).fill(1);
let filtering = false;
const listeners = [];
const changed = what => listeners.forEach(listener => listener(what));

// Select an asset, and perhaps a column. Its project opens; `move` brings it into view.
function choose(asset, column = -1, { move = true } = {}) {
  if (asset !== chosen.asset) chosen.whole = false;
  chosen.asset = asset;
  chosen.column = column;
  chosen.lit = asset < 0 ? null : column >= 0 ? trace(column) : chosen.whole ? wholePath(asset) : around(asset);
  if (asset >= 0) {
    chosen.tab = 'asset';
    // Opening a project moves the others, so the asset is brought into view in any case.
    if (!isOpen(asset)) { setOpen([projectOf(asset)], true); move = true; }
  }
  changed('selection');
  if (asset >= 0 && column >= 0) revealLit();
  else if (asset >= 0 && move) reveal(asset);
  announce(spoken());
  setTimeout(remember);
}

function spoken() {
  if (chosen.asset < 0) return 'No selection.';
  const where = `${keyOf(chosen.asset)} of ${projectName(projectOf(chosen.asset))}`;
  if (chosen.whole && chosen.column < 0) return `${where}: ${counted(chosen.lit.assets.size - 1, 'asset')} upstream and downstream.`;
  if (chosen.column < 0) return `${where}: ${counted(columnCount(chosen.asset), 'column')}.`;
  const { up, down, users } = chosen.lit;
  const parts = [
    `${counted(up.length, 'column')} upstream in ${counted(projectsOfColumns(up), 'project')}`,
    `${counted(down.length, 'column')} downstream in ${counted(projectsOfColumns(down), 'project')}`,
  ];
  if (users.length) parts.push(`${counted(users.length, 'other use')}`);
  return `Column ${columnName(chosen.column)} of ${where}: ${parts.join(', ')}.`;
}

// Direct neighbors are shown first, the whole path on request.
function toggleWhole() {
  chosen.whole = !chosen.whole;
  choose(chosen.asset, -1, { move: false });
  if (chosen.whole) revealLit();
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
  filtering = Boolean(filter.project || filter.owner || filter.findings || filter.changed);
  let count = 0;
  for (let asset = 0; asset < COUNT; asset++) {
    matching[asset] = (!filter.project || projectOf(asset) === Number(filter.project))
      && (!filter.owner || ownersOf(asset).includes(Number(filter.owner)))
      && (!filter.findings || findingsOf.has(asset))
      && (!filter.changed || changesOf.has(asset)) ? 1 : 0;
    count += matching[asset];
  }
  changed('filter');
  setTimeout(remember);
  announce(filtering ? `${digits(count)} of ${counted(COUNT, 'asset')} match.` : `All ${counted(COUNT, 'asset')}.`);
}

// The selection and the filter are in the address, so that a view can be sent as a link.
function remember() {
  const parts = new URLSearchParams();
  if (chosen.asset >= 0) parts.set('asset', T[data.assets[chosen.asset][1]]);
  if (chosen.column >= 0) parts.set('column', T[data.names[chosen.column]]);
  else if (chosen.whole) parts.set('path', 'whole');
  if (filter.project) parts.set('project', T[data.projects[filter.project][0]]);
  if (filter.owner) parts.set('owner', T[filter.owner]);
  for (const name of ['findings', 'changed']) if (filter[name]) parts.set(name, 'yes');
  try { history.replaceState(null, '', parts.size ? `#${parts}` : '#'); } catch { /* a frame without an address */ }
}

function recall() {
  const parts = new URLSearchParams(location.hash.slice(1));
  recallFilter(parts);
  const key = parts.get('asset');
  const asset = key === null ? -1 : data.assets.findIndex(one => T[one[1]] === key);
  if (asset < 0) return;
  const name = parts.get('column');
  let column = -1;
  for (let one = data.first[asset]; name !== null && one < data.first[asset + 1]; one++) if (T[data.names[one]] === name) column = one;
  choose(asset, column);
  if (column < 0 && parts.get('path') === 'whole') toggleWhole();
}

function recallFilter(parts) {
  const project = data.projects.findIndex(one => T[one[0]] === parts.get('project'));
  const owner = data.assets.flatMap(one => one[5]).find(one => T[one] === parts.get('owner'));
  const wanted = { project: project < 0 ? '' : String(project), owner: owner === undefined ? '' : String(owner),
    findings: parts.has('findings'), changed: Boolean(data.base) && parts.has('changed') };
  if (Object.keys(wanted).every(name => wanted[name] === filter[name])) return;
  Object.assign(filter, wanted);
  byId('by-project').value = filter.project;
  byId('by-owner').value = filter.owner;
  byId('by-findings').checked = filter.findings;
  byId('by-changed').checked = filter.changed;
  applyFilter();
}
addEventListener('hashchange', recall);
