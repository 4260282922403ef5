/** To be imported first by whatever is started: closes the process' memory to others (`process-memory.ts`) before any other module runs. */
import { closeMemory } from './process-memory.ts';

closeMemory();
