// A small map of the whole drawing, while a noticeable part of it is outside of the view. A press
// moves the view.

const map = byId('map');
const MAP_WIDTH = 200, MAP_HEIGHT = 140, MAP_LEAST = 24;
const UNNOTICED = 0.06;  // part of the width or height that may be outside

function drawMap() {
  const seen = visible();
  const outside = (from, size, start, length) => (Math.max(0, start - from) + Math.max(0, from + size - start - length)) / size;
  const all = outside(world.x, world.width, seen.x, seen.width) < UNNOTICED && outside(world.y, world.height, seen.y, seen.height) < UNNOTICED;
  map.toggleAttribute('hidden', all);
  if (all) return;
  const k = Math.min(MAP_WIDTH / world.width, MAP_HEIGHT / world.height);
  map.setAttribute('width', Math.max(world.width * k, MAP_LEAST));
  map.setAttribute('height', Math.max(world.height * k, MAP_LEAST));
  map.setAttribute('viewBox', `${world.x} ${world.y} ${world.width} ${world.height}`);
  const [projects, frame] = map.children;
  projects.setAttribute('d', boxOf.map(box => `M${round(box.x)} ${round(box.y)}h${round(box.width)}v${round(box.height)}h${-round(box.width)}z`).join(''));
  for (const name of ['x', 'y', 'width', 'height']) frame.setAttribute(name, seen[name]);
}

function moveTo(event) {
  const area = map.getBoundingClientRect();
  const k = world.width / area.width;
  view.x = screen.width / 2 - (world.x + (event.clientX - area.left) * k) * view.k;
  view.y = screen.height / 2 - (world.y + (event.clientY - area.top) * k) * view.k;
  fitted = null;
  redraw();
}

map.addEventListener('pointerdown', event => { map.setPointerCapture(event.pointerId); moveTo(event); });
map.addEventListener('pointermove', event => { if (event.buttons) moveTo(event); });
