/** The environment of a node that a test starts: nothing of the run's own but what makes its start quick. */
export const nodeEnv = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
