// The layout: layers and rows are in the data, widths and heights are added up here.

const NODE_HEIGHT = 50, ROW = 68, COLUMN_GAP = 34, PADDING = 14, TITLE = 54;
const LAYER_GAP = 72, STACK_GAP = 34, BAND_GAP = 76, BEND = 40, CLOSED_HEIGHT = 76;
const NODE_LEAST = 116, NODE_MOST = 400, TITLE_MOST = 400;
const FEW = 300;  // number of assets up to which all projects are open at first

const open = new Set();
const boxOf = data.projects.map(() => ({ x: 0, y: 0, width: 0, height: 0 }));
const nodeX = new Float64Array(COUNT), nodeY = new Float64Array(COUNT), nodeWidth = new Float64Array(COUNT);
const world = { x: 0, y: 0, width: 0, height: 0 };

const measure = document.createElement('canvas').getContext('2d');
const FONT = getComputedStyle(document.body).fontFamily;
const widths = new Map();
function textWidth(string, font) {
  const name = font + string;
  if (!widths.has(name)) {
    measure.font = `${font} ${FONT}`;
    widths.set(name, measure.measureText(string).width);
  }
  return widths.get(name);
}

function shortened(string, font, width) {
  if (textWidth(string, font) <= width) return string;
  let low = 0, high = string.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(string.slice(0, middle) + '…', font) <= width) low = middle; else high = middle - 1;
  }
  return string.slice(0, low) + '…';
}

// Similar names differ at their ends, so the middle of a long name is left out.
function withEnds(string, font, width) {
  if (textWidth(string, font) <= width) return string;
  const cut = kept => string.slice(0, Math.ceil(kept / 2)) + '…' + string.slice(string.length - Math.floor(kept / 2));
  let low = 1, high = string.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(cut(middle), font) <= width) low = middle; else high = middle - 1;
  }
  return cut(low);
}

// All closed projects are as wide as the longest name in the letters of a small drawing.
const CLOSED_WIDTH = Math.max(190, Math.min(300,
  Math.max(0, ...data.projects.map((_, project) => isOutsideProject(project) ? 0 : textWidth(`▸ ${projectName(project)}`, '650 26px'))) + 26));

const SEPARATORS = '_-. /';

// Where a name is best broken into two lines, after separators, and the width that it then needs; 0 if
// one line is best. The place is found by counting letters, since measuring each part takes long.
function breakOf(string, font, taken) {
  const whole = textWidth(string, font);
  const reserved = taken * string.length / whole;
  let best = 0, least = string.length;
  for (let at = 1; at < string.length; at++) {
    if (!SEPARATORS.includes(string[at - 1]) || SEPARATORS.includes(string[at])) continue;
    const longest = Math.max(at + reserved, string.length - at);
    if (longest < least) { least = longest; best = at; }
  }
  if (!best) return [0, whole + taken];
  return [best, Math.max(textWidth(string.slice(0, best), font) + taken, textWidth(string.slice(best), font))];
}

// A name in two lines where one is too short. The first line has less room, because of the marks.
function inTwo(string, font, room, taken = 0) {
  const at = textWidth(string, font) + taken <= room ? 0 : breakOf(string, font, taken)[0];
  const first = withEnds(string.slice(0, at || string.length), font, room - taken);
  return at ? [first, withEnds(string.slice(at), font, room)] : [first];
}

// The layout of an open project, relative to its corner. It never changes, so it is kept.
const insides = new Map();
function inside(project) {
  if (insides.has(project)) return insides.get(project);
  const columns = [];
  let lowest = 0;
  for (const asset of assetsOfProject[project]) {
    const marks = marksOf(asset).text;
    const taken = marks ? textWidth(marks, '700 20px') + 6 : 0;
    // In a small drawing, a name has two lines of large letters.
    const inLarge = breakOf(nameOf(asset), '550 20px', taken)[1] + 20;
    const wanted = Math.max(textWidth(nameOf(asset), '600 14px') + 26 + taken, textWidth(underline(asset), '14px') + 20, inLarge);
    columns[layerOf(asset)] = Math.max(columns[layerOf(asset)] || NODE_LEAST, Math.min(wanted, NODE_MOST));
    lowest = Math.max(lowest, rowOf(asset));
  }
  const lefts = [];
  let x = PADDING;
  for (let layer = 0; layer < columns.length; layer++) {
    lefts.push(x);
    x += (columns[layer] || 0) + COLUMN_GAP;
  }
  // In a small drawing, a title has large letters; only a very long name is cut.
  const title = Math.max(textWidth(projectName(project), '650 16px') + 60,
    Math.min(textWidth(`▾ ${projectName(project)}`, '650 26px') + 26, TITLE_MOST));
  const width = Math.max(x - COLUMN_GAP + PADDING, title, 170);
  const found = { columns, lefts, width, height: TITLE + lowest * ROW / 2 + NODE_HEIGHT + PADDING };
  insides.set(project, found);
  return found;
}

