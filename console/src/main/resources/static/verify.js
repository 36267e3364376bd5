// Checks, in this browser, that log entries on the page are in a log that the reader's own trust file names: the trust
// file is read here and sent nowhere. Hashes and signatures are Web Cryptography's; words are the page's.
(() => {
  'use strict';
  const form = document.querySelector('[data-verify-form]');
  const result = document.querySelector('[data-verify-result]');
  if (!form || !result) return;
  document.querySelectorAll('[data-without-script]').forEach((element) => { element.hidden = true; });
  form.hidden = false;

  const utf8 = new TextEncoder();
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const word = (key, ...values) => {
    const element = document.querySelector('[data-verify-words] [data-key="' + key + '"]');
    return values.reduce((text, value, i) => text.split('{' + i + '}').join(String(value)), element ? element.textContent : key);
  };

  const sha256 = async (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
    return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  };
  const equal = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
  const hex = (bytes) => [...bytes].map((value) => value.toString(16).padStart(2, '0')).join('');
  const base64 = (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    if (btoa(String.fromCharCode(...bytes)) !== text) throw new Error('not the one form of Base64');
    return bytes;
  };

  // RFC 8785: names in order of their UTF-16 units, numbers and texts as ECMAScript writes them.
  const canonical = (value) => {
    if (Array.isArray(value)) return '[' + value.map(canonical).join(',') + ']';
    if (value !== null && typeof value === 'object') {
      return '{' + Object.keys(value).sort().map((name) => JSON.stringify(name) + ':' + canonical(value[name])).join(',') + '}';
    }
    return JSON.stringify(value);
  };

  const signed = async (spki, message, signature) => {
    const key = await crypto.subtle.importKey('spki', base64(spki), { name: 'Ed25519' }, false, ['verify']);
    return crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
  };
  const supported = async () => {
    try {
      await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'Ed25519' }, false, ['verify']);
      return true;
    } catch (error) {
      return false;
    }
  };

  // C2SP signed note: the first four bytes of SHA-256(name LF algorithm key) stand before each signature.
  const noteId = async (name, algorithm, spki) =>
    (await sha256(utf8.encode(name + '\n'), new Uint8Array([algorithm]), base64(spki).slice(-32))).slice(0, 4);
  const values = async (head, name, algorithm, spki) => {
    const id = await noteId(name, algorithm, spki);
    return head.signatures.filter((line) => line.name === name && equal(line.value.slice(0, 4), id)).map((line) => line.value.slice(4));
  };

  const readHead = (text) => {
    const split = text.indexOf('\n\n');
    const head = text.slice(0, split).split('\n');
    if (split < 0 || head.length !== 3 || !/^(0|[1-9][0-9]{0,14})$/.test(head[1]) || !text.endsWith('\n')) throw new Error('no head');
    const root = base64(head[2]);
    if (root.length !== 32) throw new Error('no root');
    const signatures = text.slice(split + 2, -1).split('\n').map((line) => {
      const parts = /^\u2014 (\S+) (\S+)$/.exec(line);
      if (!parts) throw new Error('no signature line');
      return { name: parts[1], value: base64(parts[2]) };
    });
    return { origin: head[0], size: Number(head[1]), root, signatures, body: text.slice(0, split + 1) };
  };
  const readProof = (text) => {
    const first = 'c2sp.org/tlog-proof@v1\n';
    const split = text.indexOf('\n\n');
    if (!text.startsWith(first) || split < 0) throw new Error('no proof');
    const lines = text.slice(first.length, split).split('\n');
    const index = /^index (0|[1-9][0-9]{0,14})$/.exec(lines[0]);
    const hashes = lines.slice(1).map(base64);
    if (!index || hashes.length > 63 || hashes.some((hash) => hash.length !== 32)) throw new Error('no path');
    return { index: Number(index[1]), hashes, head: readHead(text.slice(split + 2)) };
  };

  // RFC 9162, section 2.1.3.2. Numbers stay below 2^53, so that halves are made by division.
  const included = async (proof, leaf) => {
    const node = (left, right) => sha256(new Uint8Array([1]), left, right);
    let fn = proof.index;
    let sn = proof.head.size - 1;
    if (fn > sn) return false;
    let hash = await sha256(new Uint8Array([0]), leaf);
    for (const next of proof.hashes) {
      if (sn === 0) return false;
      if (fn % 2 === 1 || fn === sn) {
        hash = await node(next, hash);
        while (fn % 2 === 0 && fn !== 0) { fn /= 2; sn = Math.floor(sn / 2); }
      } else {
        hash = await node(hash, next);
      }
      fn = Math.floor(fn / 2);
      sn = Math.floor(sn / 2);
    }
    return sn === 0 && equal(hash, proof.head.root);
  };

  const cosigners = async (trust, holder, head) => {
    const names = new Set();
    for (const key of trust.keys) {
      if (key.role !== 'cosigner' || key.holder === holder || key.key.scheme !== 'ed25519') continue;
      for (const value of await values(head, key.holder, 4, key.key.spki)) {
        if (value.length !== 72) continue;
        const seconds = new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0);
        const at = Number(seconds) * 1000;
        const message = utf8.encode('cosignature/v1\ntime ' + seconds + '\n' + head.body);
        if (at >= Date.parse(key.notBefore) && at < Date.parse(key.notAfter) && await signed(key.key.spki, message, value.slice(8))) {
          names.add(key.holder);
        }
      }
    }
    return [...names].sort();
  };

  // Each check says what it found, or fails; those after a failure are not made.
  const STEPS = ['trust', 'signature', 'proof', 'log', 'head', 'cosigned', 'size', 'place', 'included'];
  const checks = {
    trust: async (state) => {
      state.envelope = JSON.parse(strict.decode(state.file));
      state.trust = state.envelope.document;
      if (state.trust.schema !== 'osteon.trust/1' || !Array.isArray(state.trust.keys) || !Array.isArray(state.trust.logs)) return null;
      return [state.trust.root.federation, state.trust.version, hex(await sha256(utf8.encode(canonical(state.trust.root))))];
    },
    signature: async (state) => {
      const message = utf8.encode(canonical(state.trust));
      for (const one of state.envelope.signatures) {
        if (one.scheme === 'ed25519' && await signed(state.trust.root.hub.spki, message, base64(one.value))) return [];
      }
      return null;
    },
    proof: async (state) => {
      const answer = await fetch(state.address, { credentials: 'same-origin', redirect: 'error' });
      if (!answer.ok) return null;
      state.proof = readProof(strict.decode(await answer.arrayBuffer()));
      return [state.proof.index, state.proof.head.size];
    },
    log: async (state) => {
      state.log = state.trust.logs.find((log) => log.origin === state.proof.head.origin && log.holder === state.holder);
      return state.log ? [state.log.origin] : null;
    },
    head: async (state) => {
      for (const value of await values(state.proof.head, state.log.origin, 1, state.log.key.spki)) {
        if (await signed(state.log.key.spki, utf8.encode(state.proof.head.body), value)) return [state.proof.head.size];
      }
      return null;
    },
    cosigned: async (state) => {
      const needed = state.log.holder === 'hub' ? state.trust.quorum : Math.min(state.trust.quorum, 1);
      const names = await cosigners(state.trust, state.log.holder, state.proof.head);
      state.found = [names.length, needed];
      return names.length >= needed ? [names.length, needed, names.join(', ') || '–'] : null;
    },
    size: async (state) => {
      state.found = [state.log.seenSize, state.proof.head.size];
      const same = state.log.seenSize !== state.proof.head.size || equal(base64(state.log.seenRoot), state.proof.head.root);
      return state.proof.head.size >= state.log.seenSize && same ? state.found : null;
    },
    place: async (state) => {
      state.entry = JSON.parse(state.leaf);
      const fits = state.entry.origin === state.log.origin && state.entry.seq === state.proof.index
          && state.entry.seq === state.wanted && state.entry.federation === state.trust.root.federation;
      return fits ? [state.entry.seq] : null;
    },
    included: async (state) => ((await included(state.proof, utf8.encode(state.leaf))) ? [hex(await sha256(new Uint8Array([0]), utf8.encode(state.leaf)))] : null),
  };

  const make = (name, text, attributes) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    Object.entries(attributes || {}).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };

  // Digests and names of logs are set as such; all else is the page's own sentence.
  const say = (element, text) => {
    text.split(/([0-9a-f]{64}|osteon\/[A-Za-z0-9._/-]+)/).forEach((part, i) => element.append(i % 2 ? make('code', part, { class: 'id', lang: 'en' }) : part));
    return element;
  };

  const check = async (element, file) => {
    const card = make('section', undefined, { class: 'card', 'data-verified': 'no' });
    card.append(make('h3', element.dataset.name));
    const verdict = make('p', '', { class: 'note' });
    const list = make('ol', undefined, { class: 'steps' });
    card.append(verdict, list);
    const state = { file, address: element.dataset.proof, holder: element.dataset.holder, wanted: Number(element.dataset.entry), leaf: element.querySelector('[data-leaf]').textContent };
    let failed = '';
    for (const step of STEPS) {
      const line = make('li', undefined, { 'data-step': step });
      let found = null;
      state.found = [];
      if (!failed) {
        try {
          found = await checks[step](state);
        } catch (error) {
          found = null;
        }
      }
      const outcome = failed ? 'skipped' : found ? 'passed' : 'failed';
      line.dataset.outcome = outcome;
      line.append(make('span', word(outcome), { class: 'state' + (outcome === 'failed' ? ' bad' : '') }), ' ');
      say(line, outcome === 'skipped' ? word(step) : word(step + '.' + outcome, ...(found || state.found)));
      list.append(line);
      if (outcome === 'failed') failed = step;
    }
    if (failed) {
      verdict.classList.add('bad');
      verdict.textContent = word('bad', word(failed));
    } else {
      card.dataset.verified = 'yes';
      verdict.classList.add('good');
      say(verdict, word('good', state.entry.seq, state.log.origin));
      list.querySelectorAll('.state').forEach((one) => one.classList.add('good'));
      card.append(make('h4', word('says')));
      const facts = make('dl', undefined, { class: 'facts', lang: 'en' });
      const add = (name, value) => { if (value) facts.append(make('dt', name), make('dd', value, { class: 'id' })); };
      ['type', 'time', 'actor', 'role', 'subject', 'outcome', 'reason'].forEach((name) => add(name, state.entry[name]));
      Object.entries(state.entry.values).forEach(([name, value]) => add(name, value));
      state.entry.refs.forEach((ref) => add(ref.role, ref.sha256));
      card.append(facts);
    }
    return card;
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  const input = form.querySelector('input[type=file]');
  const checkChosen = async () => {
    const chosen = input.files[0];
    if (!chosen) return;
    result.replaceChildren(make('p', word('working'), { class: 'note' }));
    if (!(await supported())) {
      result.replaceChildren(make('p', word('unsupported'), { class: 'note bad', 'data-unsupported': '' }));
      return;
    }
    const file = new Uint8Array(await chosen.arrayBuffer());
    const cards = [];
    for (const element of document.querySelectorAll('[data-provable]')) cards.push(await check(element, file));
    result.replaceChildren(...cards);
    result.dataset.done = String(cards.length);
  };
  input.addEventListener('change', checkChosen);
  // A file may have been chosen before this was loaded.
  checkChosen();
})();
