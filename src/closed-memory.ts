/** Every program imports this first: it closes the process’ memory to others (`process-memory.ts`). */
import { closeMemory } from './process-memory.ts';

closeMemory();
