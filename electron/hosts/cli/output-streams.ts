/** Exit code where all went well but what was to be printed could not be written. */
export const outputLost = 74;

/** What became of the two streams that a command prints to. */
export class OutputStreams {
  readonly #streams: readonly NodeJS.WriteStream[];
  #problem: string | null = null;
  #unread = false;

  constructor(streams: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr]) {
    this.#streams = streams;
    for (const stream of streams) {
      stream.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
        // Whoever reads may stop early (`| head`): no error of ours, and no reason to break off a job.
        if (code === 'EPIPE') this.#unread = true;
        else this.#problem = code;
      });
    }
  }

  /** Nobody reads any more what is printed. */
  get unread(): boolean {
    return this.#unread;
  }

  /** Resolves when all that was printed was taken or refused: a pipe takes it later than it is written. */
  async drained(): Promise<void> {
    await Promise.all(
      this.#streams.map(
        (stream) =>
          new Promise<void>((done) => {
            if (stream.destroyed) done();
            else stream.write('', () => done());
          }),
      ),
    );
  }

  /** The exit code of a command that ended with `code`; says where a result did not arrive. */
  exitOf(code: number): number {
    if (this.#problem === null || code !== 0) return code;
    process.stderr.write(
      `keyreeve: what was to be printed could not be written (${this.#problem}); what was asked for is done.\n`,
    );
    return outputLost;
  }
}
