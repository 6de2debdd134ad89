// The first view.

byId('summary').textContent = data.summary;

const legend = [['', 'edge in a project'], ['cross', 'cross-project edge'], ['lit', 'selected lineage'], ['outside', 'no producer here']];
byId('legend').append(...legend.map(([kind, label]) => make('li', {}, make('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), label)),
  make('li', {}, make('b', {}, '⚠ '), 'finding'));
if (data.base) byId('legend').append(make('li', {}, '+ added  ~ compatible  ✕ breaking'));

if (COUNT <= FEW) all.forEach(project => open.add(project));
setFocused(-1, inFlow.length ? inFlow[0] : -1);
placeAll();
placeEdges();
measureScreen();
fit(READABLE);
showTab('list');
showTree();
showLists();
showAsset();
recall();
