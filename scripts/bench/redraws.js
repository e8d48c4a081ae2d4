/**
 * Counts which rows of downloads React draws again, from outside and in the production build: React
 * tells of every commit to the hook that its developer tools leave in the page.
 *
 * A row is a memoised component with a `download`. In a commit React exchanges the fiber of whatever
 * it has looked at, and marks those that it has drawn (PerformedWork).
 */
(() => {
  const PERFORMED_WORK = 1;
  const MEMOISED = [14, 15]; // tags: MemoComponent, SimpleMemoComponent
  const known = new Map(); // by the download's id: the fiber as it last was, and what it showed
  const counted = { commits: 0, drawn: 0, needless: 0 };

  const look = (fiber) => {
    const download = fiber.memoizedProps?.download;
    const before = known.get(download?.id);
    if (before?.fiber !== fiber && fiber.flags & PERFORMED_WORK && before !== undefined) {
      counted[before.download === download ? 'needless' : 'drawn'] += 1;
    }
    known.set(download.id, { fiber, download });
  };

  const walk = (fiber) => {
    for (let at = fiber; at !== null; at = at.sibling) {
      if (MEMOISED.includes(at.tag) && at.memoizedProps?.download) look(at);
      else if (at.child !== null) walk(at.child);
    }
  };

  window.redraws = {
    counted,
    reset: () => Object.assign(counted, { commits: 0, drawn: 0, needless: 0 }),
  };
  window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    inject: () => 1,
    onCommitFiberUnmount: () => {},
    onPostCommitFiberRoot: () => {},
    onCommitFiberRoot: (_renderer, root) => {
      counted.commits += 1;
      walk(root.current);
    },
  };
})();
