// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useNotices } from '../state/notices.ts';
import { copyText } from './copy.ts';

let held: string | null = null;
let refuses = false;
const clipboard = {
  writeText: (text: string) => {
    if (refuses) return Promise.reject(new DOMException('no', 'NotAllowedError'));
    held = text;
    return Promise.resolve();
  },
};

beforeEach(() => {
  held = null;
  refuses = false;
  useNotices.getState().dismiss();
  vi.stubGlobal('navigator', { clipboard });
});
afterEach(() => {
  vi.unstubAllGlobals();
  useNotices.getState().dismiss();
});

it('copies, and says what', async () => {
  await copyText('arn:aws:kms:eu-west-1:111122223333:key/1', 'ARN');
  expect(held).toBe('arn:aws:kms:eu-west-1:111122223333:key/1');
  expect(useNotices.getState().latest).toMatchObject({ text: 'Copied: ARN.', tone: 'quiet' });
});

it('says when the clipboard did not take it', async () => {
  refuses = true;
  await copyText('arn:aws:kms:eu-west-1:111122223333:key/1', 'ARN');
  expect(held).toBeNull();
  expect(useNotices.getState().latest).toMatchObject({
    text: 'The clipboard did not take the ARN.',
    tone: 'attention',
  });
});
