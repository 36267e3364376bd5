// Keeps the live part of a page current: asks once, is answered when something changed, puts the answer in place.
// Without script the page has a link that loads it anew.
(() => {
  'use strict';
  const part = document.querySelector('[data-live]');
  if (!part) return;
  document.querySelectorAll('[data-without-script]').forEach((element) => { element.hidden = true; });
  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const follow = async () => {
    let pause = 1000;
    while (part.dataset.over !== 'true') {
      try {
        const answer = await fetch(part.dataset.live + '?unless=' + encodeURIComponent(part.dataset.state),
            { headers: { 'X-Live': '1' }, credentials: 'same-origin', redirect: 'error' });
        if (answer.status === 200) {
          const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
          const fresh = page.querySelector('[data-live]');
          if (!fresh) return;
          const open = new Set([...part.querySelectorAll('details[open][id]')].map((fold) => fold.id));
          const focused = document.activeElement && part.contains(document.activeElement) ? document.activeElement.id : '';
          part.replaceChildren(...fresh.childNodes);
          part.dataset.state = fresh.dataset.state;
          part.dataset.over = fresh.dataset.over;
          open.forEach((id) => { const fold = document.getElementById(id); if (fold) fold.open = true; });
          if (focused) { const again = document.getElementById(focused); if (again) again.focus(); }
          const said = document.querySelector('[data-said]');
          const saying = part.querySelector('[data-say]');
          if (said && saying) said.textContent = saying.textContent;
        } else if (answer.status !== 204) {
          return;
        }
        pause = 1000;
      } catch (error) {
        await wait(pause);
        pause = Math.min(pause * 2, 30000);
      }
    }
  };
  follow();
})();
