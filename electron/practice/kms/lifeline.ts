const pollMs = 250;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * The process whose end is ours when nothing else was said: `npm run` puts a shell between, which
 * dies of the SIGTERM that was meant for us and passes nothing on. Null outside npm.
 */
export const impliedParent = (): number | null =>
  process.env['npm_lifecycle_event'] === undefined ? null : process.ppid;

/**
 * Calls `end` once when the process must stop: SIGTERM, SIGINT, or the parent gone. A fork ends
 * with its IPC channel, a pipe at standard input ends the moment the parent dies however it dies,
 * and a process id is watched for launchers that offer neither (a re-parented child notices even
 * when the id was given to a new process).
 */
export function watchLifeline(
  rules: { readonly parentPid: number | null; readonly untilStdinCloses: boolean },
  end: () => void,
): void {
  let ended = false;
  const once = () => {
    if (ended) return;
    ended = true;
    end();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  if (process.channel !== undefined) process.on('disconnect', once);
  if (rules.untilStdinCloses) {
    process.stdin.on('end', once);
    process.stdin.on('close', once);
    process.stdin.on('error', once);
    process.stdin.resume();
  }
  const { parentPid } = rules;
  if (parentPid === null) return;
  const isDirectParent = process.ppid === parentPid;
  const timer = setInterval(() => {
    if (isDirectParent ? process.ppid !== parentPid : !alive(parentPid)) once();
  }, pollMs);
  timer.unref();
}
