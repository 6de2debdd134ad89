// The panel of the selected asset and its selected column.

const SMALL_SCREEN = matchMedia('(max-width: 820px), (max-height: 560px)');  // as in page.css
const SHOWN_AT_FIRST = 40, SHOWN_MORE = 500;

function showAsset() {
  const pane = byId('pane-asset');
  const asset = chosen.asset;
  // For another column of the same asset, the rest keeps its scroll position and focus.
  if (asset >= 0 && pane.dataset.asset === String(asset)) { showColumn(pane); return; }
  pane.dataset.asset = asset;
  if (asset < 0) {
    pane.replaceChildren(make('p', { class: 'under' }, 'Select an asset in the graph, in the list or by search.'), ...unknownFacts());
    return;
  }
  pane.replaceChildren(
    make('h2', {}, ...breakable(keyOf(asset))),
    make('p', { class: 'under' }, [projectName(projectOf(asset)), ...ownersOf(asset).map(text)].join(' · ')),
    ...(data.described[asset] ? [make('p', { class: 'described' }, text(data.described[asset]))] : []),
    wholeButton(asset),
    ...section('Findings', findingsOf.get(asset) || [], findingCard, 'cards'),
    ...section('Changes', changesOf.get(asset) || [], changeCard, 'cards'),
    ...columnsTable(asset),
    make('div', { class: 'column-lineage' }, ...columnLineage()),
    make('h3', {}, 'Details'),
    factList(asset),
    ...sqlOf(asset),
    ...assetLinks('Upstream', upstreamOf(asset)),
    ...assetLinks('Downstream', [...new Set(readersOf(asset))]),
    ...section('Checks', data.checks[asset], checkLine),
    ...section('Exposures', exposuresOf.get(asset) || [], exposureLine),
    ...section('Jobs, schedules and sensors', jobsOf.get(asset) || [], jobLine),
  );
  pane.scrollTop = 0;
  // On a small screen the page itself is scrolled: go to the top of the panel.
  if (SMALL_SCREEN.matches && byId('panel').getBoundingClientRect().top < 0) byId('panel').scrollIntoView();
  if (chosen.column >= 0) keepInView(pane.querySelector('tr.on'));
}

// What the interface of a project does not know, and why.
function unknownFacts() {
  return all.filter(project => data.projects[project][6].length).flatMap(project => [
    make('h3', {}, `Unknown in ${projectName(project)}`), listOf(data.projects[project][6], text)]);
}

// A button only where the whole path has more than the direct neighbors.
function wholeButton(asset) {
  const more = wholePath(asset).assets.size - around(asset).assets.size;
  const label = chosen.whole ? 'Show direct neighbors' : `Show the whole path (${counted(more, 'more asset')})`;
  return make('button', { type: 'button', class: 'whole', hidden: !more || chosen.column >= 0, onclick: toggleWhole }, label);
}

function showColumn(pane) {
  const before = pane.querySelector('.whole');
  const hadFocus = before === document.activeElement;
  const button = wholeButton(chosen.asset);
  before.replaceWith(button);
  if (hadFocus) button.focus();
  for (const row of pane.querySelectorAll('tbody tr')) {
    const button = row.querySelector('button');
    const picked = Number(button.dataset.column) === chosen.column;
    row.setAttribute('class', picked ? 'on' : '');
    button.setAttribute('aria-pressed', picked ? 'true' : 'false');
  }
  pane.querySelector('.column-lineage').replaceChildren(...columnLineage());
}

// Scroll the table only, so that the name of the asset stays visible.
function keepInView(row) {
  const around = row?.closest('.scroll');
  if (around) around.scrollTop = Math.max(0, row.offsetTop - around.clientHeight / 2);
}

// A heading and a list; `render` returns the content of one entry.
function section(title, entries, render, style = 'rows') {
  if (!entries.length) return [];
  return [make('h3', {}, `${title} (${digits(entries.length)})`), listOf(entries, render, style)];
}

// A list that shows its first entries, and more of them on request.
function listOf(entries, render, style = 'rows') {
  const list = make('ul', { class: style });
  const append = from => {
    const shown = entries.slice(from, from + (from ? SHOWN_MORE : SHOWN_AT_FIRST));
    const items = shown.map(entry => make('li', {}, ...[render(entry)].flat()));
    list.append(...items);
    const left = entries.length - from - shown.length;
    if (left > 0) {
      const more = make('li', {}, make('button', { type: 'button', onclick: () => {
        more.remove();
        append(from + shown.length)?.querySelector('button')?.focus();
      } }, `Show more (${digits(left)} left)`));
      list.append(more);
    }
    return items[0];
  };
  append(0);
  return list;
}

function factList(asset) {
  const list = make('dl', {});
  const owners = ownersOf(asset).map(text).join(', ');
  for (const [label, value] of [['Owners', owners || 'none'], ...factsOf(asset)]) {
    list.append(make('dt', {}, label), make('dd', { class: label.endsWith(' at') || label === 'Table' ? 'code' : '' },
      ...(label.endsWith(' at') ? placeLink(value) : breakable(value))));
  }
  return list;
}

