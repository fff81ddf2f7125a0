/**
 * Runs in the page before anything of ours: notes when the host said that the keystore can be read,
 * how many updates of jobs came, what moved, and measures from an event to the frame after it. All
 * times are the page's own.
 */
export const pageClock = `(() => {
  const clock = { waits: false, readable: 0, jobUpdates: 0, shifts: [] };
  globalThis.benchClock = clock;
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...parts) {
      super(...parts);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') return;
        if (clock.waits && /"state":"(checking|verified)"/.test(data)) {
          clock.waits = false;
          clock.readable = performance.now();
        }
        if (!data.startsWith('{"change"')) return;
        const { what, ids } = JSON.parse(data).change;
        // One message may tell of several jobs.
        if (what === 'job') clock.jobUpdates += Math.max(1, ids.length);
      });
    }
  };
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) clock.shifts.push(value);
  }).observe({ type: 'layout-shift', buffered: true });
  /** Once the frame that is being made is on its way to the screen. */
  clock.afterFrame = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(0);
  }));
  /** The time at which a frame showed what is looked for. */
  clock.shown = async (looksRight) => {
    for (;;) {
      const there = looksRight();
      const at = await clock.afterFrame();
      if (there) return at;
    }
  };
  /**
   * Of the last key: \`frame\`, from its event until the frame after it is done; \`begun\`, until that
   * frame began; \`work\`, without the time in which nothing was done but waiting for it to begin.
   */
  clock.key = Promise.resolve({ frame: 0, begun: 0, work: 0 });
  const taskAfter = () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(0);
  });
  // The last listener of all: what is left of handling a key are its microtasks. A task would not
  // tell, for Chromium runs none between a key and its frame.
  let handled = Infinity;
  addEventListener('keydown', async () => {
    for (let turn = 0; turn < 20; turn += 1) await null;
    handled = performance.now();
  });
  addEventListener('keydown', ({ timeStamp }) => {
    handled = Infinity;
    clock.key = new Promise((resolve) => requestAnimationFrame(async () => {
      const began = performance.now();
      const after = await taskAfter();
      const idle = Math.max(0, began - handled);
      resolve({ frame: after - timeStamp, begun: began - timeStamp, work: after - timeStamp - idle });
    }));
  }, { capture: true });
  /** Of the next text that is entered: from its event to the frame that shows what is looked for. */
  clock.expect = (looksRight) => {
    clock.found = new Promise((resolve) => addEventListener('input', ({ timeStamp }) => {
      void clock.shown(looksRight).then((at) => resolve(at - timeStamp));
    }, { capture: true, once: true }));
  };
  clock.expectRows = (rowsThere) => {
    clock.waits = true;
    clock.rows = clock.shown(rowsThere).then((at) => at - clock.readable);
  };
})()`;

/** Rows of the tree with something in them. */
export const rowsThere = `() => document.querySelectorAll(
  '[role="treegrid"] [role="rowgroup"] > [role="row"][aria-label]:not([aria-label=""])').length > 0`;
