// What a page tells of its own speed. Runs before the page's scripts; times are the page's own clock, milliseconds.
(() => {
  const probe = { longTasks: [], events: [], shifts: 0, lcp: 0, firstRow: 0 };
  window.__probe = probe;
  const observe = (type, each, options = {}) => {
    try {
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options });
    } catch { /* not in this browser */ }
  };
  observe('longtask', (entry) => probe.longTasks.push(entry.duration));
  observe('event', (entry) => { if (entry.interactionId) probe.events.push(entry.duration); }, { durationThreshold: 16 });
  observe('layout-shift', (entry) => { if (!entry.hadRecentInput) probe.shifts += entry.value; });
  observe('largest-contentful-paint', (entry) => { probe.lcp = entry.startTime; });

  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)));
  // When a condition holds on the screen: looked at after every change, told after the paint.
  probe.when = (met, within = 15000) => new Promise((done, fail) => {
    const look = () => {
      if (!met()) return false;
      watcher.disconnect();
      clearTimeout(end);
      painted().then(done);
      return true;
    };
    const watcher = new MutationObserver(look);
    const end = setTimeout(() => { watcher.disconnect(); fail(new Error('it did not come to the screen')); }, within);
    watcher.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
    look();
  });
  probe.firstRowCame = probe.when(() => document.querySelector('[role=option]'), 60000).then((at) => { probe.firstRow = at; });

  // Scroll an element by so many pixels at so many a second, and tell how the frames came.
  probe.scroll = (element, distance, speed) => new Promise((done) => {
    const frames = [];
    let rows = 0;
    let before = performance.now();
    const began = before;
    const from = element.scrollTop;
    const tasks = probe.longTasks.length;
    const step = (now) => {
      frames.push(now - before);
      before = now;
      const gone = Math.min(Math.abs(distance), ((now - began) / 1000) * speed);
      element.scrollTop = from + Math.sign(distance) * gone;
      rows = Math.max(rows, element.querySelectorAll('[role=option], [role=log] [data-index]').length);
      if (gone < Math.abs(distance)) requestAnimationFrame(step);
      else done({ frames: frames.slice(2), rows, longTasks: probe.longTasks.slice(tasks) });
    };
    requestAnimationFrame(step);
  });
})();
