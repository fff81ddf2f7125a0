/** Pages for a person whose browser came the wrong way. They run nothing and repeat nothing. */

const page = (title: string, paragraphs: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
</head>
<body>
<h1>${title}</h1>
${paragraphs.map((text) => `<p>${text}</p>`).join('\n')}
</body>
</html>
`;

/** Somebody forwards another local port to this one. */
export const wrongPortPage = (port: number): string =>
  page('This console answers under one address only', [
    `Open it as <code>http://127.0.0.1:${port}</code>.`,
    'If you forward a port by SSH, use the same number on both sides:',
    `<code>ssh -L ${port}:127.0.0.1:${port} you@server</code>`,
    'If that number is taken on your computer, start the console with another: <code>keyreeve console --port 8743</code>. Then get a link with <code>keyreeve console link</code>.',
  ]);

/** A page of somebody else's led here. */
export const fromAnotherPage = (): string =>
  page('Open the console by its own address', [
    'Another page led your browser here, so nothing was opened.',
    'Copy the whole link into the address bar, or get a new one with <code>keyreeve console link</code>.',
  ]);
