/**
 * Decides whose turn it is when many wait for few places. Tenants take turns, one piece of work each. Within a tenant,
 * short work goes first: its callers take turns, one piece each, each caller's in the order it came. Then the tenant's
 * long calls take turns, one piece each, so that a long call holds up no other.
 *
 * Guarantees: however much one tenant waits for, another tenant's next piece of work begins after at most one piece of
 * each tenant that waits; and however much one caller waits for, so does another caller's short work in its tenant's
 * turns. Work is handed out once, or dropped.
 * Does not: bound how much waits (`password-hash.ts` does), or look at what a piece of work takes.
 */
interface Lane<W> {
  /** By caller, in the order of their turns. Whoever waits for nothing is not here. */
  readonly short: Map<string, W[]>;
  readonly calls: (readonly W[])[];
}

export class Turns<W> {
  /** In the order of their turns. A tenant that waits for nothing has no lane. */
  readonly #lanes = new Map<string, Lane<W>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many short pieces of work one caller of a tenant waits for. */
  shortOf(tenant: string, caller: string): number {
    return this.#lanes.get(tenant)?.short.get(caller)?.length ?? 0;
  }

  /** How many pieces of long work a tenant waits for. */
  longOf(tenant: string): number {
    return piecesIn(this.#lanes.get(tenant)?.calls ?? []);
  }

  addShort(tenant: string, caller: string, work: W): void {
    const { short } = this.#laneOf(tenant);
    short.set(caller, [...(short.get(caller) ?? []), work]);
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
    const [short] = lane?.short.values() ?? [];
    return short?.[0] ?? lane?.calls[0]?.[0];
  }

  /** Hands out the next piece of work. The tenant's next turn comes after those of all others that wait. */
  take(): W | undefined {
    const [entry] = this.#lanes;
    if (entry === undefined) return undefined;
    const [tenant, lane] = entry;
    const [caller] = lane.short.keys();
    const [taken, ...rest] = (caller === undefined ? lane.calls.shift() : lane.short.get(caller)) ?? [];
    if (caller !== undefined) lane.short.delete(caller);
    if (rest.length > 0 && caller !== undefined) lane.short.set(caller, rest);
    else if (rest.length > 0) lane.calls.push(rest);
    this.#size -= 1;
    this.#lanes.delete(tenant);
    this.#keep(tenant, lane);
    return taken;
  }

  /** Drops those of these pieces of long work that still wait. */
  drop(tenant: string, works: readonly W[]): void {
    const lane = this.#lanes.get(tenant);
    if (lane === undefined) return;
    const gone = new Set(works);
    const calls = lane.calls.map((call) => call.filter((work) => !gone.has(work))).filter((call) => call.length > 0);
    this.#size += piecesIn(calls) - piecesIn(lane.calls);
    if (lane.short.size + calls.length > 0) this.#lanes.set(tenant, { ...lane, calls });
    else this.#lanes.delete(tenant);
  }

  #laneOf(tenant: string): Lane<W> {
    const lane = this.#lanes.get(tenant) ?? { short: new Map(), calls: [] };
    this.#lanes.set(tenant, lane);
    return lane;
  }

  #keep(tenant: string, lane: Lane<W>): void {
    if (lane.short.size + lane.calls.length > 0) this.#lanes.set(tenant, lane);
  }
}

function piecesIn(calls: readonly (readonly unknown[])[]): number {
  return calls.reduce((sum, call) => sum + call.length, 0);
}
