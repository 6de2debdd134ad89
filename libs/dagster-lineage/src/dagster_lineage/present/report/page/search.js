// The search box over keys and columns, and the filters. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const input = byId('search'), found = byId('found');
const ASSETS_FOUND = 20, COLUMNS_FOUND = 30;
const foldedKeys = data.assets.map(one => T[one[1]].toLowerCase());
const foldedTexts = new Map();
const foldedName = column => {
  const number = data.names[column];
  if (!foldedTexts.has(number)) foldedTexts.set(number, T[number].toLowerCase());
  return foldedTexts.get(number);
};
let results = [], current = -1;

// The nearer a match is to the beginning and the end of the name, the better.
function rank(name, word) {
  const at = name.lastIndexOf(word);
  const tail = name.slice(name.lastIndexOf('/') + 1);
  return tail === word ? 0 : tail.startsWith(word) ? 1 : tail.includes(word) ? 2 : at >= 0 ? 3 : 4;
}

// Every word must be in the key; for columns, the last one in the name of the column: `orders status`.
function look(words) {
  const last = words[words.length - 1];
  const assets = [], columns = [];
  for (let asset = 0; asset < COUNT; asset++) {
    const key = foldedKeys[asset];
    if (words.every(word => key.includes(word))) assets.push([rank(key, last) * 1000 + key.length, asset, -1]);
    if (!words.slice(0, -1).every(word => key.includes(word))) continue;
    for (let column = data.first[asset]; column < data.first[asset + 1]; column++) {
      const name = foldedName(column);
      if (name.includes(last)) columns.push([rank(name, last) * 1000 + name.length, asset, column]);
    }
  }
  const best = (list, count) => list.sort((one, other) => one[0] - other[0] || one[1] - other[1]).slice(0, count);
  return { list: [...best(assets, ASSETS_FOUND), ...best(columns, COLUMNS_FOUND)], count: assets.length + columns.length };
}

function search() {
  const words = input.value.toLowerCase().split(/[\s#]+/).filter(Boolean);
  const { list, count } = words.length ? look(words) : { list: [], count: 0 };
  results = list;
  current = list.length ? 0 : -1;
  found.replaceChildren(...list.map(([, asset, column], at) => make('li', { role: 'option', id: `found-${at}`, 'data-at': at },
    make('span', { class: 'bidi' }, column < 0 ? keyOf(asset) : `${keyOf(asset)}#${columnName(column)}`),
    make('span', { class: 'where' }, column < 0 ? `asset of ${projectName(projectOf(asset))}` : 'column'))));
  found.hidden = !list.length;
  input.setAttribute('aria-expanded', list.length > 0);
  mark();
  if (words.length) announce(list.length ? `${counted(count, 'result')}.` : 'No results.');
}

function mark() {
  [...found.children].forEach((item, at) => item.setAttribute('aria-selected', at === current));
  if (current >= 0) {
    input.setAttribute('aria-activedescendant', `found-${current}`);
    found.children[current].scrollIntoView({ block: 'nearest' });
  } else input.removeAttribute('aria-activedescendant');
}

function closeFound() {
  found.hidden = true;
  input.setAttribute('aria-expanded', 'false');
  input.removeAttribute('aria-activedescendant');
}

function take(at) {
  if (!results[at]) return;
  const [, asset, column] = results[at];
  closeFound();
  setFocused(asset, -1);
  choose(asset, column);
}

input.addEventListener('input', search);
input.addEventListener('focus', () => { if (input.value) search(); });
input.addEventListener('blur', () => setTimeout(closeFound, 120));
found.addEventListener('pointerdown', event => event.preventDefault());
found.addEventListener('click', event => take(Number(event.target.closest('li').dataset.at)));
input.addEventListener('keydown', event => {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && results.length) {
    event.preventDefault();
    if (found.hidden) search();
    else current = (current + move + results.length) % results.length;
    mark();
  } else if (event.key === 'Enter') {
    if (found.hidden) search();
    take(current);
  } else if (event.key === 'Escape') {
    event.stopPropagation();
    if (found.hidden) input.value = '';
    closeFound();
  }
});

document.addEventListener('keydown', event => {
  const typing = event.target.closest('input[type="text"], select');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    input.focus();
    input.select();
  } else if (event.key === 'Escape' && !typing) stepBack();
});

data.projects.forEach((_, project) => byId('by-project').append(make('option', { value: project }, projectName(project))));
[...new Set(data.assets.flatMap(one => one[5]))].sort((one, other) => (text(one) < text(other) ? -1 : 1))
  .forEach(owner => byId('by-owner').append(make('option', { value: owner }, text(owner))));
byId('by-changed-label').hidden = !data.base;
for (const [id, name] of [['by-project', 'project'], ['by-owner', 'owner'], ['by-findings', 'findings'], ['by-changed', 'changed']]) {
  byId(id).addEventListener('change', event => {
    filter[name] = event.target.type === 'checkbox' ? event.target.checked : event.target.value;
    applyFilter();
  });
}
