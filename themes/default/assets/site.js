/*
 * The default theme's script. Every page works without it; it makes forms kinder, and puts footnotes into the margin.
 * What a form sends, and what the server answers, is written down in functions/intake.
 */

'use strict';

/* ── Identity: one id per message, kept through retries, so that a message sent twice is stored once. */

function newID() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without TLS on another machine's address, randomUUID is missing: the same by hand.
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (n) => n.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/* ── Sending: one attempt, and what its answer means. */

const PATIENCE = 20; // seconds for one attempt
const PAUSES = [2, 4, 8, 15, 30, 60, 60]; // seconds before each further attempt

/** Posts the answers once. Gives {kind: sent | wrong | refused | later, …}; it never throws. */
async function post(form, answers) {
  let answer;
  try {
    answer = await fetch(form.action, {
      method: 'POST',
      headers: { Accept: 'application/json' },
      body: answers,
      signal: within(PATIENCE),
    });
    const body = await answer.json();
    if (answer.status === 200 && body.id) return { kind: 'sent' };
    if (answer.status === 422 && body.errors) return { kind: 'wrong', errors: body.errors };
    if ([400, 404, 405, 413, 415].includes(answer.status) && body.error) return { kind: 'refused', why: body.error };
  } catch {
    // No network, no answer in time, or something in between that answered in its own words: try again.
  }
  const after = Number(answer?.headers.get('Retry-After'));
  return { kind: 'later', busy: answer?.status === 429, after: after > 0 ? after : 0 };
}

/** A signal that ends a request after some seconds; older browsers have their own limit. */
function within(seconds) {
  return AbortSignal.timeout?.(seconds * 1000);
}

/** Waits some seconds, or until the network is back. */
function pause(seconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    addEventListener('online', done);
  });
}

/* ── Where a visitor came from: to this page; or, where site.yaml says `attribution: session`, to the first page that
   this tab showed. That is remembered in the tab alone, until it is closed, and is the only thing that is remembered. */

function firstTouch() {
  const here = { query: location.search.slice(1), referrer: document.referrer, touch: '' };
  if (document.documentElement.dataset.attribution !== 'session') return here;
  try {
    const kept = JSON.parse(sessionStorage.getItem('first-touch'));
    if (kept) return kept;
    const first = { ...here, touch: 'session' };
    sessionStorage.setItem('first-touch', JSON.stringify(first));
    return first;
  } catch {
    return here; // the visitor's browser keeps nothing
  }
}

/* ── One form */

