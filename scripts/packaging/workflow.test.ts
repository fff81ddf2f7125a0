import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const builder = createRequire(require.resolve('electron-builder/package.json'));
const library = createRequire(builder.resolve('app-builder-lib/package.json'));
const { load } = library('js-yaml') as { load: (text: string) => Workflow };

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly strategy?: { readonly matrix: { readonly os: readonly string[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflow = load(readFileSync('.github/workflows/build.yml', 'utf8'));
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
const said = steps.map(({ run = '' }) => run).join('\n');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the build of every change', () => {
  it('may read and nothing else, keeps no credentials, and ends', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(workflow.jobs)) {
      expect(Object.keys(job)).not.toContain('permissions');
      expect(job['timeout-minutes']).toBeLessThanOrEqual(45);
    }
    for (const step of steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))) {
      expect(step.with?.['persist-credentials']).toBe(false);
    }
    expect(readFileSync('.github/workflows/build.yml', 'utf8')).not.toContain('secrets.');
  });

  it('names every action by its commit', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(3);
    for (const name of used) expect(name).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
  });

  it('has steps that do one thing each', () => {
    for (const step of steps) expect([step.uses, step.run].filter(Boolean)).toHaveLength(1);
  });

  it('runs scripts and files that are there', () => {
    for (const [, name] of said.matchAll(/npm run ([\w:-]+)/g)) {
      expect(scripts, name).toHaveProperty(String(name));
    }
    for (const [, path] of said.matchAll(/(?:--config|--project window) (\S+)/g)) {
      expect(existsSync(String(path)), path).toBe(true);
    }
  });

  it('builds on each system, in a real Electron, and keeps packages and their list of parts', () => {
    const os = workflow.jobs['package']?.strategy?.matrix.os ?? [];
    for (const system of ['ubuntu', 'windows', 'macos']) {
      expect(
        os.some((name) => name.startsWith(system)),
        system,
      ).toBe(true);
    }
    expect(said.match(/--self-test/g)).toHaveLength(3);
    expect(said.match(/electron-fuses read/g)).toHaveLength(3);
    const kept = steps.find(({ uses = '' }) => uses.includes('upload-artifact'))?.with?.['path'];
    for (const name of ['.deb', '.AppImage', '.exe', '.dmg', 'sbom.json']) {
      expect(kept).toContain(name);
    }
  });
});
