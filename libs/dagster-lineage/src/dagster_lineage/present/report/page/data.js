// The data of the page, written by `report/document.py` and `report/rows.py`, and functions that read it.

const data = JSON.parse(document.getElementById('data').textContent);
const COUNT = data.assets.length;
const NOT_NULL = 1, UNIQUE = 2, COPY = 4, UNDECLARED = 8, CONSTANT = 16, UNKNOWN_ORIGIN = 32;
const BLOCKING = 1, INVISIBLE = 2;

// Invisible characters could reverse a name, or make two names look the same.
const INVISIBLE_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const T = data.texts;
const text = number => T[number].replace(INVISIBLE_CHARACTERS, '\ufffd');

const projectOf = asset => data.assets[asset][0];
const keyOf = asset => text(data.assets[asset][1]);
const kindOf = asset => T[data.assets[asset][2]];
const layerOf = asset => data.assets[asset][3];
const rowOf = asset => data.assets[asset][4];
const ownersOf = asset => data.assets[asset][5];
const projectName = project => text(data.projects[project][0]);
const isOutsideProject = project => project >= data.locations;
const firstColumn = asset => data.first[asset];
const columnCount = asset => data.first[asset + 1] - data.first[asset];
const columnName = column => text(data.names[column]);
const isOutside = asset => ['external', 'missing', 'removed'].includes(kindOf(asset));

// The last part of the key, and the part before it where the last one alone names several assets.
// A slash in a part is escaped by a backslash.
const partsOf = asset => keyOf(asset).match(/(?:\\.|[^/])+/g) || [''];
const sameName = new Map();
data.assets.forEach((_, asset) => {
  const last = partsOf(asset).at(-1);
  sameName.set(last, (sameName.get(last) || 0) + 1);
});
function nameOf(asset) {
  const parts = partsOf(asset);
  return parts.slice(sameName.get(parts.at(-1)) > 1 ? -2 : -1).join('.').replace(/\\\//g, '/');
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
const findingsOf = listedBy(data.findings, 8);
const changesOf = listedBy(data.changes, 9);
const exposuresOf = listedBy(data.exposures, 5);
const jobsOf = listedBy(data.jobs, 5);

const LEVELS = ['breaking', 'deprecated', 'compatible', 'added', 'internal'];
const LEVEL_SIGNS = { breaking: '✕', deprecated: '⌛', compatible: '~', added: '+', internal: '·' };

function worstChange(asset) {
  const levels = (changesOf.get(asset) || []).map(at => T[data.changes[at][1]]);
  return LEVELS.find(level => levels.includes(level)) || '';
}

// Names of elements are constants of this script; data becomes text only.
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

// A long name breaks after a separator, not in a word.
const breakable = string => string.split(/(?<=[_/.#-])/).flatMap(part => [part, document.createElement('wbr')]).slice(0, -1);

// Names in a message are between backticks.
const withCode = string => string.split(/`([^`]+)`/).map((part, at) => at % 2 ? make('code', {}, ...breakable(part)) : part);

const byId = id => document.getElementById(id);
const numberFormat = new Intl.NumberFormat('en');
const digits = count => numberFormat.format(count);
const counted = (count, one, more) => `${digits(count)} ${count === 1 ? one : more || one + 's'}`;
const announce = message => { byId('status').textContent = message; };
