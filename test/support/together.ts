/** Processes of their own that start the same thing at the same moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Runs a program of the tests `count` times, side by side; each says `ready` when it has loaded and goes on when told.
 * @throws with the last words of one that failed
 */
export async function together(program: URL, args: readonly string[], count: number): Promise<void> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: ['pipe', 'pipe', 'pipe'] }),
  );
  const ended = children.map(async (child) => {
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`A process ended with ${code}: ${complaint}`);
  });
  await Promise.race([Promise.all(children.map((child) => once(child.stdout, 'data'))), Promise.all(ended)]);
  for (const child of children) child.stdin.end('go\n');
  await Promise.all(ended);
}

/** In such a program: says `ready` and waits to be told. */
export async function atOnce(): Promise<void> {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
}
