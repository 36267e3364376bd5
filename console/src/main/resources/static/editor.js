// Checks a form's text while it is typed: sends what stands there as its own "check" button would, and shows the answer in
// the same place. Nothing is published by it. Without script the button does the same.
(() => {
  'use strict';
  const form = document.querySelector('form[data-checked]');
  if (!form) return;
  const shown = document.getElementById(form.dataset.checked);
  const text = form.querySelector('textarea');
  let timer = 0;
  let turn = 0;
  const check = async () => {
    const mine = ++turn;
    if (!text.value.trim()) {
      shown.replaceChildren();
      return;
    }
    const fields = new URLSearchParams(new FormData(form));
    fields.set('act', 'check');
    try {
      const answer = await fetch(form.action, { method: 'POST', body: fields, credentials: 'same-origin', redirect: 'error' });
      if (answer.status !== 200 || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.getElementById(form.dataset.checked);
      if (!fresh || mine !== turn || fresh.innerHTML === shown.innerHTML) return;
      // An answer to typing waits its turn; only an answer to a button speaks up.
      fresh.querySelectorAll('[role]').forEach((part) => part.removeAttribute('role'));
      shown.replaceChildren(...fresh.childNodes);
    } catch (error) {
      // The button still works, and says what is wrong.
    }
  };
  text.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(check, 500);
  });
})();