class Form {
  constructor(form) {
    this.form = form;
    this.button = form.querySelector('button[type="submit"]');
    this.sending = false;
    form.noValidate = true; // the server's words, beside the fields, in place of the browser's bubbles
    form.addEventListener('focusin', () => (this.challenged = this.challenge()), { once: true });
    form.addEventListener('input', () => this.showFields());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!this.sending) this.submit();
    });
    this.showFields();
  }

  hidden(name) {
    return this.form.querySelector(`input[type="hidden"][name="${name}"]`) ?? {};
  }

  /** Asks once for the challenge. Without it a message counts just the same, so a failure is no matter. */
  async challenge() {
    try {
      const name = encodeURIComponent(this.form.dataset.form);
      const answer = await fetch(`/api/challenge?form=${name}`, { headers: { Accept: 'application/json' }, signal: within(3) });
      if (!answer.ok) return;
      const challenge = await answer.json();
      this.hidden('_token').value = challenge.token ?? '';
      if (challenge.work > 0) this.proved = this.prove(challenge);
    } catch {
      // Nothing to do.
    }
  }

  /** Has a worker find the proof of work while the visitor writes. It does without one as well as without the token. */
  prove(challenge) {
    const worker = new Worker(this.form.dataset.proof);
    return new Promise((resolve) => {
      worker.onerror = resolve;
      worker.onmessage = ({ data }) => {
        this.hidden('_token').value = data;
        worker.terminate();
        resolve();
      };
      worker.postMessage(challenge);
    });
  }

  /** Shows the fields whose condition holds. A field out of sight is not sent. */
  showFields() {
    const values = new FormData(this.form);
    for (const field of this.form.querySelectorAll('[data-show-field]')) {
      field.hidden = !values.getAll(field.dataset.showField).includes(field.dataset.showValue);
      for (const control of field.querySelectorAll('input, select, textarea')) control.disabled = field.hidden;
    }
  }

  async submit() {
    this.hidden('_id').value ||= newID();
    const came = firstTouch();
    this.hidden('_query').value = came.query;
    this.hidden('_referrer').value = came.referrer;
    this.hidden('_touch').value = came.touch;
    this.showErrors({});
    this.lock(true);
    await this.challenged;
    await Promise.race([this.proved, pause(1)]);
    const answer = await this.postUntilAnswered();
    this.lock(false);
    if (answer.kind === 'sent') this.sent();
    else if (answer.kind === 'wrong') this.wrong(answer.errors);
    else this.say(answer.kind === 'refused' ? 'refused' : 'gave-up', answer.why);
  }

  /** Tries until the server has decided, with longer and longer pauses; the draft stays in the form meanwhile. */
  async postUntilAnswered() {
    this.say('sending');
    // Taken once: a list or a box can be changed while it waits, and other answers would be another message.
    const answers = new URLSearchParams(new FormData(this.form));
    let answer = await post(this.form, answers);
    for (const seconds of PAUSES) {
      if (answer.kind !== 'later') break;
      this.say(answer.busy ? 'waiting' : 'retrying');
      await pause(Math.max(seconds, answer.after));
      answer = await post(this.form, answers);
    }
    return answer;
  }

  sent() {
    this.say('sent');
    this.form.reset();
    this.showFields();
    this.hidden('_id').value = ''; // what is written next is another message
    this.hidden('_token').value = '';
    location.assign(this.form.dataset.success);
  }

  wrong(errors) {
    this.say('');
    this.showErrors(errors);
  }

  /** While a message is on its way: one press is enough, its text is not edited, and leaving the page asks first. */
  lock(on) {
    this.sending = on;
    this.button.setAttribute('aria-disabled', on);
    this.form.setAttribute('aria-busy', on);
    for (const control of this.form.querySelectorAll('input, textarea')) control.readOnly = on;
    (on ? addEventListener : removeEventListener)('beforeunload', stay);
  }

  say(what, detail = '') {
    for (const line of this.form.querySelectorAll('[data-say]')) line.hidden = line.dataset.say !== what;
    this.form.querySelector('[data-answer]').textContent = detail;
  }

  /** Puts every error beside its field, and a summary with links to them above the form. No errors: clears both. */
  showErrors(errors) {
    for (const field of this.form.querySelectorAll('[data-field]')) this.showError(field, errors[field.dataset.field]);
    for (const old of this.form.parentElement.querySelectorAll('.summary')) old.remove();
    if (Object.keys(errors).length > 0) this.showSummary(errors);
  }

  showError(field, words = '') {
    const line = field.querySelector('.error');
    line.textContent = words;
    line.hidden = !words;
    // Of radio buttons the group is what can be invalid.
    const controls = field.matches('[role="radiogroup"]') ? [field] : field.querySelectorAll('input, select, textarea');
    for (const control of controls) {
      if (words) control.setAttribute('aria-invalid', 'true');
      else control.removeAttribute('aria-invalid');
    }
  }

  showSummary(errors) {
    const summary = this.form.querySelector('[data-summary]').content.firstElementChild.cloneNode(true);
    const fields = [...this.form.querySelectorAll('[data-field]')];
    const order = (name) => fields.findIndex((field) => field.dataset.field === name);
    for (const name of Object.keys(errors).sort((a, b) => order(a) - order(b))) {
      const item = document.createElement('li');
      const control = fields[order(name)]?.querySelector('input, select, textarea');
      item.append(control ? this.link(control, errors[name]) : errors[name]);
      summary.querySelector('ul').append(item);
    }
    this.form.prepend(summary);
    summary.focus();
  }

  link(control, words) {
    const link = document.createElement('a');
    link.href = `#${control.id}`;
    link.textContent = words;
    link.addEventListener('click', (event) => {
      event.preventDefault();
      control.focus();
    });
    return link;
  }
}

function stay(event) {
  event.preventDefault();
}

/* ── Footnotes: where there is room, each stands beside its mark; the stylesheet decides whether there is. */

function sidenotes(text) {
  for (const mark of text.querySelectorAll('sup a[href^="#"]')) {
    const note = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
    const block = mark.closest('p, li');
    if (!note?.closest('.footnotes') || !block || block.closest('table') || note.contains(mark)) continue;
    const side = document.createElement('small');
    side.className = 'sidenote';
    for (const part of [...note.cloneNode(true).childNodes]) side.append(...(part.nodeName === 'P' ? part.childNodes : [part]));
    for (const back of side.querySelectorAll('a[href^="#"]')) back.remove();
    for (const part of side.querySelectorAll('[id]')) part.removeAttribute('id');
    side.prepend(`${mark.textContent} `);
    mark.closest('sup').after(side);
    text.classList.add('has-sidenotes');
  }
}

/* ── Tables that are wider than a phone can be scrolled with the keyboard, too. */

function scrollable(table) {
  if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
}

/* ── Start */

firstTouch();
for (const form of document.querySelectorAll('form[data-form]')) new Form(form);
for (const text of document.querySelectorAll('[data-sidenotes]')) sidenotes(text);
for (const table of document.querySelectorAll('.prose table')) scrollable(table);
