/** A terminal into which the commands of a document are typed, one block after another. */
import { spawn } from 'node:child_process';
import { inject, onTestFinished } from 'vitest';

/** A shell that lasts. What fails in it is told by its exit code, and does not end it. */
export function openTerminal(cwd: string, env: Record<string, string | undefined>) {
  const loop = `
    set -o pipefail
    npm() { while [ "$1" != -- ]; do shift; done; shift; '${process.execPath}' '${inject('programs').command}' "$@"; }
    trap 'echo "[failed $?: $BASH_COMMAND]"' ERR
    while IFS= read -r -d '' block <&3; do eval "$block" </dev/null; printf '\\0'; done`;
  const shell = spawn('bash', ['-c', loop], { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void shell.kill());
  let said = '';
  let heard = () => {};
  for (const stream of [shell.stdout, shell.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      heard();
    });
  }
  /** @returns what was printed, errors too */
  return async (block: string): Promise<string> => {
    said = '';
    (shell.stdio[3] as NodeJS.WritableStream).write(`${block}\0`);
    while (!said.includes('\0')) {
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
    return said.replace('\0', '');
  };
}
