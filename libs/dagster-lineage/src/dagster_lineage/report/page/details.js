// The panel of one asset, and of the column that is chosen in it.

const SHOWN_AT_FIRST = 60;

function showAsset() {
  const pane = byId('pane-asset');
  const asset = chosen.asset;
  const again = pane.dataset.asset === String(asset) ? pane.scrollTop : 0;
  const hadFocus = pane.contains(document.activeElement) && document.activeElement.dataset.column;
  pane.replaceChildren();
  pane.dataset.asset = asset;
  if (asset < 0) {
    pane.append(make('p', { class: 'under' }, 'Choose an asset in the graph, in the list or by search.'));
    return;
  }
  pane.append(
    make('h2', {}, keyOf(asset)),
    make('p', { class: 'under' }, `${projectName(projectOf(asset))}`),
    factList(asset),
    ...columnLineage(),
    ...section('Problems', (problemsOf.get(asset) || []).map(problemCard), 'cards'),
    ...section('Changes', (changesOf.get(asset) || []).map(changeCard), 'cards'),
    ...columnsTable(asset),
    ...assetLinks('Upstream', upstreamOf(asset)),
    ...assetLinks('Downstream', [...new Set(readersOf(asset))]),
    ...section('Checks', data.checks[asset].map(checkLine)),
    ...section('Exposures', (exposuresOf.get(asset) || []).map(at => exposureLine(data.exposures[at]))),
    ...section('Jobs, schedules and sensors', (jobsOf.get(asset) || []).map(at => jobLine(data.jobs[at]))),
  );
  pane.scrollTop = again;
  if (hadFocus) pane.querySelector(`table [data-column="${Number(hadFocus)}"]`)?.focus();
}

function section(title, items, style = 'rows') {
  if (!items.length) return [];
  return [make('h3', {}, `${title} (${items.length})`), listOf(items, style)];
}

// A list that shows its beginning, and the rest when it is asked for.
function listOf(items, style = 'rows') {
  const list = make('ul', { class: style });
  const wrapped = items.map(item => make('li', {}, ...[item].flat()));
  list.append(...wrapped.slice(0, SHOWN_AT_FIRST));
  const rest = wrapped.slice(SHOWN_AT_FIRST);
  if (rest.length) {
    const button = make('button', { type: 'button', onclick: () => {
      button.parentElement.remove();
      list.append(...rest);
      rest[0].querySelector('button')?.focus();
    } }, `Show ${counted(rest.length, 'more', 'more')}`);
    list.append(make('li', {}, button));
  }
  return list;
}

function factList(asset) {
  const list = make('dl', {});
  const owners = ownersOf(asset).map(text).join(', ');
  for (const [label, value] of [['Owners', owners || 'none'], ...factsOf(asset)]) {
    list.append(make('dt', {}, label), make('dd', { class: label.endsWith(' at') || label === 'Table' ? 'code' : '' }, value));
  }
  return list;
}

function columnsTable(asset) {
  const count = columnCount(asset);
  if (!count) return [make('h3', {}, 'Columns'), make('p', { class: 'under' }, 'Its columns are not known.')];
  const rows = [];
  for (let column = firstColumn(asset); column < firstColumn(asset) + count; column++) {
    const marks = data.marks[column];
    const picked = column === chosen.column;
    rows.push(make('tr', { class: picked ? 'on' : '' },
      make('td', {}, columnButton(column, columnName(column))),
      make('td', { class: 'code' }, text(data.types[column]) || '–'),
      make('td', {}, ...chips([[marks & NOT_NULL, 'not null'], [marks & UNIQUE, 'unique'], [marks & UNTOLD, 'only read, not told']]))));
  }
  return [make('h3', { id: 'columns-title' }, `Columns (${count})`),
    make('table', { 'aria-labelledby': 'columns-title' },
      make('thead', {}, make('tr', {}, ...['Column', 'Type', 'Promises'].map(name => make('th', { scope: 'col' }, name)))),
      make('tbody', {}, ...rows))];
}

