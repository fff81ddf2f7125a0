/**
 * How often steps were begun anew by `again`, of jobs that no person was asked about since: who sends
 * a job on grants it as many rounds again. As far as this process saw it.
 */
export class Rounds {
  readonly #made = new Map<number, Map<number, number>>();

  of(job: number, n: number): number {
    return this.#made.get(job)?.get(n) ?? 0;
  }

  /** Step `n` of the job went back. */
  count(job: number, n: number): void {
    const steps = this.#made.get(job) ?? new Map<number, number>();
    this.#made.set(job, steps.set(n, this.of(job, n) + 1));
  }

  /** The job is over, or a person is asked. */
  forget(job: number): void {
    this.#made.delete(job);
  }
}
