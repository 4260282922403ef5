/** The pages in src/howtos/, as somebody follows them: each file is written, and each command typed, where it stands. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

export interface Typed {
  /** What the commands printed. */
  readonly said: string;
  /** What the page says that they print, if it does; `…` stands for anything. */
  readonly expected?: string | undefined;
}

interface Step {
  readonly page: string;
  /** A block of commands, or one that writes a file. */
  readonly commands: string;
  readonly expected?: string | undefined;
}

const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;
const AND_THEN = '--- and then ---';

/** @throws for a block of a language that nobody would know what to do with */
async function stepsOf(page: string): Promise<Step[]> {
  const text = await readFile(new URL(`../../src/howtos/${page}.md`, import.meta.url), 'utf8');
  const steps: Step[] = [];
  for (const [, language = '', block = ''] of text.matchAll(BLOCK)) {
    const [, file] = /^\/\/ ([\w.-]+)\n/.exec(block) ?? [];
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ page, commands: block });
    else if (language === 'text' && last) steps[steps.length - 1] = { ...last, expected: block.trim() };
    else if (file !== undefined) steps.push({ page, commands: `cat > ${file} <<'END OF FILE'\n${block}END OF FILE\n` });
    else throw new Error(`${page}: nobody knows what to do with a block of ${language}`);
  }
  return steps;
}

/**
 * Types the pages one after the other in one terminal.
 * @returns by page, what was printed
 * @throws with all that was printed, if a command fails
 */
export async function follow(
  pages: readonly string[],
  { cwd, env, vault }: { cwd: string; env: Record<string, string | undefined>; vault: string },
): Promise<Map<string, Typed[]>> {
  const steps = (await Promise.all(pages.map(stepsOf))).flat();
  const script = steps.map(({ commands }) => commands).join(`\necho '${AND_THEN}'\n`);
  const typed = script.replaceAll('localhost:7300', new URL(vault).host);
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', typed], { cwd, env });
  const said = stdout.split(`${AND_THEN}\n`);
  const found = new Map<string, Typed[]>(pages.map((page) => [page, []]));
  for (const [i, { page, expected }] of steps.entries())
    found.get(page)?.push({ said: said[i]?.trim() ?? '', expected });
  return found;
}

/** Whether the commands printed what the page says. */
export function matches({ said, expected = '' }: Typed): boolean {
  const escaped = expected.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^]*')}$`).test(said);
}
