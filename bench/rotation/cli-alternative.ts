import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';

const script = fileURLToPath(new URL('./cli-rotation.sh', import.meta.url));
/** The distribution's own AWS CLI before any other: everybody has the same one. */
const path = `/usr/bin:${process.env['PATH'] ?? ''}`;

/** The version line of the AWS CLI; null when there is none. */
export function awsCli(): string | null {
  const asked = spawnSync('aws', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  });
  if (asked.status !== 0) return null;
  return /^aws-cli\/\S+/.exec(asked.stdout || asked.stderr)?.[0] ?? null;
}

/**
 * Milliseconds of one rotation by script. The alias is there already, as for a later rotation, so
 * that exactly five calls are made.
 */
export function rotateByScript(url: string, alias: string): number {
  const start = performance.now();
  const ended = spawnSync(script, [url, alias], {
    encoding: 'utf8',
    env: {
      PATH: path,
      AWS_ACCESS_KEY_ID: practiceAccessKeyId,
      AWS_SECRET_ACCESS_KEY: practiceSecretAccessKey,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  });
  const ms = performance.now() - start;
  if (ended.status !== 0 || !ended.stdout.includes('Enabled'))
    throw new Error(`the script ended with ${ended.status}: ${ended.stderr}`);
  return ms;
}
