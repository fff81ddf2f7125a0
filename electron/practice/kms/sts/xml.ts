const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export type XmlTree = { readonly [name: string]: string | XmlTree };

const escapeText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

function elements(tree: XmlTree, depth: number): string {
  const indent = '  '.repeat(depth);
  return Object.entries(tree)
    .map(([name, value]) =>
      typeof value === 'string'
        ? `${indent}<${name}>${escapeText(value)}</${name}>\n`
        : `${indent}<${name}>\n${elements(value, depth + 1)}${indent}</${name}>\n`,
    )
    .join('');
}

/** A reply of the STS query protocol. Element names come from code, texts are escaped. */
export const stsDocument = (root: string, tree: XmlTree): string =>
  `<${root} xmlns="${namespace}">\n${elements(tree, 1)}</${root}>\n`;
