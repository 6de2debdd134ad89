// What the page shows: numbers that `report/document.py` wrote, and how they are read.

const data = JSON.parse(document.getElementById('data').textContent);
const COUNT = data.assets.length;
const NOT_NULL = 1, UNIQUE = 2, COPY = 4, UNTOLD = 8;
const BLOCKING = 1, INVISIBLE = 2;

// Letters that are not seen could turn a name around, or make two look alike.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const T = data.texts;
const text = number => T[number].replace(UNSEEN, '\ufffd');

const projectOf = asset => data.assets[asset][0];
const keyOf = asset => text(data.assets[asset][1]);
const kindOf = asset => T[data.assets[asset][2]];
const layerOf = asset => data.assets[asset][3];
const rowOf = asset => data.assets[asset][4];
const ownersOf = asset => data.assets[asset][5];
const projectName = project => text(data.projects[project][0]);
const isOutsideProject = project => !data.projects[project][2] && project === data.projects.length - 1;
const firstColumn = asset => data.first[asset];
const columnCount = asset => data.first[asset + 1] - data.first[asset];
const columnName = column => text(data.names[column]);
const isOutside = asset => ['external', 'missing', 'removed'].includes(kindOf(asset));

function nameOf(asset) {
  // The last part of the key; a slash that belongs to a part is written with a backslash.
  const parts = keyOf(asset).match(/(?:\\.|[^/])+/g) || [''];
  return parts[parts.length - 1].replace(/\\\//g, '/');
}

function factsOf(asset) {
  const numbers = data.assets[asset][6];
  const found = [];
  for (let at = 0; at < numbers.length; at += 2) found.push([T[numbers[at]], text(numbers[at + 1])]);
  return found;
}

function fact(asset, label) {
  const numbers = data.assets[asset][6];
  for (let at = 0; at < numbers.length; at += 2) if (T[numbers[at]] === label) return T[numbers[at + 1]];
  return '';
}

const assetsOfProject = data.projects.map(() => []);
for (let asset = 0; asset < COUNT; asset++) assetsOfProject[projectOf(asset)].push(asset);

function listedBy(rows, boxes) {
  const found = new Map();
  rows.forEach((row, at) => row[boxes].forEach(asset => {
    if (!found.has(asset)) found.set(asset, []);
    found.get(asset).push(at);
  }));
  return found;
}
const problemsOf = listedBy(data.problems, 8);
const changesOf = listedBy(data.changes, 9);
const exposuresOf = listedBy(data.exposures, 5);
const jobsOf = listedBy(data.jobs, 5);

const LEVELS = ['breaking', 'deprecated', 'compatible', 'added', 'internal'];
const LEVEL_SIGNS = { breaking: '✕', deprecated: '⌛', compatible: '~', added: '+', internal: '·' };

function worstChange(asset) {
  const levels = (changesOf.get(asset) || []).map(at => T[data.changes[at][1]]);
  return LEVELS.find(level => levels.includes(level)) || '';
}

// Elements are made of names that this script knows; everything from the data is text.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

function draw(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

// A long name breaks after its joints, not in the middle of a word.
const breakable = string => string.split(/(?<=[_/.#-])/).flatMap(part => [part, document.createElement('wbr')]).slice(0, -1);

// A message of a rule has names between backticks.
const worded = string => string.split(/`([^`]+)`/).map((part, at) => at % 2 ? make('code', {}, ...breakable(part)) : part);

const byId = id => document.getElementById(id);
const written = new Intl.NumberFormat('en');
const digits = count => written.format(count);
const counted = (count, one, more) => `${digits(count)} ${count === 1 ? one : more || one + 's'}`;
const say = message => { byId('said').textContent = message; };
