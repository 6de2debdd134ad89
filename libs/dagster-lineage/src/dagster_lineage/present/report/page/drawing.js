// The drawing. Only elements near the visible part are in the document.

const svg = byId('canvas');
const view = { x: 0, y: 0, k: 1 };
const nodes = new Map(), boxes = new Map();
const MANY = 700;  // visible boxes above which they are plain rectangles without names
const edges = new Map();
let region = null, pending = false;

function redraw() {
  if (!pending) { pending = true; requestAnimationFrame(drawNow); }
}

function drawNow() {
  pending = false;
  byId('world').setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.k})`);
  drawMap();
  const seen = visible();
  if (region && seen.x >= region.x && seen.y >= region.y && seen.x + seen.width <= region.x + region.width
    && seen.y + seen.height <= region.y + region.height && seen.k === region.k) return;
  const [wide, high] = [seen.width / 2, seen.height / 2];
  region = { x: seen.x - wide, y: seen.y - high, width: seen.width + 2 * wide, height: seen.height + 2 * high, k: seen.k };
  byId('world').setAttribute('class', `tier${tier()}`);
  drawBoxes();
  drawNodes();
  drawEdges();
}

// The smaller the drawing, the larger its letters: at least 12 px on the screen down to READABLE.
const TIERS = [
  { least: 0.86, name: 14, sub: 14, title: 16, mark: 14 },
  { least: 0.75, name: 16, sub: 16, title: 18, mark: 16 },
  { least: 0.3, name: 20, sub: 0, title: 26, mark: 20 },
  { least: 0, name: 0, sub: 0, title: 40, mark: 26 },
];
const tier = () => TIERS.findIndex(one => view.k >= one.least);

// Size of the drawing on the screen, kept because reading it during a change forces a layout.
const screen = { width: 1, height: 1 };

function visible() {
  const { width, height } = screen;
  return { x: -view.x / view.k, y: -view.y / view.k, width: width / view.k, height: height / view.k, k: view.k };
}

const near = (x, y, width, height) =>
  x < region.x + region.width && x + width > region.x && y < region.y + region.height && y + height > region.y;

function again() { region = null; redraw(); }

// Keep the wanted elements of a group, remove the others and create the missing ones.
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
    draw('rect', { class: 'frame', rx: 10 }), draw('text', { class: 'title', x: 12 }),
    draw('text', { class: 'sub', x: 12 }), draw('text', { class: 'sub more', x: 12 }));
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
  const sizes = TIERS[tier()];
  const room = box.width - 24;
  const half = isOpen ? TITLE / 2 : box.height / 2;
  const font = `650 ${sizes.title}px`;
  const name = `${isOpen ? '▾' : '▸'} ${projectName(project)}`;
  // A long name takes the line below it, unless that is needed.
  const [first, second] = isOpen || (sizes.sub && owned(project)) || sizes.title * 2 > box.height - 16 ? [withEnds(name, font, room)] : inTwo(name, font, room);
  title.setAttribute('y', sizes.sub ? 6 + sizes.title : half + (second ? -5 : sizes.title * 0.36));
  title.textContent = first;
  const named = owned(project);
  sub.setAttribute('class', second ? 'title' : 'sub');
  sub.setAttribute('y', second ? (sizes.sub ? 8 + sizes.title * 2 : half - 5 + sizes.title) : 9 + sizes.title + sizes.sub);
  sub.textContent = second || (sizes.sub ? shortened(named, `${sizes.sub}px`, room) : '');
  const tally = projectTally(project, lit);
  more.setAttribute('y', 14 + sizes.title + sizes.sub * 2);
  more.textContent = isOpen || !sizes.sub ? '' : shortened(lit ? tally : shortTally(project), `${sizes.sub}px`, room);
  element.setAttribute('aria-label', ['Project ' + projectName(project), named, tally].filter(Boolean).join(', '));
}

// Who owns a project, in the space of one line.
function owned(project) {
  const owners = data.projects[project][3].map(text);
  if (owners.length > 2) return `${owners[0]} and ${owners.length - 1} more`;
  return owners.join(', ') || (isOutsideProject(project) ? '' : 'no owner');
}

const tallies = new Map();
function numbersOf(project) {
  if (!tallies.has(project)) {
    const assets = assetsOfProject[project];
    const findings = new Set(assets.flatMap(asset => findingsOf.get(asset) || [])).size;
    tallies.set(project, { assets: assets.length, findings, changes: assets.filter(asset => changesOf.has(asset)).length });
  }
  return tallies.get(project);
}
function projectTally(project, lit) {
  if (lit) return chosen.column >= 0 ? `${counted(lit, 'asset')} in the lineage` : counted(lit, 'connected asset');
  const { assets, findings, changes } = numbersOf(project);
  return [counted(assets, 'asset'), findings ? `⚠ ${counted(findings, 'finding')}` : '', changes ? `± ${changes} changed` : ''].filter(Boolean).join(' · ');
}
// The legend explains the signs.
function shortTally(project) {
  const { assets, findings, changes } = numbersOf(project);
  return [counted(assets, 'asset'), findings ? `⚠${findings}` : '', changes ? `±${changes}` : ''].filter(Boolean).join(' · ');
}
const fitting = project => assetsOfProject[project].some(asset => matching[asset]);
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
    draw('text', { class: 'title', x: 9 }), draw('text', { class: 'sub', x: 9 }),
    draw('text', { class: 'mark', y: 19, 'text-anchor': 'end' }));
  element.firstChild.textContent = keyOf(asset);
  return element;
}

function dressNode(element, asset) {
  const width = nodeWidth[asset];
  const lit = chosen.lit && chosen.lit.assets.get(asset);
  const classes = ['node', isOutside(asset) ? 'outside' : '', lit ? 'on' : '', asset === chosen.asset ? 'picked' : '',
    (chosen.lit && !lit) || !matching[asset] ? 'dim' : ''];
  element.setAttribute('class', classes.join(' '));
  element.setAttribute('transform', `translate(${nodeX[asset]} ${nodeY[asset]})`);
  element.setAttribute('tabindex', focused.asset === asset ? 0 : -1);
  element.setAttribute('aria-pressed', asset === chosen.asset);
  const [, frame, title, sub, mark] = element.children;
  frame.setAttribute('width', width);
  const signs = marksOf(asset);
  mark.textContent = signs.text;
  mark.setAttribute('class', `mark ${signs.kind}`);
  mark.setAttribute('x', width - 8);
  mark.setAttribute('y', TIERS[tier()].mark + 6);
  const sizes = TIERS[tier()];
  const room = width - 18;
  const taken = signs.text ? textWidth(signs.text, `700 ${sizes.mark}px`) + 4 : 0;
  const columns = lit && lit.length && sizes.sub ? columnsShown(lit) : '';
  const font = `550 ${sizes.name}px`;
  // In a small drawing, a long name takes the line below it.
  const lines = !sizes.name ? [''] : tier() === 0 || columns ? [withEnds(nameOf(asset), font, room - taken)] : inTwo(nameOf(asset), font, room, taken);
  const below = tier() === 0 || columns ? columns || underline(asset) : '';
  const second = lines[1] || (below ? shortened(below, `${sizes.sub}px`, room) : '');
  title.setAttribute('y', lines[1] ? NODE_HEIGHT / 2 - 3 : second ? 7 + sizes.name : NODE_HEIGHT / 2 + sizes.name * 0.36);
  title.textContent = lines[0];
  sub.setAttribute('class', lines[1] ? 'title' : 'sub');
  sub.setAttribute('y', lines[1] ? NODE_HEIGHT / 2 - 1 + sizes.name : 12 + sizes.name + sizes.sub);
  sub.textContent = second;
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
  const findings = (findingsOf.get(asset) || []).map(at => data.findings[at]);
  const change = worstChange(asset);
  const parts = [], spoken = [];
  if (change) { parts.push(LEVEL_SIGNS[change]); spoken.push(`, changed: ${change}`); }
  if (findings.length) { parts.push(`⚠${findings.length}`); spoken.push(`, ${counted(findings.length, 'finding')}`); }
  const isError = findings.some(row => T[row[3]] === 'error');
  const kind = findings.length ? (isError ? 'error' : 'note') : change === 'breaking' ? 'breaking' : 'change';
  return { text: parts.join(' '), spoken: spoken.join(''), kind };
}

// All edges as they are drawn; several between the same two closed projects are one.
const endOf = asset => open.has(projectOf(asset)) ? asset : COUNT + projectOf(asset);
const edgeName = (start, end) => start * (COUNT + data.projects.length) + end;
function placeEdges() {
  edges.clear();
  for (let reader = 0; reader < COUNT; reader++) {
    const end = endOf(reader);
    for (const upstream of upstreamOf(reader)) {
      const start = endOf(upstream);
      const name = edgeName(start, end);
      if (start === end || edges.has(name)) continue;
      edges.set(name, { ...line(upstream, reader), cross: projectOf(upstream) !== projectOf(reader) });
    }
  }
}

function drawEdges() {
  const own = [], cross = [], heads = [], lit = [], litHeads = [];
  for (const one of edges.values()) {
    if (!nearLine(one)) continue;
    if (one.cross) { cross.push(curve(one)); heads.push(head(one)); } else own.push(curve(one));
  }
  const seen = new Set();
  for (const edge of chosen.lit ? chosen.lit.edges : []) {
    const from = Math.floor(edge / COUNT), to = edge % COUNT;
    const name = edgeName(endOf(from), endOf(to));
    if (seen.has(name) || endOf(from) === endOf(to)) continue;
    seen.add(name);
    // A column may be computed from an asset without a declared dependency.
    const one = edges.get(name) || line(from, to);
    if (nearLine(one)) { lit.push(curve(one)); litHeads.push(head(one)); }
  }
  for (const [id, parts] of [['edges-own', own], ['edges-cross', cross], ['heads', heads], ['edges-lit', lit], ['heads-lit', litHeads]]) {
    byId(id).setAttribute('d', parts.join(''));
  }
  svg.setAttribute('class', chosen.lit ? 'faint' : '');
}

const nearLine = one => near(one.left, one.top, one.right - one.left, one.bottom - one.top + 1);

listeners.push(what => {
  if (what === 'places') placeEdges();
  again();
});