// Layers of projects from left to right; a long row of them is broken into bands, like lines of text.
const bandOf = [], stackOf = [];
data.stacks.forEach((stack, at) => stack.forEach(project => { stackOf[project] = at; }));
let stackPlaces = [], bands = [];

let bandCount = 1;

const sizeOf = project => open.has(project) ? inside(project) : { width: CLOSED_WIDTH, height: CLOSED_HEIGHT };
const stackSizes = () => data.stacks.map(stack => ({
  width: Math.max(...stack.map(project => sizeOf(project).width)),
  height: stack.reduce((sum, project) => sum + sizeOf(project).height + STACK_GAP, -STACK_GAP),
}));

function placeAll() {
  const sizes = stackSizes();
  bands = [];
  stackPlaces = [];
  const perBand = Math.ceil(sizes.length / bandCount);
  let x = 0, top = 0, right = 0, members = [];
  const finish = () => {
    const height = Math.max(...members.map(at => sizes[at].height));
    for (const at of members) placeStack(at, stackPlaces[at].x, top + (height - sizes[at].height) / 2);
    bands.push({ top, bottom: top + height });
    top += height + BAND_GAP;
    members = [];
    x = 0;
  };
  sizes.forEach((one, at) => {
    if (members.length === perBand) finish();
    members.push(at);
    stackPlaces[at] = { x, right: x + one.width, band: bands.length };
    x += one.width + LAYER_GAP;
    right = Math.max(right, x - LAYER_GAP);
  });
  if (members.length) finish();
  const aside = bands.length > 1 ? LAYER_GAP + BEND : 0;
  Object.assign(world, { x: -aside, y: 0, width: Math.max(right, 1) + 2 * aside, height: Math.max(top - BAND_GAP, 1) });
}

// The number of bands with which the whole drawing is largest on a screen of this size; more bands
// must be clearly better. Opening a project changes no band.
function bestBandCount(width, height) {
  const sizes = stackSizes();
  let best = 1, largest = 0;
  for (let count = 1; count <= sizes.length; count++) {
    const perBand = Math.ceil(sizes.length / count);
    if (Math.ceil(sizes.length / perBand) !== count) continue;
    let wide = 0, high = -BAND_GAP;
    for (let from = 0; from < sizes.length; from += perBand) {
      const band = sizes.slice(from, from + perBand);
      wide = Math.max(wide, band.reduce((sum, one) => sum + one.width + LAYER_GAP, -LAYER_GAP));
      high += Math.max(...band.map(one => one.height)) + BAND_GAP;
    }
    if (count > 1) wide += 2 * (LAYER_GAP + BEND);
    const k = Math.min(width / wide, height / high, 1.15);
    if (k > largest * 1.1) { largest = k; best = count; }
  }
  return best;
}

function placeStack(at, x, top) {
  let y = top;
  for (const project of data.stacks[at]) {
    const own = sizeOf(project);
    Object.assign(boxOf[project], { x, y, width: own.width, height: own.height });
    bandOf[project] = bands.length;
    y += own.height + STACK_GAP;
    if (open.has(project)) placeAssets(project);
  }
  Object.assign(stackPlaces[at], { top, bottom: y - STACK_GAP });
}

function placeAssets(project) {
  const { columns, lefts } = inside(project);
  const box = boxOf[project];
  for (const asset of assetsOfProject[project]) {
    nodeX[asset] = box.x + lefts[layerOf(asset)];
    nodeY[asset] = box.y + TITLE + rowOf(asset) * ROW / 2;
    nodeWidth[asset] = columns[layerOf(asset)];
  }
}

const isOpen = asset => open.has(projectOf(asset));

// Where an edge leaves or meets an asset, or the closed project that it is in.
function anchor(asset, side) {
  if (isOpen(asset)) return [nodeX[asset] + (side === 'right' ? nodeWidth[asset] : 0), nodeY[asset] + NODE_HEIGHT / 2];
  const box = boxOf[projectOf(asset)];
  return [box.x + (side === 'right' ? box.width : 0), box.y + box.height / 2];
}

