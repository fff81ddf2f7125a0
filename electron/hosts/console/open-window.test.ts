import { expect, it } from 'vitest';
import { browserCommand, startPageText } from './open-window.ts';

const url = `http://127.0.0.1:8743/#t=${'A'.repeat(43)}`;

it('opens nothing where there is no display', () => {
  expect(browserCommand({ PATH: '/usr/bin' }, 'linux', '/tmp/s.html', '/tmp/p')).toBeNull();
});

it('never names the link in its words', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    const environment = { PATH: '/usr/bin:/bin', DISPLAY: ':0' };
    const words = browserCommand(environment, platform, '/tmp/start.html', '/tmp/profile') ?? [];
    expect(words.join(' ')).not.toContain('t=');
    expect(words.join(' ')).not.toContain('no-sandbox');
  }
});

it('leads to the link and nowhere else', () => {
  expect(startPageText(url)).toContain(`location.replace("${url}")`);
  expect(startPageText('http://x/#</script><b>')).not.toContain('</script><b>');
});
