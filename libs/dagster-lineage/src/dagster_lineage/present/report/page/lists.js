// The tabs of the panel, and the lists of findings and changes.

const TABS = [['asset', 'Asset'], ['list', 'List'], ['findings', `Findings (${data.findings.length})`]];
if (data.base) TABS.push(['changes', `Changes (${data.changes.length})`]);

for (const [name, label] of TABS) {
  byId('tabs').append(make('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `pane-${name}`,
    onclick: () => showTab(name) }, label));
}
byId('tabs').addEventListener('keydown', event => {
  const at = TABS.findIndex(([name]) => name === chosen.tab);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const [name] = TABS[(next + TABS.length) % TABS.length];
  showTab(name);
  byId(`tab-${name}`).focus();
});

function showTab(name) {
  chosen.tab = name;
  for (const [one] of TABS) {
    byId(`tab-${one}`).setAttribute('aria-selected', one === name);
    byId(`tab-${one}`).setAttribute('tabindex', one === name ? 0 : -1);
    byId(`pane-${one}`).hidden = one !== name;
  }
}

const subjects = boxes => boxes.map(asset => make('div', {}, assetButton(asset)));

function findingCard(at) {
  const [project, code, rule, level, place, message, fix, owners, assets, column] = data.findings[at];
  const jump = column >= 0 ? [make('div', {}, columnButton(column, `${keyOf(assetOfColumn[column])}#${columnName(column)}`))] : [];
  return [
    make('span', { class: `chip ${T[level]}` }, T[level]), make('strong', {}, `${text(code)} ${text(rule)}`),
    make('p', {}, ...withCode(text(message))),
    make('p', { class: 'under' }, ...withCode(text(fix))),
    make('p', { class: 'under code' }, ...placeLink(text(place))),
    make('p', { class: 'under' }, [project >= 0 ? projectName(project) : '', ...owners.map(text)].filter(Boolean).join(' · ')),
    ...subjects(assets), ...jump,
  ];
}

function changeCard(at) {
  const [project, level, kind, fails, place, message, settled, readers, owners, assets] = data.changes[at];
  return [
    make('span', { class: `chip ${T[level]}` }, `${LEVEL_SIGNS[T[level]] || ''} ${T[level]}`), make('strong', {}, text(kind)),
    ...(fails ? [' ', make('span', { class: 'chip breaking' }, 'breaks a reader')] : []),
    make('p', {}, text(message)),
    ...(readers.length ? [make('p', { class: 'under' }, 'Breaks:'), listOf(readers, text)] : []),
    ...(settled ? [make('p', { class: 'under' }, `Settled: ${text(settled)}`)] : []),
    make('p', { class: 'under code' }, ...placeLink(text(place))),
    make('p', { class: 'under' }, [project >= 0 ? projectName(project) : '', ...owners.map(text)].filter(Boolean).join(' · ')),
    ...subjects(assets),
  ];
}

// A row without assets matches the filter of its project.
const matchesFilter = (row, assets) => !filtering || (row[assets].length ? row[assets].some(asset => matching[asset])
  : !filter.owner && (!filter.project || row[0] === Number(filter.project)));

function showLists() {
  const numbers = (rows, assets) => rows.map((_, at) => at).filter(at => matchesFilter(rows[at], assets));
  const findings = numbers(data.findings, 8);
  byId('pane-findings').replaceChildren(make('h2', {}, counted(findings.length, 'finding')),
    findings.length ? listOf(findings, findingCard, 'cards') : make('p', { class: 'under' }, 'No findings.'));
  if (!data.base) return;
  const changes = numbers(data.changes, 9);
  byId('pane-changes').replaceChildren(make('h2', {}, counted(changes.length, 'change')),
    make('p', { class: 'under' }, `Work tree compared with ${data.base.replace(INVISIBLE_CHARACTERS, '\ufffd')}.`),
    changes.length ? listOf(changes, changeCard, 'cards') : make('p', { class: 'under' }, 'The interfaces are unchanged.'));
}

listeners.push(what => {
  if (what === 'filter') showLists();
  if (what === 'selection') showTab(chosen.asset < 0 && chosen.tab === 'asset' ? 'list' : chosen.tab);
});
