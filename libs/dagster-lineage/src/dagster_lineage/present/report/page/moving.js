// Pan and zoom by pointer, wheel and buttons; navigation from box to box by arrow keys.

const focused = { asset: -1, project: -1 };
const LEAST = 0.02, MOST = 2.5, READABLE = 0.6;
const MARGIN = 28, FOOT = 84;
// Least zoom of the last fit; null after the reader has moved the drawing.
let fitted = null;

function zoom(factor, x, y) {
  const k = Math.min(MOST, Math.max(LEAST, view.k * factor));
  view.x = x - (x - view.x) * k / view.k;
  view.y = y - (y - view.y) * k / view.k;
  view.k = k;
  fitted = null;
  redraw();
}

function zoomMiddle(factor) {
  zoom(factor, screen.width / 2, screen.height / 2);
}

// Show the whole drawing, or a part at its left if the whole would be too small to read.
function fit(least = LEAST) {
  const { width, height } = screen;
  const [roomX, roomY] = [width - 2 * MARGIN, height - MARGIN - FOOT];
  const count = bestBandCount(roomX, roomY);
  if (count !== bandCount) { bandCount = count; placeAll(); placeEdges(); }
  const whole = Math.min(roomX / world.width, roomY / world.height, 1.15);
  view.k = Math.max(whole, least);
  const [wide, high] = [world.width * view.k, world.height * view.k];
  view.x = (wide > roomX && whole < least ? MARGIN : (width - wide) / 2) - world.x * view.k;
  view.y = high > roomY && whole < least ? MARGIN / 2 - fullest(roomX / view.k, roomY / view.k) * view.k
    : (height - FOOT + 8 - high) / 2 - world.y * view.k;
  fitted = least;
  again();
}

// The top of the part at the left of the drawing that has the most boxes.
function fullest(width, height) {
  const tops = [];
  data.projects.forEach((_, project) => {
    const box = boxOf[project];
    if (!open.has(project)) { if (box.x + box.width <= world.x + width) tops.push([box.y, box.y]); return; }
    for (const asset of assetsOfProject[project]) {
      if (nodeX[asset] + nodeWidth[asset] <= world.x + width) tops.push([nodeY[asset], Math.max(box.y, nodeY[asset] - TITLE)]);
    }
  });
  tops.sort((one, other) => one[0] - other[0]);
  let best = world.y, most = 0, last = 0;
  tops.forEach(([, top], at) => {
    while (last < tops.length && tops[last][0] + NODE_HEIGHT <= top + height) last++;
    if (last - at > most) { most = last - at; best = top; }
  });
  return best;
}

// Bring an asset into view, unless it is visible.
function reveal(asset) {
  const project = projectOf(asset);
  const box = boxOf[project];
  if (isOpen(asset)) bring(nodeX[asset], nodeY[asset], nodeWidth[asset], NODE_HEIGHT);
  else bring(box.x, box.y, box.width, box.height);
}

// Bring the lineage of a column into view, all of it if its names stay readable.
function revealLit() {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (const asset of chosen.lit.assets.keys()) {
    const box = boxOf[projectOf(asset)];
    const [x, y, width, height] = isOpen(asset)
      ? [nodeX[asset], nodeY[asset], nodeWidth[asset], NODE_HEIGHT] : [box.x, box.y, box.width, box.height];
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  const seen = visible();
  if (left >= seen.x && top >= seen.y && right <= seen.x + seen.width && bottom <= seen.y + seen.height && view.k >= READABLE) return;
  const k = Math.min((screen.width - 60) / (right - left), (screen.height - 130) / (bottom - top), Math.max(view.k, 1));
  if (k < READABLE) { reveal(chosen.asset); return; }
  view.k = k;
  view.x = screen.width / 2 - (left + right) / 2 * k;
  view.y = (screen.height - 40) / 2 - (top + bottom) / 2 * k;
  fitted = null;
  redraw();
}

function bring(x, y, width, height) {
  const readable = Math.max(view.k, 0.7);
  const seen = visible();
  const margin = 30 / view.k;
  const inView = x >= seen.x + margin && y >= seen.y + margin && x + width <= seen.x + seen.width - margin
    && y + height <= seen.y + seen.height - 2 * margin;
  if (inView && view.k >= 0.5) return;
  view.k = readable;
  view.x = screen.width / 2 - (x + width / 2) * view.k;
  view.y = screen.height / 2 - (y + height / 2) * view.k;
  fitted = null;
  redraw();
}

function toggleProject(project) {
  // The corner of the project stays under the pointer.
  const before = { ...boxOf[project] };
  setOpen([project], !open.has(project));
  fitted = null;
  view.x += (before.x - boxOf[project].x) * view.k;
  view.y += (before.y - boxOf[project].y) * view.k;
  if (open.has(project) && boxOf[project].height * view.k > 200) {
    view.y = Math.max(view.y, 20 - boxOf[project].y * view.k);
  }
  again();
}

let held = null;
svg.addEventListener('pointerdown', event => {
  if (event.button !== 0) return;
  held = { x: event.clientX, y: event.clientY, far: false, pointer: event.pointerId };
});
svg.addEventListener('pointermove', event => {
  if (!held) return;
  const [wide, high] = [event.clientX - held.x, event.clientY - held.y];
  if (!held.far && Math.hypot(wide, high) < 5) return;
  if (!held.far) { svg.setPointerCapture(held.pointer); svg.classList.add('moving'); }
  Object.assign(held, { x: event.clientX, y: event.clientY, far: true });
  view.x += wide;
  view.y += high;
  fitted = null;
  redraw();
});
const release = () => { svg.classList.remove('moving'); setTimeout(() => { held = null; }); };
svg.addEventListener('pointerup', release);
svg.addEventListener('pointercancel', release);
svg.addEventListener('wheel', event => {
  event.preventDefault();
  const { left, top } = svg.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.clientX - left, event.clientY - top);
}, { passive: false });
svg.addEventListener('click', event => {
  if (held && held.far) return;
  const element = event.target.closest('[data-asset],[data-project]');
  if (element) press(element);
  else if (chosen.asset >= 0) choose(-1);
});