// A place as a link to the file at the host of the repository.
function placeLink(place) {
  const [, file, line] = place.match(/^(.*?):(\d+)(?: \(uncertain\))?$/) || [];
  if (!data.link || !file || file.includes('://')) return breakable(place);
  const path = file.split('/').map(encodeURIComponent).join('/');
  const href = data.link.replace('{path}', () => path).replace('{line}', line);
  return [make('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...breakable(place))];
}

function sqlOf(asset) {
  if (!data.sql[asset]) return [];
  const lines = T[data.sql[asset]].split('\n').map(line => line.replace(/\t/g, '    ').replace(INVISIBLE_CHARACTERS, '\ufffd'));
  return [make('details', { class: 'sql' }, make('summary', {}, `SQL (${counted(lines.length, 'line')})`),
    make('pre', { class: 'code', tabindex: 0, 'aria-label': 'SQL' }, lines.join('\n')))];
}

function columnsTable(asset) {
  const count = columnCount(asset);
  if (!count) return [make('h3', {}, 'Columns'), make('p', { class: 'under' }, 'Columns unknown.')];
  const rows = [];
  for (let column = firstColumn(asset); column < firstColumn(asset) + count; column++) {
    const flags = data.flags[column];
    const picked = column === chosen.column;
    rows.push(make('tr', { class: picked ? 'on' : '' },
      make('td', {}, columnButton(column, columnName(column)),
        ...(data.column_described[column] ? [make('div', { class: 'under described' }, text(data.column_described[column]))] : [])),
      make('td', { class: 'code' }, ...breakable(text(data.types[column]) || '–')),
      make('td', {}, ...chips([[flags & NOT_NULL, 'not null'], [flags & UNIQUE, 'unique'], [flags & UNDECLARED, 'not in the interface'],
        [flags & CONSTANT, 'constant'], [flags & UNKNOWN_ORIGIN, 'unknown origin']]))));
  }
  return [make('h3', { id: 'columns-title' }, `Columns (${count})`),
    make('div', { class: 'scroll' }, make('table', { 'aria-labelledby': 'columns-title' },
      make('thead', {}, make('tr', {}, ...['Column', 'Type', 'Constraints'].map(name => make('th', { scope: 'col' }, name)))),
      make('tbody', {}, ...rows)))];
}

const chips = pairs => pairs.filter(([wanted]) => wanted).map(([, label]) => make('span', { class: 'chip' }, label));

function columnButton(column, label) {
  return make('button', { type: 'button', class: 'link code', 'data-column': column, 'aria-pressed': column === chosen.column ? 'true' : 'false',
    onclick: () => choose(assetOfColumn[column], column === chosen.column ? -1 : column, { move: assetOfColumn[column] !== chosen.asset }) },
  ...breakable(label));
}

function assetButton(asset, label = keyOf(asset)) {
  return make('button', { type: 'button', class: 'link', 'data-goto': asset, onclick: () => choose(asset) }, ...breakable(label));
}

function assetLinks(title, assets) {
  return section(title, assets, asset => [assetButton(asset),
    make('span', { class: 'under' }, ` ${projectName(projectOf(asset))}`)]);
}

// The lineage of the selected column as text: from its sources to the columns computed from it.
function columnLineage() {
  if (chosen.column < 0) return [];
  const { up, down, users } = chosen.lit;
  const part = (title, columns, none) => columns.length
    ? [make('h4', {}, `${title} (${digits(columns.length)})`), listOf(columns, columnLine)]
    : [make('h4', {}, title), make('p', { class: 'under' }, none)];
  const user = ({ reader, column, sure }) => [assetButton(reader), make('span', { class: 'under' },
    ` ${sure ? 'filters, joins or computes with' : 'reads the table; the columns are unknown:'} ${keyOf(assetOfColumn[column])}#${columnName(column)}`)];
  return [make('h3', {}, `Lineage of ${columnName(chosen.column)}`),
    make('div', { class: 'path', role: 'region', 'aria-label': `Lineage of column ${columnName(chosen.column)}` },
      ...part('Computed from', up, 'No known column.'),
      ...part('Used to compute', down, 'No other column.'),
      ...(users.length ? [make('h4', {}, `Other uses (${digits(users.length)})`), listOf(users, user)] : []),
      make('button', { type: 'button', onclick: () => choose(chosen.asset, -1, { move: false }) }, 'Deselect the column'))];
}

const columnLine = column => [columnButton(column, `${keyOf(assetOfColumn[column])}#${columnName(column)}`),
  make('span', { class: 'under' }, ` ${projectName(projectOf(assetOfColumn[column]))}${data.flags[column] & COPY ? ', a copy' : ''}`)];

const checkLine = ([name, kind, flags, place, columns, result]) => [make('span', {}, text(name)), ' ',
  ...chips([[true, text(kind) || 'check'], [flags & BLOCKING, 'blocking'], [flags & INVISIBLE, 'no asset check']]),
  ...(result ? [make('span', { class: `chip ${T[result].startsWith('succeeded') ? 'added' : 'error'}` }, text(result))] : []),
  make('div', { class: 'under code' }, columns.map(text).join(', '), columns.length && place ? ' · ' : '', ...placeLink(text(place)))];
// Rows of exposures and jobs: project, name, kind, owner or schedule, place.
const nameLine = ([, name, kind, ownerOrCron, place]) => [make('span', {}, text(name)), ' ', ...chips([[T[kind], text(kind)]]),
  make('div', { class: 'under' }, text(ownerOrCron), ownerOrCron && place ? ' · ' : '', ...placeLink(text(place)))];
const exposureLine = at => nameLine(data.exposures[at]);
const jobLine = at => nameLine(data.jobs[at]);

listeners.push(what => { if (what === 'selection') showAsset(); });
