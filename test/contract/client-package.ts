/**
 * The client as a package of its own: `npm run client:pack` writes `lethe-client-<version>.tgz` into the current folder.
 *
 *   npm run client:pack -- --name @acme/lethe-client --out /srv/packages
 *
 * Guarantees: it holds what src/client compiles to and nothing else of the house; it needs no other package; its README
 * leads nowhere outside of it. The same sources give the same bytes.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** @returns the path of the tarball */
export async function packClient(to: string, name = 'lethe-client'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-client-'));
  try {
    await compile(join(folder, 'dist'));
    await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifestOf(name), null, 2)}\n`);
    await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    const readme = await readFile(join(root, 'src/client/README.md'), 'utf8');
    await writeFile(
      join(folder, 'README.md'),
      withoutLinksHome(readme).replaceAll("from 'lethe-client'", `from '${name}'`),
    );
    await mkdir(to, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', resolve(to)], { cwd: folder });
    return join(resolve(to), stdout.trim());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compile(dist: string): Promise<void> {
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
  await run(process.execPath, [tsc, '--project', join(root, 'src/client'), '--outDir', dist]);
  for (const file of (await readdir(dist)).filter((name) => name.endsWith('.d.ts'))) {
    // The compiler rewrites the extensions of imports in the code, and leaves them in its declarations.
    const text = await readFile(join(dist, file), 'utf8');
    await writeFile(join(dist, file), text.replaceAll(/(?<=from '\.\/[\w-]+)\.ts(?=';)/g, '.js'));
  }
}

async function manifestOf(name: string): Promise<object> {
  const { version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return {
    name,
    version,
    description: 'The typed client of Lethe, a vault for personal data that can truly forget.',
    license,
    type: 'module',
    main: './dist/index.js',
    types: './dist/index.d.ts',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: ['dist'],
    sideEffects: false,
    engines: { node: '>=20' },
  };
}

/** A link to a page of the project becomes its text: the page is not in the package. */
function withoutLinksHome(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\((?!https?:|#)[^)]*\)/g, '$1');
}

if (import.meta.main) {
  const { name, out } = parseArgs({
    options: { name: { type: 'string' }, out: { type: 'string', default: '.' } },
  }).values;
  process.stdout.write(`${await packClient(out, name)}\n`);
}