// An edge as points with a direction (1: to the right, -1: to the left), around other boxes.
function line(from, to) {
  const [x1, y1] = anchor(from, 'right'), [x2, y2] = anchor(to, 'left');
  const [leaving, entering] = bendsOf(from, to);
  const exit = leaving.length ? leaving[leaving.length - 1][1] : y1, entry = entering.length ? entering[0][1] : y2;
  const points = [[x1, y1, 1], ...leaving, ...detour(from, to, exit, entry), ...entering, [x2 - 6, y2, 1]];
  const xs = points.map(one => one[0]), ys = points.map(one => one[1]);
  return { points, x2, y2, left: Math.min(...xs) - BEND, right: Math.max(...xs) + BEND, top: Math.min(...ys), bottom: Math.max(...ys) };
}

function detour(from, to, y1, y2) {
  const [start, end] = [stackOf[projectOf(from)], stackOf[projectOf(to)]];
  if (projectOf(from) === projectOf(to)) return [];
  const aside = ((projectOf(from) * 7 + projectOf(to) * 3) % 5 - 2) * 5;
  const [here, there] = [stackPlaces[start], stackPlaces[end]];
  if (here.band !== there.band || end <= start) {
    // Back to the left, in the space between two bands or below the only one.
    const y = (here.band < there.band ? bands[there.band].top - BAND_GAP / 2 : bands[here.band].bottom + BAND_GAP / 2) + aside;
    const direction = there.x < here.right ? -1 : 1;
    return [[here.right + 34 + aside, y, direction], [there.x - 34 + aside, y, direction]];
  }
  const points = [];
  for (let at = start + 1; at < end; at++) {
    const lane = freeLane(at, y1 + (y2 - y1) * (at - start) / (end - start)) + aside;
    points.push([stackPlaces[at].x - 6, lane, 1], [stackPlaces[at].right + 6, lane, 1]);
  }
  return points;
}

// The space above, between or below the projects of a layer that is nearest to a height.
function freeLane(at, wanted) {
  const stack = data.stacks[at];
  const rooms = stack.map(project => boxOf[project].y - STACK_GAP / 2);
  rooms.push(stackPlaces[at].bottom + STACK_GAP / 2);
  return rooms.reduce((best, one) => Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best);
}

// The rows at which an edge passes layers of open projects, after its start and before its end.
function bendsOf(from, to) {
  const rows = bends.get(from * COUNT + to);
  if (!rows) return [[], []];
  const [first, last] = [projectOf(from), projectOf(to)];
  const passing = (project, layer, row) => {
    const { columns, lefts } = inside(project);
    const y = boxOf[project].y + TITLE + row * ROW / 2 + NODE_HEIGHT / 2;
    const x = boxOf[project].x + lefts[layer];
    return [[x, y, 1], [x + (columns[layer] || 0), y, 1]];
  };
  const after = first === last ? rows.length : rows.length - layerOf(to);
  return [
    isOpen(from) ? rows.slice(0, after).flatMap((row, at) => passing(first, layerOf(from) + 1 + at, row)) : [],
    isOpen(to) ? rows.slice(after).flatMap((row, at) => passing(last, at, row)) : [],
  ];
}
const bends = new Map(data.bends.map(([from, to, ...rows]) => [from * COUNT + to, rows]));

function curve(one) {
  if (!one.path) one.path = pathOf(one.points);
  return one.path;
}

function pathOf(points) {
  let path = `M${round(points[0][0])} ${round(points[0][1])}`;
  for (let at = 1; at < points.length; at++) {
    const [x1, y1, d1] = points[at - 1], [x2, y2, d2] = points[at];
    if (y1 === y2) { path += `H${round(x2)}`; continue; }
    const bend = d1 === d2 && (x2 - x1) * d1 > 0 ? Math.max(20, Math.min(Math.abs(x2 - x1) / 2, 160)) : BEND;
    path += `C${round(x1 + d1 * bend)} ${round(y1)} ${round(x2 - d2 * bend)} ${round(y2)} ${round(x2)} ${round(y2)}`;
  }
  return path;
}

const round = number => Math.round(number * 10) / 10;
const head = one => `M${round(one.x2)} ${round(one.y2)}l-8-4.5v9z`;
