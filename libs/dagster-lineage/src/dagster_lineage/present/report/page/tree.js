// The same graph as a tree: projects, their assets. https://www.w3.org/WAI/ARIA/apg/patterns/treeview/

const tree = make('div', { role: 'tree', 'aria-label': 'Projects and their assets', id: 'tree' });
const unfolded = new Set(COUNT <= FEW ? all : []);
const inFlow = data.stacks.flat();

function showTree() {
  const hadFocus = tree.contains(document.activeElement) ? document.activeElement.dataset.name : '';
  tree.replaceChildren(...inFlow.filter(project => fitting(project) || (!filtering && !assetsOfProject[project].length)).map(branch));
  const items = [...tree.querySelectorAll('[role="treeitem"]')];
  const current = items.find(item => item.dataset.name === hadFocus) || items.find(item => item.dataset.name === `a${chosen.asset}`) || items[0];
  if (current) current.setAttribute('tabindex', 0);
  if (hadFocus && current) current.focus({ preventScroll: true });
  if (!items.length) tree.replaceChildren(make('p', { class: 'under' }, 'No assets match the filter.'));
}

function branch(project) {
  const isUnfolded = unfolded.has(project);
  const assets = assetsOfProject[project].filter(asset => matching[asset]);
  const item = make('div', { role: 'treeitem', 'aria-level': 1, 'aria-expanded': isUnfolded ? 'true' : 'false', tabindex: -1, 'data-name': `p${project}`,
    'aria-label': `${projectName(project)}, ${counted(assets.length, 'asset')}` },
  make('div', { class: 'row' }, make('span', { class: 'sign', 'aria-hidden': 'true' }, isUnfolded ? '▾' : '▸'),
    make('strong', {}, projectName(project)), make('span', { class: 'more' }, counted(assets.length, 'asset'))));
  if (data.projects[project][5]) item.firstChild.append(make('span', { class: 'chip error' }, 'could not be loaded'));
  if (isUnfolded) {
    const sorted = [...assets].sort((one, other) => layerOf(one) - layerOf(other) || rowOf(one) - rowOf(other));
    item.append(make('div', { role: 'group', class: 'branch' }, ...sorted.map(leaf)));
  }
  return item;
}

function leaf(asset) {
  const signs = marksOf(asset);
  return make('div', { role: 'treeitem', 'aria-level': 2, tabindex: -1, 'data-name': `a${asset}`, 'aria-selected': asset === chosen.asset ? 'true' : 'false',
    'aria-label': `${keyOf(asset)}, ${underline(asset)}${signs.spoken}, reads ${upstreamOf(asset).length}, read by ${readersOf(asset).length}` },
  make('div', { class: 'row' }, make('span', {}, keyOf(asset)),
    make('span', { class: 'more' }, make('span', { class: `mark ${signs.kind}` }, signs.text), ` ${kindOf(asset)}`)));
}

function pressItem(item) {
  const number = Number(item.dataset.name.slice(1));
  if (item.dataset.name[0] === 'a') { setFocused(number, -1); choose(number); return; }
  fold(number, !unfolded.has(number));
}

function fold(project, wanted) {
  if (wanted) unfolded.add(project); else unfolded.delete(project);
  showTree();
}

function focusItem(item) {
  if (!item) return;
  tree.querySelector('[tabindex="0"]')?.setAttribute('tabindex', -1);
  item.setAttribute('tabindex', 0);
  item.focus();
}

tree.addEventListener('click', event => {
  const item = event.target.closest('[role="treeitem"]');
  if (item) { focusItem(item); pressItem(item); }
});
tree.addEventListener('keydown', event => {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const items = [...tree.querySelectorAll('[role="treeitem"]')];
  const at = items.indexOf(item);
  const project = item.dataset.name[0] === 'p' ? Number(item.dataset.name.slice(1)) : -1;
  const actions = {
    ArrowDown: () => focusItem(items[at + 1]), ArrowUp: () => focusItem(items[at - 1]),
    Home: () => focusItem(items[0]), End: () => focusItem(items[items.length - 1]),
    ArrowRight: () => project >= 0 && !unfolded.has(project) ? fold(project, true) : project >= 0 && focusItem(items[at + 1]),
    ArrowLeft: () => project >= 0 ? fold(project, false) : focusItem(item.parentElement.closest('[role="treeitem"]')),
    Enter: () => pressItem(item), ' ': () => pressItem(item),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
});

byId('pane-list').append(make('h2', { class: 'unseen' }, 'Projects and assets'), tree);
listeners.push(what => {
  if (what === 'filter') showTree();
  if (what === 'selection') {
    tree.querySelector('[aria-selected="true"]')?.setAttribute('aria-selected', 'false');
    tree.querySelector(`[data-name="a${Number(chosen.asset)}"]`)?.setAttribute('aria-selected', 'true');
  }
});
