// In plain JavaScript, for `npm start` runs it under any Node.

/** Milliseconds between two looks. */
const interval = 250;

/**
 * Resolves once the parent of this process is gone, where npm started it; else never. npm runs a script
 * in a shell: a SIGTERM to npm ends that shell, which passes nothing on.
 */
export function npmGone() {
  const { promise, resolve } = deferred();
  if (process.env.npm_lifecycle_event === undefined) return promise;
  const parent = process.ppid;
  const timer = setInterval(() => {
    // An orphan is given another parent; on Windows the old number stays and its process is gone.
    if (process.ppid === parent && lives(parent)) return;
    clearInterval(timer);
    resolve();
  }, interval);
  timer.unref();
  return promise;
}

function deferred() {
  let resolve = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error.code === 'EPERM';
  }
}
