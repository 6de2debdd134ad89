// The picture. Only what is near the visible part is in the document.

const svg = byId('canvas');
const view = { x: 0, y: 0, k: 1 };
const nodes = new Map(), boxes = new Map();
const MANY = 700;  // from so many boxes in view on, they are plain rectangles: nobody reads them anyway
let region = null, edges = [], pending = false;

function redraw() {
  if (!pending) { pending = true; requestAnimationFrame(drawNow); }
}

function drawNow() {
  pending = false;
  byId('world').setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.k})`);
  const seen = visible();
  if (region && seen.x >= region.x && seen.y >= region.y && seen.x + seen.width <= region.x + region.width
    && seen.y + seen.height <= region.y + region.height && seen.k === region.k) return;
  const [wide, high] = [seen.width / 2, seen.height / 2];
  region = { x: seen.x - wide, y: seen.y - high, width: seen.width + 2 * wide, height: seen.height + 2 * high, k: seen.k };
  drawBoxes();
  drawNodes();
  drawEdges();
}

function visible() {
  const { width, height } = svg.getBoundingClientRect();
  return { x: -view.x / view.k, y: -view.y / view.k, width: width / view.k, height: height / view.k, k: view.k };
}

const near = (x, y, width, height) =>
  x < region.x + region.width && x + width > region.x && y < region.y + region.height && y + height > region.y;

function again() { region = null; redraw(); }

// Keep those elements of a group that are wanted, make those that are not there yet.
function keep(group, known, wanted, create, dress) {
  for (const [number, element] of known) {
    if (!wanted.has(number) && element !== document.activeElement) { element.remove(); known.delete(number); }
  }
  for (const number of wanted) {
    if (!known.has(number)) {
      known.set(number, create(number));
      group.append(known.get(number));
    }
  }
  for (const [number, element] of known) dress(element, number);
}

function drawBoxes() {
  const wanted = new Set([focused.project].filter(one => one >= 0));
  data.projects.forEach((_, project) => {
    const box = boxOf[project];
    if (near(box.x, box.y, box.width, box.height)) wanted.add(project);
  });
  keep(byId('boxes'), boxes, wanted, createBox, dressBox);
}

function createBox(project) {
  return draw('g', { class: 'box', role: 'button', 'data-project': project },
    draw('rect', { class: 'frame', rx: 10 }), draw('text', { class: 'title', x: 16, y: 23 }),
    draw('text', { class: 'sub', x: 16, y: 40 }), draw('text', { class: 'sub more', x: 16, y: 58 }));
}

function dressBox(element, project) {
  const box = boxOf[project];
  const isOpen = open.has(project);
  const lit = chosen.lit ? litIn(project) : 0;
  element.setAttribute('class', ['box', isOpen ? 'open' : 'closed', lit ? 'on' : '',
    (chosen.lit && !lit) || (filtering && !fitting(project)) ? 'dim' : ''].join(' '));
  element.setAttribute('transform', `translate(${box.x} ${box.y})`);
  element.setAttribute('tabindex', focused.project === project ? 0 : -1);
  element.setAttribute('aria-expanded', isOpen);
  const [frame, title, sub, more] = element.children;
  frame.setAttribute('width', box.width);
  frame.setAttribute('height', box.height);
  const room = box.width - 32;
  title.textContent = shortened(`${isOpen ? '▾' : '▸'} ${projectName(project)}`, '650 14px', room);
  const owners = data.projects[project][3].map(text);
  const named = owners.length > 2 ? `${owners[0]} and ${owners.length - 1} more` : owners.join(', ') || (isOutsideProject(project) ? '' : 'no owner');
  sub.textContent = shortened(named, '12px', room);
  const tally = projectTally(project, lit);
  more.textContent = isOpen ? '' : shortened(tally, '12px', room);
  element.setAttribute('aria-label', `Project ${projectName(project)}, ${named}, ${tally}`);
}

const isOutsideProject = project => !data.projects[project][2] && project === data.projects.length - 1;
const tallies = new Map();
function projectTally(project, lit) {
  if (lit) return chosen.column >= 0 ? `${counted(lit, 'asset')} on the path` : `${counted(lit, 'asset')} next to it`;
  if (!tallies.has(project)) {
    const assets = assetsOfProject[project];
    const problems = new Set(assets.flatMap(asset => problemsOf.get(asset) || [])).size;
    const changes = assets.filter(asset => changesOf.has(asset)).length;
    tallies.set(project, [counted(assets.length, 'asset'), problems ? `⚠ ${counted(problems, 'problem')}` : '',
      changes ? `± ${changes} changed` : ''].filter(Boolean).join(' · '));
  }
  return tallies.get(project);
}
const fitting = project => assetsOfProject[project].some(asset => fits[asset]);
let litCounts = null, litFor = null;
function litIn(project) {
  if (litFor !== chosen.lit) {
    litFor = chosen.lit;
    litCounts = new Map();
    for (const asset of chosen.lit.assets.keys()) litCounts.set(projectOf(asset), (litCounts.get(projectOf(asset)) || 0) + 1);
  }
  return litCounts.get(project) || 0;
}

function drawNodes() {
  const wanted = new Set();
  for (const project of open) {
    const box = boxOf[project];
    if (!near(box.x, box.y, box.width, box.height)) continue;
    for (const asset of assetsOfProject[project]) {
      if (near(nodeX[asset], nodeY[asset], nodeWidth[asset], NODE_HEIGHT)) wanted.add(asset);
    }
  }
  let far = '';
  if (wanted.size > MANY) {
    for (const asset of wanted) {
      if (chosen.lit ? !chosen.lit.assets.has(asset) : false) continue;
      far += `M${nodeX[asset]} ${nodeY[asset]}h${nodeWidth[asset]}v${NODE_HEIGHT}h${-nodeWidth[asset]}z`;
    }
    wanted.clear();
  }
  byId('far').setAttribute('d', far);
  if (focused.asset >= 0 && isOpen(focused.asset)) wanted.add(focused.asset);
  if (chosen.asset >= 0 && isOpen(chosen.asset)) wanted.add(chosen.asset);
  keep(byId('nodes'), nodes, wanted, createNode, dressNode);
}

function createNode(asset) {
  const element = draw('g', { class: 'node', role: 'button', 'data-asset': asset },
    draw('title'), draw('rect', { class: 'frame', rx: 6, height: NODE_HEIGHT }),
    draw('text', { class: 'title', x: 12, y: 19 }), draw('text', { class: 'sub', x: 12, y: 35 }),
    draw('text', { class: 'mark', y: 19, 'text-anchor': 'end' }));
  element.firstChild.textContent = keyOf(asset);
  return element;
}

function dressNode(element, asset) {
  const width = nodeWidth[asset];
  const lit = chosen.lit && chosen.lit.assets.get(asset);
  const classes = ['node', isOutside(asset) ? 'outside' : '', lit ? 'on' : '', asset === chosen.asset ? 'picked' : '',
    (chosen.lit && !lit) || !fits[asset] ? 'dim' : ''];
  element.setAttribute('class', classes.join(' '));
  element.setAttribute('transform', `translate(${nodeX[asset]} ${nodeY[asset]})`);
  element.setAttribute('tabindex', focused.asset === asset ? 0 : -1);
  element.setAttribute('aria-pressed', asset === chosen.asset);
  const [, frame, title, sub, mark] = element.children;
  frame.setAttribute('width', width);
  const signs = marksOf(asset);
  mark.textContent = signs.text;
  mark.setAttribute('class', `mark ${signs.kind}`);
  mark.setAttribute('x', width - 9);
  const room = width - 22;
  title.textContent = shortened(nameOf(asset), '600 13px', room - (signs.text ? textWidth(signs.text, '700 11.5px') + 6 : 0));
  sub.textContent = shortened(lit && lit.length ? columnsShown(lit) : underline(asset), '11.5px', room);
  const path = lit && lit.length ? `, on the path: ${columnsShown(lit)}` : '';
  element.setAttribute('aria-label', `${keyOf(asset)}, ${underline(asset)}, in ${projectName(projectOf(asset))}${signs.spoken}${path}`);
}

function underline(asset) {
  const kind = kindOf(asset);
  const access = fact(asset, 'Access') === 'public' ? 'public ' : '';
  const count = columnCount(asset);
  return access + kind + (count && !isOutside(asset) ? ` · ${counted(count, 'column')}` : '');
}

function columnsShown(columns) {
  const name = columnName(columns.includes(chosen.column) ? chosen.column : columns[0]);
  return columns.length > 1 ? `${name} +${columns.length - 1}` : name;
}

function marksOf(asset) {
  const problems = (problemsOf.get(asset) || []).map(at => data.problems[at]);
  const change = worstChange(asset);
  const parts = [], spoken = [];
  if (change) { parts.push(LEVEL_SIGNS[change]); spoken.push(`, changed: ${change}`); }
  if (problems.length) { parts.push(`⚠${problems.length}`); spoken.push(`, ${counted(problems.length, 'problem')}`); }
  const bad = problems.some(row => T[row[3]] === 'error');
  const kind = problems.length ? (bad ? 'problem' : 'note') : change === 'breaking' ? 'breaking' : 'change';
  return { text: parts.join(' '), spoken: spoken.join(''), kind };
}

// All edges as they run now; several between the same closed projects are one.
function placeEdges() {
  const seen = new Set();
  edges = [];
  for (let reader = 0; reader < COUNT; reader++) {
    const to = projectOf(reader);
    const end = open.has(to) ? reader : COUNT + to;
    for (const upstream of upstreamOf(reader)) {
      const from = projectOf(upstream);
      const start = open.has(from) ? upstream : COUNT + from;
      const name = start * (COUNT + data.projects.length) + end;
      if (start === end || seen.has(name)) continue;
      seen.add(name);
      edges.push({ ...line(upstream, reader), cross: from !== to });
    }
  }
}

function drawEdges() {
  let own = '', cross = '', heads = '';
  for (const one of edges) {
    if (!nearLine(one)) continue;
    if (one.cross) { cross += curve(one); heads += head(one); } else own += curve(one);
  }
  byId('edges-own').setAttribute('d', own);
  byId('edges-cross').setAttribute('d', cross);
  byId('heads').setAttribute('d', heads);
  let lit = '', litHeads = '';
  const seen = new Set();
  for (const edge of chosen.lit ? chosen.lit.edges : []) {
    const from = Math.floor(edge / COUNT), to = edge % COUNT;
    const name = `${isOpen(from) ? from : -1 - projectOf(from)} ${isOpen(to) ? to : -1 - projectOf(to)}`;
    if (seen.has(name) || (projectOf(from) === projectOf(to) && !isOpen(from))) continue;
    seen.add(name);
    const one = line(from, to);
    if (nearLine(one)) { lit += curve(one); litHeads += head(one); }
  }
  byId('edges-lit').setAttribute('d', lit);
  byId('heads-lit').setAttribute('d', litHeads);
  svg.setAttribute('class', chosen.lit ? 'faint' : '');
}

const nearLine = one => near(Math.min(one.x1, one.x2) - one.bend, Math.min(one.y1, one.y2),
  Math.abs(one.x2 - one.x1) + 2 * one.bend, Math.abs(one.y2 - one.y1) + 1);

listeners.push(what => {
  if (what === 'places') placeEdges();
  again();
});