function press(element) {
  if (element.dataset.asset !== undefined) {
    const asset = Number(element.dataset.asset);
    setFocused(asset, -1);
    choose(asset, -1, { move: false });
  } else {
    setFocused(-1, Number(element.dataset.project));
    toggleProject(Number(element.dataset.project));
  }
}

function setFocused(asset, project) {
  Object.assign(focused, { asset, project });
}

const focusedElement = () => focused.asset >= 0 ? nodes.get(focused.asset) : boxes.get(focused.project);

function goTo(asset, project) {
  setFocused(asset, project);
  if (asset >= 0) reveal(asset); else bring(boxOf[project].x, boxOf[project].y, Math.min(boxOf[project].width, 300), 70);
  region = null;
  drawNow();
  focusedElement()?.focus({ preventScroll: true });
}

svg.addEventListener('keydown', event => {
  const actions = {
    ArrowLeft: () => step(-1, 0), ArrowRight: () => step(1, 0), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1),
    Enter: () => press(focusedElement()), ' ': () => press(focusedElement()),
    '+': () => zoomMiddle(1.25), '-': () => zoomMiddle(0.8), 0: () => fit(),
  };
  if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
  focusedElement()?.focus({ preventScroll: true });
});

const middleOf = (asset, project) => asset >= 0
  ? [nodeX[asset] + nodeWidth[asset] / 2, nodeY[asset] + NODE_HEIGHT / 2]
  : [boxOf[project].x + (open.has(project) ? 6 : CLOSED_WIDTH / 2), boxOf[project].y + (open.has(project) ? 22 : CLOSED_HEIGHT / 2)];

// To the nearest box in a direction; distance from the axis counts more than distance along it.
function step(right, down) {
  const [x, y] = middleOf(focused.asset, focused.project);
  let best = null, least = Infinity;
  const consider = (asset, project) => {
    const [ox, oy] = middleOf(asset, project);
    const along = (ox - x) * right + (oy - y) * down;
    const off = Math.abs((ox - x) * down) + Math.abs((oy - y) * right);
    if (along < 4 || off > along * 3 + 40) return;
    const distance = along + off * 2;
    if (distance < least) { least = distance; best = [asset, project]; }
  };
  data.projects.forEach((_, project) => {
    consider(-1, project);
    if (open.has(project)) assetsOfProject[project].forEach(asset => consider(asset, -1));
  });
  if (best) goTo(...best);
}

byId('zoom-in').addEventListener('click', () => zoomMiddle(1.25));
byId('zoom-out').addEventListener('click', () => zoomMiddle(0.8));
byId('zoom-fit').addEventListener('click', () => fit());
const all = data.projects.map((_, project) => project);
byId('open-all').addEventListener('click', () => { setOpen(all, true); fit(READABLE); });
byId('close-all').addEventListener('click', () => {
  if (focused.asset >= 0) setFocused(-1, projectOf(focused.asset));
  setOpen(all, false);
  fit(READABLE);
});
// When the window changes its size, a drawing that was fitted is fitted again; of any other one, the
// middle stays in the middle.
function measureScreen() {
  const { width, height } = svg.getBoundingClientRect();
  const [wide, high] = [width - screen.width, height - screen.height];
  Object.assign(screen, { width, height });
  return [wide, high];
}
let measured = false;
new ResizeObserver(() => {
  const [wide, high] = measureScreen();
  if (measured && fitted !== null && (wide || high)) fit(fitted);
  else if (measured) { view.x += wide / 2; view.y += high / 2; }
  measured = true;
  again();
}).observe(svg);
