/** One Ctrl-C is one, also where it comes twice at once: from the terminal, and through npm. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { onEndSignals } from '../../src/process-signals.ts';

test('what comes at once counts once, what comes later ends the process', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const heard: string[] = [];
  const stop = onEndSignals({ first: (signal) => heard.push(signal), again: () => heard.push('again') });
  onTestFinished(stop);
  process.emit('SIGHUP', 'SIGHUP');
  process.emit('SIGHUP', 'SIGHUP');
  vi.advanceTimersByTime(100);
  process.emit('SIGHUP', 'SIGHUP');
  expect(heard).toEqual(['SIGHUP']);
  vi.advanceTimersByTime(500);
  process.emit('SIGHUP', 'SIGHUP');
  expect(heard).toEqual(['SIGHUP', 'again']);
});
