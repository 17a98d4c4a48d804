/**
 * What pages can do besides, where scripts run: copy set-up lines, search, and put their own address into set-up lines when nobody
 * configured one. It reads the same pages that everybody else follows, and asks for nothing but them.
 */
export const SCRIPT = `const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

// The address of this page, where it is one that needs no quotes in a shell.
const main = one('main');
const unknown = main?.dataset.address;
const here = location.protocol + '//' + location.host + location.pathname.replace(/\\/[^/]*$/, '');
if (unknown && /^(https?:\\/\\/[a-z0-9.:-]+|file:\\/\\/)(\\/[A-Za-z0-9._~%-]+)*$/.test(here))
  for (const code of all('pre code')) code.textContent = code.textContent.replaceAll(unknown, here);

async function copy(code) {
  if (navigator.clipboard) return navigator.clipboard.writeText(code.textContent + '\\n');
  // Over plain HTTP there is no clipboard to write to.
  getSelection().selectAllChildren(code);
  document.execCommand('copy');
  getSelection().removeAllRanges();
}
for (const box of all('.lines')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.addEventListener('click', async () => {
    await copy(box.querySelector('code'));
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  box.append(button);
}

// Search: the pages of names, nearest first, six at a time, until enough was found.
const SHOWN = 100;
const form = one('form');
const input = one('#query');
const found = one('#found');
const hits = one('#hits');
const known = new Map();

async function read(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(url + ': ' + answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const target = (item) => new URL(item.querySelector('a').getAttribute('href'), url).href;
  const text = (item, selector) => item.querySelector(selector)?.textContent ?? '';
  return {
    lists: all('.ranges li', page).map((item, at, items) => ({
      url: target(item), first: text(item, 'a'), next: items[at + 1] ? text(items[at + 1], 'a') : '\uffff',
    })),
    packages: all('.packages li', page).map((item) => ({
      url: target(item), name: text(item, 'a'), version: text(item, 'b'), summary: text(item, 'i'),
    })),
  };
}
function load(url) {
  if (!known.has(url)) known.set(url, read(url).catch((error) => { known.delete(url); throw error; }));
  return known.get(url);
}

function rank({ name, summary }, words) {
  const [title, text] = [name.toLowerCase(), summary.toLowerCase()];
  if (!words.every((word) => title.includes(word) || text.includes(word))) return 0;
  const [first] = words;
  return title === first ? 4 : title.startsWith(first) ? 3 : title.includes(first) ? 2 : 1;
}

function show(list, { total, isOver }) {
  const best = list.sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, SHOWN);
  hits.replaceChildren(...best.map(({ url, name, version, summary, place }) => {
    const item = document.createElement('li');
    const link = document.createElement('a');
    const [number, where] = [document.createElement('b'), document.createElement('small')];
    const about = document.createElement('i');
    link.href = url;
    link.textContent = name;
    number.textContent = version;
    where.textContent = place;
    about.textContent = summary;
    item.append(link, ' ', number, ' ', where, ' ', about);
    return item;
  }));
  const count = total === 0 ? 'Nothing' : total > SHOWN ? 'The best ' + SHOWN + ' of ' + total : total;
  found.textContent = isOver ? count + ' found.' : 'Searching: ' + total + ' so far';
}

let turn = 0;
async function search() {
  const mine = ++turn;
  const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const isIdle = words.length === 0;
  found.hidden = hits.hidden = isIdle;
  history.replaceState(null, '', isIdle ? location.pathname : '#q=' + encodeURIComponent(input.value));
  if (isIdle) return;
  const list = [];
  const runs = all('a.run').map((link) => ({ url: link.href, place: link.dataset.place + ' ' + link.textContent }));
  const take = (packages, place) => {
    for (const each of packages) {
      const score = rank(each, words);
      if (score > 0) list.push({ ...each, place, rank: score });
    }
    show(list, { total: list.length, isOver: false });
  };
  const queue = [];
  await Promise.all(runs.map(async ({ url, place }) => {
    const { lists, packages } = await load(url);
    if (mine !== turn) return;
    if (lists.length === 0) take(packages, place);
    const isNear = ({ first, next }) => first.slice(0, words[0].length) <= words[0] && words[0] <= next;
    for (const each of lists) queue[isNear(each) ? 'unshift' : 'push']({ ...each, place });
  }));
  const work = async () => {
    for (let next; mine === turn && (next = queue.shift()); ) {
      const { packages } = await load(next.url);
      if (mine === turn) take(packages, next.place);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  if (mine === turn) show(list, { total: list.length, isOver: true });
}
function searchOrTell() {
  search().catch((error) => {
    found.hidden = false;
    found.textContent = 'The search does not work here (' + error.message + '). The lists below do.';
  });
}
if (form) {
  form.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());
  let timer;
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(searchOrTell, 150); });
  const asked = /^#q=(.+)$/.exec(location.hash);
  if (asked) { input.value = decodeURIComponent(asked[1]); searchOrTell(); }
}
`;
