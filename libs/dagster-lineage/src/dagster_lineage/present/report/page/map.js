// A small map of the whole drawing, while only a part of it is visible. A press moves the view.

const map = byId('map');
const MAP_WIDTH = 200, MAP_HEIGHT = 140;

function drawMap() {
  const seen = visible();
  const all = seen.x <= world.x && seen.y <= world.y && seen.x + seen.width >= world.x + world.width && seen.y + seen.height >= world.y + world.height;
  map.toggleAttribute('hidden', all);
  if (all) return;
  const k = Math.min(MAP_WIDTH / world.width, MAP_HEIGHT / world.height);
  map.setAttribute('width', world.width * k);
  map.setAttribute('height', world.height * k);
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
