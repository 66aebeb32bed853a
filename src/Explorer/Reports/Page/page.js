'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const [STEP, THREAD, OPERATION, LOCATION, BEFORE, AFTER, KIND, NUMBER, SOURCE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const LOCK = 2, NOTE = 3;
  const ROOT = 1, REACHABLE = 2, ALLOCATED = 4, MARKED = 8;
  const RECENT_WRITES = 6;
  const { threads, events, edges, waits, groups, boxes, pictures } = data;
  const byId = id => document.getElementById(id);
  const rows = events.map((_, index) => document.getElementById('e' + index));
  const body = document.body;
  let current = events.length - 1;

  const element = (name, attributes = {}, text = '') => {
    const made = document.createElement(name);
    for (const key of Object.keys(attributes)) made.setAttribute(key, attributes[key]);
    made.textContent = text;
    return made;
  };
  const shape = (name, attributes, text = '') => {
    const made = document.createElementNS(byId('arrows').namespaceURI, name);
    for (const key of Object.keys(attributes)) made.setAttribute(key, attributes[key]);
    made.textContent = text;
    return made;
  };
  const list = (id, items) => {
    const target = byId(id);
    target.replaceChildren();
    if (items.length === 0) {
      target.append(element('p', { class: 'none' }, 'none'));
      return;
    }
    const made = element('ul');
    made.append(...items);
    target.append(made);
  };
  const words = event => [event[OPERATION], event[LOCATION]].filter(word => word !== '').join(' ');

  // What each thread does next: the state of the world after a row follows from it.
  const nextOf = (thread, index) => {
    for (let i = index + 1; i < events.length; i++) if (events[i][THREAD] === thread) return events[i];
    return null;
  };
  const stateAt = index => {
    const holders = new Map();
    const notes = new Map();
    const started = new Set([0]);
    const ended = new Set();
    for (let i = 0; i <= index; i++) {
      const event = events[i];
      switch (event[OPERATION]) {
        case 'enter': holders.set(event[NUMBER], event); break;
        case 'exit': holders.delete(event[NUMBER]); break;
        case 'start': started.add(event[NUMBER]); break;
        case 'end': ended.add(event[THREAD]); break;
      }
      if (event[KIND] === NOTE) {
        const known = notes.get(event[NUMBER]) ?? { name: event[LOCATION], woken: false, event: null };
        if (event[OPERATION] === 'wake' || event[OPERATION] === 'clear') {
          known.woken = event[OPERATION] === 'wake';
          known.event = event;
        }
        notes.set(event[NUMBER], known);
      }
    }
    return { holders, notes, started, ended };
  };
  // What a thread is about to do, and why it cannot.
  const standing = (state, thread, index) => {
    if (!state.started.has(thread)) return { text: 'has not been started', waits: false, next: null };
    if (state.ended.has(thread)) return { text: 'has ended', waits: false, next: null };
    const event = nextOf(thread, index);
    if (event === null) {
      const wait = waits.find(candidate => candidate.thread === thread);
      if (!wait) return { text: 'failed', waits: true, next: null };
      const next = { operation: wait.operation, number: wait.number };
      return { text: wait.text.replace(/^thread '[^']*' /, '').replace(/^thread '[^']*':/, 'next:'), waits: wait.blocked, next };
    }
    const next = { operation: event[OPERATION], number: event[NUMBER] };
    const place = event[SOURCE] === '' ? '' : ' (' + event[SOURCE] + ')';
    let blocker = '';
    const holder = state.holders.get(event[NUMBER]);
    if (event[OPERATION] === 'enter' && holder && holder[THREAD] !== thread) {
      blocker = 'waits: ' + threads[holder[THREAD]] + ' holds ' + event[LOCATION];
    } else if (event[OPERATION] === 'sleep' && !(state.notes.get(event[NUMBER])?.woken)) {
      blocker = 'sleeps until ' + event[LOCATION] + ' is woken';
    } else if (event[OPERATION] === 'join' && !state.ended.has(event[NUMBER])) {
      blocker = 'waits for the end of ' + event[LOCATION];
    }
    return { text: blocker || 'next: ' + words(event) + place, waits: blocker !== '', next };
  };

  const showThreads = (state, index) => {
    const standings = threads.map((_, thread) => standing(state, thread, index));
    list('threads', threads.map((name, thread) => {
      const item = element('li', { class: 't' + thread % 8 });
      const style = standings[thread].waits ? 'waits' : '';
      item.append(element('span', { class: 'name' }, name), ' ', element('span', { class: style }, standings[thread].text));
      return item;
    }));
    return standings;
  };
  const showLocks = (state, standings) => {
    const waiting = (operations, number) => standings
      .map((one, thread) => one.next && operations.includes(one.next.operation) && one.next.number === number ? threads[thread] : '')
      .filter(name => name !== '');
    const items = [];
    for (const [number, taken] of state.holders) {
      const who = waiting(['enter'], number);
      const item = element('li');
      item.append(
        element('code', {}, taken[LOCATION]),
        ' held by ', element('span', { class: 'name t' + taken[THREAD] % 8 }, threads[taken[THREAD]]),
        ' since step ' + taken[STEP]);
      if (who.length > 0) item.append(element('span', { class: 'waits' }, '; waiting: ' + who.join(', ')));
      items.push(item);
    }
    for (const [number, note] of state.notes) {
      const who = waiting(['sleep', 'timed-sleep'], number);
      if (!note.woken && who.length === 0) continue;
      const item = element('li');
      const since = note.event === null ? '' : ' since step ' + note.event[STEP];
      item.append('note ', element('code', {}, note.name), ' is ' + (note.woken ? 'woken' : 'clear') + since);
      if (who.length > 0) item.append(element('span', { class: 'waits' }, '; asleep on it: ' + who.join(', ')));
      items.push(item);
    }
    list('locks', items);
  };
  const showWritten = index => {
    const seen = new Set();
    const items = [];
    for (let i = index; i >= 0 && items.length < RECENT_WRITES; i--) {
      const event = events[i];
      if (event[AFTER] === '' || seen.has(event[LOCATION])) continue;
      seen.add(event[LOCATION]);
      const item = element('li');
      item.append(
        element('code', {}, event[LOCATION]), ' = ', element('code', {}, event[AFTER]),
        element('span', { class: 'none' }, ' was ' + event[BEFORE] + ', '),
        element('span', { class: 'name t' + event[THREAD] % 8 }, threads[event[THREAD]]),
        element('span', { class: 'none' }, ' at ' + event[STEP]));
      items.push(item);
    }
    list('written', items);
  };

  // Where each box of the heap stands is the same at every step: only boxes that ever matter get a place.
  const CELL = 46, HEIGHT = 24, GAP = 9, PER_ROW = 7, LEFT = 104, TOP = 16;
  const layout = (() => {
    const used = new Set();
    for (const [, picture] of pictures) {
      picture.states.forEach(([box]) => used.add(box));
      picture.arrows.forEach(([from, to]) => used.add(from).add(to));
    }
    const places = new Map();
    const labels = [];
    const roots = groups.length > 0 ? groups[0].boxes : [];
    roots.forEach((box, i) => places.set(box, { x: 0, y: TOP + i * (HEIGHT + 4), w: LEFT - 34, root: true }));
    let y = TOP;
    for (const group of groups.slice(1)) {
      const shown = group.boxes.filter(box => used.has(box));
      if (shown.length === 0) continue;
      const idle = group.boxes.length - shown.length;
      labels.push({ x: LEFT, y: y - 4, text: group.name + (idle > 0 ? ', ' + idle + ' never used' : '') });
      shown.forEach((box, i) => places.set(box, {
        x: LEFT + (i % PER_ROW) * (CELL + GAP), y: y + Math.floor(i / PER_ROW) * (HEIGHT + GAP), w: CELL, root: false
      }));
      y += Math.ceil(shown.length / PER_ROW) * (HEIGHT + GAP) + 20;
    }
    const height = Math.max(y, TOP + roots.length * (HEIGHT + 4) + 4);
    const right = Math.max(LEFT + 4 * (CELL + GAP), ...[...places.values()].map(place => place.x + place.w + GAP));
    return { places, labels, width: right, height };
  })();
  const boxClass = state => {
    if (state & ROOT) return 'box root';
    if (state & REACHABLE) return state & ALLOCATED ? 'box reachable' : 'box lost';
    return state & ALLOCATED ? 'box used' : 'box';
  };
  const boxText = state => {
    if (state & ROOT) return 'a root';
    const use = state & ALLOCATED ? 'allocated' : 'free';
    const reach = state & REACHABLE ? 'reachable' : 'not reachable';
    return use + ', ' + reach + (state & MARKED ? ', marked' : '');
  };
  const showPicture = index => {
    const step = events.length === 0 ? 0 : events[index][STEP];
    const number = pictures.findLastIndex(([at]) => at <= step);
    byId('picture-part').hidden = layout.places.size === 0;
    if (layout.places.size === 0) return;
    const target = byId('picture');
    if (number < 0) {
      target.replaceChildren(element('p', { class: 'none' }, 'The first picture is of step ' + pictures[0][0] + '.'));
      return;
    }
    const states = new Map(pictures[number][1].states);
    const before = number > 0 ? new Map(pictures[number - 1][1].states) : states;
    const lost = box => (states.get(box) & (REACHABLE | ALLOCATED)) === REACHABLE;
    const svg = shape('svg', { viewBox: `0 0 ${layout.width} ${layout.height}`, role: 'img' });
    svg.append(shape('title', {}, 'The heap after step ' + step + ': ' + summary(states)));
    layout.labels.forEach(label => svg.append(shape('text', { class: 'group', x: label.x, y: label.y }, label.text)));
    for (const [from, to, certain] of pictures[number][1].arrows) {
      const a = layout.places.get(from), b = layout.places.get(to);
      if (!a || !b) continue;
      const x1 = a.x + a.w, y1 = a.y + HEIGHT / 2, x2 = b.x, y2 = b.y + HEIGHT / 2;
      const bend = Math.max(18, Math.abs(x2 - x1) / 2);
      const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
      svg.append(shape('path', { class: 'ref' + (certain ? '' : ' guess') + (lost(to) ? ' lost' : ''), d: path }));
    }
    for (const [box, place] of layout.places) {
      const state = states.get(box) ?? 0;
      if (place.root && state === 0) continue;
      const group = shape('g', {});
      const changed = state !== (before.get(box) ?? 0) ? ' changed' : '';
      group.append(
        shape('title', {}, boxes[box][1] + ': ' + boxText(state)),
        shape('rect', { class: boxClass(state) + changed, x: place.x, y: place.y, width: place.w, height: HEIGHT, rx: 4 }),
        shape('text', { x: place.x + 5, y: place.y + 15 }, lost(box) ? '✗ ' + boxes[box][0] : boxes[box][0]));
      if (state & MARKED) group.append(shape('circle', { class: 'mark', cx: place.x + place.w - 6, cy: place.y + 6, r: 4 }));
      svg.append(group);
    }
    const key = element('p', { class: 'key' });
    for (const [state, text] of [
      [REACHABLE | ALLOCATED, 'reachable'], [ALLOCATED, 'allocated, not reachable'], [0, 'free'],
      [REACHABLE, '✗ reachable but free'], [ALLOCATED | MARKED, 'marked']]) {
      const entry = element('span');
      const icon = shape('svg', { viewBox: '0 0 18 14', 'aria-hidden': 'true' });
      icon.append(shape('rect', { class: boxClass(state), x: 1, y: 1, width: 16, height: 12, rx: 3 }));
      if (state & MARKED) icon.append(shape('circle', { class: 'mark', cx: 13, cy: 5, r: 3 }));
      entry.append(icon, ' ' + text);
      key.append(entry);
    }
    target.replaceChildren(svg, key);
  };
  const summary = states => {
    const count = test => [...states.values()].filter(state => !(state & ROOT) && test(state)).length;
    return count(state => (state & REACHABLE) && (state & ALLOCATED)) + ' reachable, '
      + count(state => !(state & REACHABLE) && (state & ALLOCATED)) + ' allocated and not reachable, '
      + count(state => (state & REACHABLE) && !(state & ALLOCATED)) + ' reachable but free, '
      + count(state => state & MARKED) + ' marked';
  };

  const isShown = index => rows[index].offsetParent !== null;
  const drawArrows = () => {
    const canvas = document.querySelector('.canvas').getBoundingClientRect();
    const target = document.querySelector('#arrows g');
    const made = [];
    const boxOf = index => {
      const box = rows[index].querySelector('.deed').getBoundingClientRect();
      return { left: box.left - canvas.left, right: box.right - canvas.left, y: box.top - canvas.top + box.height / 2 };
    };
    for (const [from, to, kind] of edges) {
      if (!isShown(from) || !isShown(to)) continue;
      const near = from === current || to === current;
      // What plain accesses read is drawn for the current row only: there is too much of it.
      if (kind === 'data' && !near && rows[to].classList.contains('part')) continue;
      const a = boxOf(from), b = boxOf(to);
      const side = b.left > a.left ? 1 : -1;
      const x1 = side > 0 ? a.right + 2 : a.left - 2, x2 = side > 0 ? b.left - 1 : b.right + 3;
      const bend = Math.max(20, Math.abs(x2 - x1) / 2) * side;
      made.push(shape('path', {
        class: 'edge ' + (kind === 'data' ? 'data' : 'order') + (near ? ' near' : ''),
        d: `M${x1} ${a.y}C${x1 + bend} ${a.y} ${x2 - bend} ${b.y} ${x2} ${b.y}`,
        'marker-end': 'url(#tip)'
      }));
    }
    target.replaceChildren(...made);
  };

  const reveal = index => {
    if (isShown(index)) return;
    const fold = [...document.querySelectorAll('tr.fold')].find(candidate =>
      index >= +candidate.dataset.first && index < +candidate.dataset.first + +candidate.dataset.count);
    if (fold) open(fold);
  };
  const open = fold => {
    fold.classList.add('open');
    const first = +fold.dataset.first;
    for (let i = first; i < first + +fold.dataset.count; i++) rows[i].classList.add('open');
  };
  const select = (index, scroll = true) => {
    if (index < 0 || index >= events.length) return;
    reveal(index);
    rows[current].classList.remove('current');
    rows[current].removeAttribute('aria-current');
    rows[current].tabIndex = -1;
    current = index;
    const row = rows[current];
    row.classList.add('current');
    row.setAttribute('aria-current', 'step');
    row.tabIndex = 0;
    const event = events[current];
    byId('state-title').textContent = 'State after step ' + event[STEP];
    byId('now').textContent = threads[event[THREAD]] + ': ' + words(event)
      + (event[AFTER] !== '' ? ' ' + event[BEFORE] + ' → ' + event[AFTER] : event[BEFORE] !== '' ? ' = ' + event[BEFORE] : '');
    const state = stateAt(current);
    showLocks(state, showThreads(state, current));
    showWritten(current);
    showPicture(current);
    drawArrows();
    if (scroll) {
      row.scrollIntoView({ block: 'nearest' });
      row.focus({ preventScroll: true });
    }
  };
  const move = (by, accept) => {
    for (let i = current + by; i >= 0 && i < events.length; i += by) {
      if (isShown(i) && accept(i)) {
        select(i);
        return;
      }
    }
  };
  const end = by => {
    for (let i = by > 0 ? 0 : events.length - 1; i >= 0 && i < events.length; i += by) {
      if (isShown(i)) {
        select(i);
        return;
      }
    }
  };
  const toggleAll = () => {
    const brief = body.classList.toggle('brief');
    byId('all').setAttribute('aria-pressed', String(!brief));
    if (!isShown(current)) end(-1);
    drawArrows();
    rows[current].scrollIntoView({ block: 'center' });
  };
  const any = () => true;
  const sameThread = index => events[index][THREAD] === events[current][THREAD];
  const keys = {
    ArrowDown: () => move(1, any), j: () => move(1, any), ArrowUp: () => move(-1, any), k: () => move(-1, any),
    ArrowRight: () => move(1, sameThread), ArrowLeft: () => move(-1, sameThread),
    Home: () => end(1), End: () => end(-1), a: toggleAll
  };

  document.addEventListener('keydown', event => {
    const isText = event.target instanceof Element && event.target.closest('input, textarea, select');
    if (event.ctrlKey || event.metaKey || event.altKey || isText || !(event.key in keys) || events.length === 0) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.querySelector('tbody').addEventListener('click', event => {
    const fold = event.target.closest('tr.fold');
    if (fold) {
      open(fold);
      drawArrows();
    } else if (!event.target.closest('a')) {
      const row = event.target.closest('tr.row');
      if (row) select(+row.id.slice(1));
    }
  });
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#e"]');
    if (!link) return;
    event.preventDefault();
    const index = +link.hash.slice(2);
    select(index);
    rows[index].scrollIntoView({ block: 'center' });
  });
  byId('first').addEventListener('click', () => end(1));
  byId('back').addEventListener('click', () => move(-1, any));
  byId('forward').addEventListener('click', () => move(1, any));
  byId('last').addEventListener('click', () => end(-1));
  byId('all').addEventListener('click', toggleAll);
  byId('copy').addEventListener('click', () => navigator.clipboard?.writeText(byId('command').textContent));
  byId('theme').addEventListener('click', () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  addEventListener('resize', drawArrows);
  addEventListener('beforeprint', () => document.querySelector('.rule').open = true);
  if (events.length > 0) {
    const wanted = /^#e(\d+)$/.exec(location.hash);
    select(wanted ? +wanted[1] : events.length - 1, Boolean(wanted));
  }
})();
