/**
 * Decides whose turn it is when many wait for few places. Tenants take turns, one piece of work each. Within a tenant,
 * short work goes first, in the order it came; then the tenant's calls take turns, one piece each, so that a long call
 * holds up no other.
 *
 * Guarantees: however much one tenant waits for, another tenant's next piece of work begins after at most one piece of
 * each tenant that waits. Work is handed out once, or dropped.
 * Does not: bound how much waits (`password-hash.ts` does), or look at what a piece of work takes.
 */
interface Lane<W> {
  readonly short: W[];
  readonly calls: (readonly W[])[];
}

export class Turns<W> {
  /** In the order of their turns. A tenant that waits for nothing has no lane. */
  readonly #lanes = new Map<string, Lane<W>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many pieces of work a tenant waits for. */
  waitingOf(tenant: string): { readonly short: number; readonly long: number } {
    const { short = [], calls = [] } = this.#lanes.get(tenant) ?? {};
    return { short: short.length, long: calls.reduce((sum, call) => sum + call.length, 0) };
  }

  addShort(tenant: string, work: W): void {
    this.#laneOf(tenant).short.push(work);
    this.#size += 1;
  }

  addCall(tenant: string, call: readonly W[]): void {
    if (call.length === 0) return;
    this.#laneOf(tenant).calls.push([...call]);
    this.#size += call.length;
  }

  /** What `take` would hand out now. */
  next(): W | undefined {
    const [lane] = this.#lanes.values();
    return lane?.short[0] ?? lane?.calls[0]?.[0];
  }

  /** Hands out the next piece of work. The tenant's next turn comes after those of all others that wait. */
  take(): W | undefined {
    const [entry] = this.#lanes;
    if (entry === undefined) return undefined;
    const [tenant, lane] = entry;
    let taken = lane.short.shift();
    if (taken === undefined) {
      const [first, ...rest] = lane.calls.shift() ?? [];
      taken = first;
      if (rest.length > 0) lane.calls.push(rest);
    }
    this.#size -= 1;
    this.#lanes.delete(tenant);
    this.#keep(tenant, lane);
    return taken;
  }

  /** Drops those of these pieces of work that still wait. */
  drop(tenant: string, works: readonly W[]): void {
    const lane = this.#lanes.get(tenant);
    if (lane === undefined) return;
    const before = this.waitingOf(tenant);
    const gone = new Set(works);
    const left = (waiting: readonly W[]) => waiting.filter((work) => !gone.has(work));
    const kept = { short: left(lane.short), calls: lane.calls.map(left).filter((call) => call.length > 0) };
    this.#lanes.set(tenant, kept);
    const after = this.waitingOf(tenant);
    this.#size += after.short + after.long - before.short - before.long;
    if (after.short + after.long === 0) this.#lanes.delete(tenant);
  }

  #laneOf(tenant: string): Lane<W> {
    const lane = this.#lanes.get(tenant) ?? { short: [], calls: [] };
    this.#lanes.set(tenant, lane);
    return lane;
  }

  #keep(tenant: string, lane: Lane<W>): void {
    if (lane.short.length + lane.calls.length > 0) this.#lanes.set(tenant, lane);
  }
}
