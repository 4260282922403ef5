/**
 * Asks for a secret on the terminal and shows nothing of what is typed or pasted.
 *
 * Does not: wipe what was typed, because a string cannot be wiped. The command ends soon after.
 */
import { StartError } from '../errors.ts';

const ENTER = /[\r\n]/;
const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'];

/** The parts of a terminal that are used. A test passes its own. */
export interface Terminal {
  readonly input: Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'>;
  readonly output: Pick<NodeJS.WriteStream, 'write'>;
}

/** The question goes to standard error, because a command's output may be redirected. */
function thisTerminal(): Terminal {
  return { input: process.stdin, output: process.stderr };
}

/**
 * @returns the line, without its end
 * @throws {StartError} if there is no terminal, or if the person breaks off
 */
export function askHidden(question: string, { input, output }: Terminal = thisTerminal()): Promise<string> {
  if (!input.isTTY)
    return Promise.reject(
      new StartError(`${question.trim()} There is no terminal to ask at; name files instead (--help).`),
    );
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void) => {
      input.off('data', read);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      settle();
    };
    const read = (chunk: string | Buffer) => {
      for (const character of chunk.toString()) {
        if (ENTER.test(character)) return finish(() => resolve(typed));
        if (character === INTERRUPT || character === END) return finish(() => reject(new StartError('Broken off.')));
        if (character === BACKSPACE || character === DELETE) typed = typed.slice(0, -1);
        else typed += character;
      }
    };
    input.setEncoding('utf8');
    input.setRawMode(true);
    input.resume();
    input.on('data', read);
    output.write(question);
  });
}