const chips = pairs => pairs.filter(([wanted]) => wanted).map(([, label]) => make('span', { class: 'chip' }, label));

function columnButton(column, label) {
  const picked = column === chosen.column;
  return make('button', { type: 'button', class: 'link code', 'data-column': column, 'aria-pressed': picked ? 'true' : 'false',
    onclick: () => choose(assetOfColumn[column], picked ? -1 : column, { move: assetOfColumn[column] !== chosen.asset }) }, label);
}

function assetButton(asset, label = keyOf(asset)) {
  return make('button', { type: 'button', class: 'link', 'data-goto': asset, onclick: () => choose(asset) }, label);
}

function assetLinks(title, assets) {
  return section(title, assets.map(asset => [assetButton(asset),
    make('span', { class: 'under' }, ` ${projectName(projectOf(asset))}`)]));
}

// The way of the chosen column as text: from its sources to what is computed from it.
function columnLineage() {
  if (chosen.column < 0) return [];
  const { up, down, users } = chosen.lit;
  const way = (title, columns, none) => columns.length
    ? [make('h4', {}, `${title} (${columns.length})`), listOf(inOrder(columns).map(columnLine))]
    : [make('h4', {}, title), make('p', { class: 'under' }, none)];
  const other = users.map(({ reader, column, sure }) => [assetButton(reader), make('span', { class: 'under' },
    ` ${sure ? 'filters, joins or computes with' : 'reads the table of; which columns is not known:'} ${keyOf(assetOfColumn[column])}#${columnName(column)}`)]);
  return [make('h3', {}, `Lineage of ${columnName(chosen.column)}`),
    make('div', { class: 'path', role: 'region', 'aria-label': `Lineage of column ${columnName(chosen.column)}` },
      ...way('Comes from', up, 'No column that is known.'),
      ...way('Goes into', down, 'No other column.'),
      ...(other.length ? [make('h4', {}, `Used without being passed on (${other.length})`), listOf(other)] : []),
      make('button', { type: 'button', onclick: () => choose(chosen.asset, -1, { move: false }) }, 'Clear the column'))];
}

const stackOf = [];
data.stacks.forEach((stack, at) => stack.forEach(project => { stackOf[project] = at; }));
function inOrder(columns) {
  const rank = column => {
    const asset = assetOfColumn[column];
    return [stackOf[projectOf(asset)], projectOf(asset), layerOf(asset), asset, column];
  };
  return columns.map(column => [rank(column), column])
    .sort(([one], [other]) => { const at = one.findIndex((part, place) => part !== other[place]); return at < 0 ? 0 : one[at] - other[at]; })
    .map(([, column]) => column);
}

const columnLine = column => [columnButton(column, `${keyOf(assetOfColumn[column])}#${columnName(column)}`),
  make('span', { class: 'under' }, ` ${projectName(projectOf(assetOfColumn[column]))}${data.marks[column] & COPY ? ', a copy' : ''}`)];

const checkLine = ([name, kind, marks, place, columns]) => [make('span', {}, text(name)), ' ',
  ...chips([[true, text(kind) || 'check'], [marks & BLOCKING, 'blocking'], [marks & INVISIBLE, 'no asset check']]),
  make('div', { class: 'under code' }, [columns.map(text).join(', '), text(place)].filter(Boolean).join(' · '))];
const exposureLine = ([, name, type, owner, place]) => [make('span', {}, text(name)), ' ', ...chips([[T[type], text(type)]]),
  make('div', { class: 'under' }, [text(owner), text(place)].filter(Boolean).join(' · '))];
const jobLine = ([, name, kind, cron, place]) => [make('span', {}, text(name)), ' ', ...chips([[true, text(kind)]]),
  make('div', { class: 'under' }, [text(cron), text(place)].filter(Boolean).join(' · '))];

listeners.push(what => { if (what === 'choice') showAsset(); });
