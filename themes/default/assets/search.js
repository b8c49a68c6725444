/*
 * The search page. It looks words up in an index that was built with the site and is fetched when somebody is about to
 * search; nothing is asked of a server, and nothing typed leaves the browser.
 * The index's format is written down in build/search, which cuts text into words as words() does here.
 */

'use strict';

/* ── Words: runs of letters and digits, without case, marks and apostrophes. */

const PART = "[\\p{L}\\p{M}\\p{N}]+(?:['’][\\p{L}\\p{M}\\p{N}]+)*";
const CHAIN = new RegExp(`${PART}(?:[-‐‑]${PART})*`, 'gu'); // what hyphens join
const SIGN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u; // scripts without spaces
const FOLDS = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i', ς: 'σ' };

function fold(text) {
  if (/^[\w']*$/.test(text)) return text.replaceAll("'", '').toLowerCase(); // most words, and many times as fast
  return text.normalize('NFD').replace(/['’\p{M}]/gu, '').toLowerCase().replace(/[ßæœøłđıς]/g, (letter) => FOLDS[letter]);
}

/** Every word of a text with its place: {word, start, end}. "E-mail" gives mail and email. */
function* words(text) {
  for (const chain of text.matchAll(CHAIN)) {
    const parts = chain[0].split(/[-‐‑]/);
    let start = chain.index;
    for (const part of parts) {
      yield* pieces(fold(part), start, start + part.length);
      start += part.length + 1;
    }
    if (parts.length === 2) yield* pieces(parts.map(fold).join(''), chain.index, chain.index + chain[0].length);
  }
}

/** A word itself, or pairs of signs where it is in a script without spaces. */
function* pieces(word, start, end) {
  const signs = Array.from(word);
  if (!SIGN.test(word)) {
    if (signs.length >= 2 && signs.length <= 32) yield { word, start, end };
    return;
  }
  if (signs.length === 1) yield { word, start, end };
  for (let i = 1; i < signs.length; i++) yield { word: signs[i - 1] + signs[i], start, end };
}

/* ── The index */

/* What it weighs that a page has a word: in the title, in the last part of the address, in what the result shows; in the
   page once, often, in a heading, as a tag. */
const TITLE = 12;
const ADDRESS = 8;
const TEXT = 4;
const LEVELS = [1, 2, 4, 6];
const HALF = 4; // the weight that is worth half of what is possible, so that one word in the title is not all
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Numbers in base64 digits of five bits, lowest first; the sixth bit says that another digit follows. */
function numbers(text) {
  const all = [];
  let [value, factor] = [0, 1];
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) * factor;
    factor *= 32;
    if (bits < 32) {
      all.push(value);
      [value, factor] = [0, 1];
    }
  }
  return all;
}

class Index {
  constructor(file) {
    this.pages = file.titles.map((title, i) => ({ title, text: file.texts[i], url: address(file.urls[i], title), date: null }));
    this.words = new Map(); // word -> [page, weight, page, weight, …]
    this.readDates(file.dates);
    this.readWords(file.words, file.found.split(' '));
    this.pages.forEach((page, i) => {
      for (const { word } of words(page.title)) this.add(word, i, TITLE);
      for (const { word } of words(page.text)) this.add(word, i, TEXT);
      for (const { word } of words(page.url.split('/').at(-2) ?? '')) this.add(word, i, ADDRESS);
    });
  }

  readDates(text) {
    let day = 0;
    let page = 0;
    for (const n of numbers(text)) {
      day = page ? day - n : n;
      this.pages[page++].date = new Date((day - 719162) * 86400000); // counted from the year 1
    }
  }

  readWords(text, found) {
    let word = '';
    let nth = 0;
    for (const [, shared, rest] of text.matchAll(/([A-Z])([^A-Z]*)/g)) {
      word = word.slice(0, shared.charCodeAt(0) - 65) + rest;
      let page = -1;
      for (const n of numbers(found[nth++])) {
        page += n >> 2;
        this.add(word, page, LEVELS[n & 3]);
      }
    }
  }

  add(word, page, weight) {
    const list = this.words.get(word);
    if (list) list.push(page, weight);
    else this.words.set(word, [page, weight]);
  }

  /**
   * The pages that fit a query, best first: {pages, words, instead}; words are those of the index that were taken for
   * the query's, instead is the one that stands for a misspelt word. A word that no page has is passed over.
   */
  search(query) {
    const asked = [...new Set(Array.from(words(query), ({ word }) => word))].slice(0, 12);
    const unfinished = /[\p{L}\p{M}\p{N}]$/u.test(query) ? asked.at(-1) : '';
    const result = { pages: [], words: new Set(), instead: [] };
    const scores = new Map(); // page -> [sum, number of the query's words that it has]
    let known = 0;
    for (const word of asked) {
      const gains = this.gains(word, word === unfinished, result);
      if (gains.size) known++;
      for (const [page, gain] of gains) {
        const [sum, count] = scores.get(page) ?? [0, 0];
        scores.set(page, [sum + gain, count + 1]);
      }
    }
    const rank = ([, [sum, count]]) => sum * (count / known) ** 2; // what has all words comes before what has some
    result.pages = [...scores].sort((a, b) => rank(b) - rank(a) || a[0] - b[0]).map(([page]) => this.pages[page]);
    return result;
  }

  /** What one word of a query gains each page. */
  gains(word, unfinished, result) {
    const gains = new Map();
    for (const [term, likeness] of this.terms(word, unfinished, result)) {
      result.words.add(term);
      const list = this.words.get(term);
      const rarity = Math.log(1 + (2 * this.pages.length) / list.length);
      for (let i = 0; i < list.length; i += 2) {
        gains.set(list[i], Math.max(gains.get(list[i]) ?? 0, likeness * rarity * (list[i + 1] / (list[i + 1] + HALF))));
      }
    }
    return gains;
  }

  /** The words of the index that a word of a query stands for, each with its likeness; misspelt words last. */
  terms(word, unfinished, result) {
    const found = [];
    let nearest = [];
    let least = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    for (const [term, list] of this.words) {
      const likeness = alike(word, term, unfinished);
      if (likeness) found.push([term, likeness]);
      else if (!found.length && least && Math.abs(term.length - word.length) <= least) {
        const steps = distance(word, term, least);
        if (steps < least) nearest = [];
        if (steps <= least) {
          least = Math.max(1, steps);
          nearest.push([term, 0.4, list.length]);
        }
      }
    }
    if (found.length || !nearest.length) return found;
    nearest.sort((a, b) => b[2] - a[2]);
    result.instead.push(nearest[0][0]);
    return nearest.slice(0, 3);
  }
}

/** A page's address; * stands for its title. */
function address(url, title) {
  if (!url.endsWith('*')) return url;
  return url.slice(0, -1) + title.toLowerCase().split(/[^a-z0-9]+/).filter(Boolean).join('-') + '/';
}

/** How much a word is another: 1 the same, less for its beginning and for other forms ("lead", "leads"), 0 not at all. */
function alike(word, term, unfinished) {
  if (word === term) return 1;
  if (unfinished && term.startsWith(word)) return 0.5 + (0.4 * word.length) / term.length;
  let shared = 0;
  while (shared < word.length && word[shared] === term[shared]) shared++;
  const [a, b] = [word.length - shared, term.length - shared];
  if (shared < 3 || a > 3 || b > 3) return 0;
  if (!a || !b) return shared >= a + b ? 0.6 : 0;
  return shared >= 4 && shared >= a + b ? 0.3 : 0;
}

/** How many letters must be changed, added, left out or swapped to make one word of another; more than most: most + 1. */
function distance(a, b, most) {
  let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length];
}

/** A text in parts, [text, whether it is one of the words]. */
function marked(text, found) {
  const parts = [];
  let at = 0;
  for (const { word, start, end } of words(text)) {
    if (start < at || !found.has(word)) continue;
    parts.push([text.slice(at, start), false], [text.slice(start, end), true]);
    at = end;
  }
  return [...parts, [text.slice(at), false]].filter(([part]) => part);
}

/* ── The page */

const SHOWN = 10; // results at a time
const QUIET = 600; // milliseconds after the last key before the number of results is said

class SearchPage {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector('input[type="search"]');
    this.part = (name) => document.querySelector(`[data-search-${name}]`);
    form.hidden = false;
    this.part('off').hidden = true;
    this.field.addEventListener('focus', () => this.index().catch(() => {}), { once: true });
    this.field.addEventListener('input', () => this.show());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.show();
    });
    this.part('more').addEventListener('click', () => this.showMore());
    this.field.value = new URLSearchParams(location.search).get('q') ?? '';
    if (this.field.value.trim()) this.show();
  }

  /** The index, fetched once; after a failure it is tried again. */
  index() {
    this.fetched ??= this.fetch().catch((error) => {
      this.fetched = undefined;
      throw error;
    });
    return this.fetched;
  }

  async fetch() {
    const answer = await fetch(this.form.dataset.search);
    if (!answer.ok) throw new Error(`the search index came with status ${answer.status}`);
    return new Index(await answer.json());
  }

  /** Shows the results of what the field holds now, and puts it into the address, so that it can be passed on. */
  async show() {
    const query = this.field.value.trim();
    history.replaceState(null, '', query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    let result;
    try {
      const index = await this.index();
      if (query !== this.field.value.trim()) return; // more was typed meanwhile
      result = index.search(this.field.value.trimStart());
    } catch {
      this.say('failed');
      return;
    }
    this.result = result;
    this.part('results').replaceChildren();
    this.addResults();
    this.part('help').hidden = result.pages.length > 0;
    this.announce(query);
  }

  addResults() {
    const list = this.part('results');
    const next = this.result.pages.slice(list.childElementCount, list.childElementCount + SHOWN);
    list.append(...next.map((page) => this.item(page)));
    list.hidden = !list.childElementCount;
    this.part('more').hidden = list.childElementCount >= this.result.pages.length;
    return list.children[list.childElementCount - next.length];
  }

  showMore() {
    this.addResults().querySelector('a').focus();
  }

  /** One result. What the index says is text, never markup. */
  item(page) {
    const item = this.part('result').content.firstElementChild.cloneNode(true);
    const link = item.querySelector('a');
    link.href = page.url;
    link.append(...this.marks(page.title));
    item.querySelector('p').append(...this.marks(page.text));
    const time = item.querySelector('time');
    if (page.date) this.date(time, page.date);
    else time.replaceWith(document.createElement('span'));
    return item;
  }

  date(time, date) {
    const months = time.dataset.months.split('|');
    time.removeAttribute('data-months');
    time.dateTime = date.toISOString().slice(0, 10);
    time.textContent = `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  }

  marks(text) {
    return marked(text, this.result.words).map(([part, found]) => {
      if (!found) return part;
      const mark = document.createElement('mark');
      mark.textContent = part;
      return mark;
    });
  }

  /** Says how many results there are, once the visitor pauses: not at every key. */
  announce(query) {
    const { pages, instead } = this.result;
    const count = pages.length === 0 ? 'none' : pages.length === 1 ? 'single' : 'many';
    if (!query) this.say('');
    else if (pages.length && instead.length) this.say('instead', { words: instead.join(' '), count: pages.length, query });
    else this.say(count, { count: pages.length, query });
  }

  say(what, values = {}) {
    clearTimeout(this.saying);
    const status = this.part('status');
    const text = (status.dataset[what] ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name]);
    this.saying = setTimeout(() => (status.textContent = text), what ? QUIET : 0);
  }
}

/* ── Start */

for (const form of document.querySelectorAll('form[data-search]')) new SearchPage(form);
