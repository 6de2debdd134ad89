// Where everything stands: layers and rows come with the data, widths and heights are added up here.

const NODE_HEIGHT = 44, ROW = 58, COLUMN_GAP = 46, PADDING = 16, TITLE = 48;
const LAYER_GAP = 96, STACK_GAP = 30, CLOSED_WIDTH = 216, CLOSED_HEIGHT = 74;
const NODE_LEAST = 118, NODE_MOST = 232;
const FEW = 300;  // up to so many assets, all projects are open at first

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

// The inside of an open project, from its own corner; kept, since it never changes.
const insides = new Map();
function inside(project) {
  if (insides.has(project)) return insides.get(project);
  const columns = [];
  let lowest = 0;
  for (const asset of assetsOfProject[project]) {
    const wanted = textWidth(nameOf(asset), '600 13px') + 46;
    columns[layerOf(asset)] = Math.max(columns[layerOf(asset)] || NODE_LEAST, Math.min(wanted, NODE_MOST));
    lowest = Math.max(lowest, rowOf(asset));
  }
  const lefts = [];
  let x = PADDING;
  for (let layer = 0; layer < columns.length; layer++) {
    lefts.push(x);
    x += (columns[layer] || 0) + COLUMN_GAP;
  }
  const title = textWidth(projectName(project), '650 14px') + 60;
  const width = Math.max(x - COLUMN_GAP + PADDING, title, 170);
  const found = { columns, lefts, width, height: TITLE + lowest * ROW / 2 + NODE_HEIGHT + PADDING };
  insides.set(project, found);
  return found;
}

function placeAll() {
  const size = project => open.has(project) ? inside(project) : { width: CLOSED_WIDTH, height: CLOSED_HEIGHT };
  let x = 0;
  world.y = 0; world.height = 0;
  for (const stack of data.stacks) {
    const width = Math.max(...stack.map(project => size(project).width));
    const height = stack.reduce((sum, project) => sum + size(project).height + STACK_GAP, -STACK_GAP);
    let y = -height / 2;
    for (const project of stack) {
      const own = size(project);
      Object.assign(boxOf[project], { x, y, width: own.width, height: own.height });
      y += own.height + STACK_GAP;
      if (open.has(project)) placeAssets(project);
    }
    world.y = Math.min(world.y, -height / 2);
    world.height = Math.max(world.height, height);
    x += width + LAYER_GAP;
  }
  world.x = 0;
  world.width = Math.max(x - LAYER_GAP, 1);
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

function line(from, to) {
  const [x1, y1] = anchor(from, 'right'), [x2, y2] = anchor(to, 'left');
  const bend = Math.max(28, Math.min(Math.abs(x2 - x1) / 2, 160));
  return { x1, y1, x2, y2, bend };
}

const curve = one =>
  `M${one.x1} ${one.y1}C${one.x1 + one.bend} ${one.y1} ${one.x2 - one.bend} ${one.y2} ${one.x2 - 5} ${one.y2}`;
const head = one => `M${one.x2} ${one.y2}l-8-4.5v9z`;
