/**
 * The client for apps that keep their personal data in the vault:
 *
 *   const lethe = new LetheClient({ url: 'https://vault.internal:7300', apiKey });
 *   const [email] = await lethe.tokenize([{ type: 'email', value: 'jane@example.com', subject: 'cust_42' }]);
 *   const [shown] = await lethe.detokenize([email.token], { purpose: 'billing' });
 *
 * Guarantees: after a lost connection, an overload or a restart of the vault, the client sends again what may be sent
 * again. Every write has an idempotency key, so that it is done once. Ids and tokens are checked before they become
 * part of a URL, so that no value gets there by mistake. The client needs only the platform's `fetch`: Node 20 or
 * later, browsers, and others.
 * Does not: split batches. A batch is stored whole or not at all; two halves of one would not be.
 */
import { type Batch, type EachOf, eachOf, oneForEach, read, sizeOf, write } from './calls.ts';
import { LetheError, notRevealed } from './errors.ts';
import { id, tokenPath } from './paths.ts';
import type {
  CallOptions,
  Corrected,
  DataType,
  Doubles,
  Found,
  FoundRecord,
  MintedToken,
  Reason,
  RecordDescription,
  Revealed,
  RevokedToken,
  Said,
  Search,
  SignedIn,
  SignIn,
  TokenDescription,
  Tokenized,
  TokenizeItem,
  TokenOptions,
  TypeDefinition,
  ValueOf,
  WriteOptions,
} from './shapes.ts';
import { SubjectClient } from './subject-client.ts';
import type { TransportOptions } from './transport.ts';

export type LetheClientOptions = TransportOptions;

export class LetheClient extends SubjectClient {
  /**
   * Stores up to 1,000 values, all or none. An item with `reuse`, or of a type that is unique, asks whether an equal
   * value is stored; that needs a `purpose`.
   * @returns a token for each item, in the same order
   * @throws {RangeError} for no items, or more than 1,000
   */
  async tokenize<T extends Batch>(
    items: EachOf<T, TokenizeItem>,
    options: { readonly purpose?: string | undefined } & WriteOptions = {},
  ): Promise<EachOf<T, Tokenized>> {
    const count = sizeOf(items);
    const { purpose, ...rest } = options;
    const reply = await this.send<'tokenize'>({ ...write('POST', '/v1/tokenize', { items, purpose }), ...rest });
    return oneForEach<T, Tokenized>(count, reply.results);
  }

  /**
   * Exchanges up to 1,000 tokens for the values they stand for, as far as the purpose and the caller's role allow. If
   * the answer is lost, a token of limited uses has nevertheless lost one use.
   * @returns for each token, in the same order, its value or why there is none
   * @throws {RangeError} for no tokens, or more than 1,000
   */
  async detokenize<T extends Batch>(
    tokens: EachOf<T, string>,
    wanted: { readonly purpose: string; readonly view?: string | undefined } & Reason & CallOptions,
  ): Promise<EachOf<T, Revealed>> {
    const count = sizeOf(tokens);
    const { purpose, view, reason, ...options } = wanted;
    const body = { tokens, purpose, view, reason };
    const reply = await this.send<'detokenize'>({ ...read('POST', '/v1/detokenize', body), ...options });
    return oneForEach<T, Revealed>(count, reply.results);
  }

  /**
   * Several views of each token, in one call.
   * @returns for each token in the same order, and for each view in the same order, what it shows or why there is none
   * @throws {RangeError} for no tokens, or more than 1,000
   */
  async detokenizeViews(
    tokens: readonly string[],
    wanted: { readonly purpose: string; readonly views: readonly string[] } & Reason & CallOptions,
  ): Promise<readonly Revealed[]> {
    sizeOf(tokens);
    const { purpose, views, reason, ...options } = wanted;
    const body = { tokens, purpose, views, reason };
    return (await this.send<'detokenize'>({ ...read('POST', '/v1/detokenize', body), ...options })).results;
  }

  /**
   * The plain value of one token, for where there is nothing to do without it.
   * @param wanted `type` is the data type that the token must stand for; it says what the value is
   * @throws {LetheError} with the code that `detokenize` gives for the token, such as `record_erased`
   */
  async reveal<T extends string>(
    token: string,
    wanted: { readonly type: T; readonly purpose: string } & Reason & CallOptions,
  ): Promise<ValueOf<T>> {
    const { type, ...rest } = wanted;
    const [shown] = await this.detokenize([token], { ...rest, view: 'plain' });
    if (shown.error) throw notRevealed(shown.error.code);
    if (shown.type === type) return shown.value as ValueOf<T>;
    const message = `The token stands for a value of the type ${shown.type}.`;
    throw new LetheError({ code: 'unexpected_reply', message, status: 200 });
  }

  /**
   * Finds the records whose value, or a part of it, equals the given one. With `and`, their subjects must also have
   * those values. Shows a page of them, masked; `eachFound` walks through all of them.
   */
  async search(wanted: Search, options: CallOptions = {}): Promise<Found> {
    return this.send<'search'>({ ...read('POST', '/v1/search', wanted), ...options });
  }

  /** Every record that a search finds, page by page. A page holds up to `limit` records, and may hold none. */
  async *eachFound(wanted: Search, options: CallOptions = {}): AsyncGenerator<FoundRecord, void, undefined> {
    yield* eachOf(async (after) => {
      const { results, next } = await this.search({ ...wanted, ...(after && { after }) }, options);
      return { rows: results, next };
    }, wanted.after);
  }

  /**
   * Whether a value is the stored one. This is for passwords, which nothing reveals.
   * @throws {LetheError} `too_many_guesses` after ten wrong values; the client then does not send the call again
   */
  async verify(token: string, value: unknown, options: CallOptions = {}): Promise<boolean> {
    const reply = await this.send<'verify'>({ ...read('POST', '/v1/verify', { token, value }), ...options });
    return reply.verified;
  }

  /**
   * Signs somebody in: whether a value is the stored one of the person whom a username, an e-mail address or the like
   * leads to (`search`), or whom the app names (`subject`). A name that leads to nobody answers like a wrong value.
   * @returns the person and the token of what was verified, if it is the right one
   * @throws {LetheError} `too_many_guesses` after ten wrong values at one name, whether it is somebody's or not
   */
  async verifyBy(named: SignIn, options: CallOptions = {}): Promise<SignedIn> {
    return this.send<'verify'>({ ...read('POST', '/v1/verify', named), ...options });
  }

  /**
   * Whether a value, or a part of it, is what somebody says it is: of a token, or of a subject and a data type.
   * @throws {LetheError} `too_many_guesses` after a few wrong values about one person
   */
  async match(said: Said, options: CallOptions = {}): Promise<boolean> {
    const reply = await this.send<'match'>({ ...read('POST', '/v1/match', said), ...options });
    return reply.matches;
  }

  /** What a token stands for, without the value. */
  async describeToken(token: string, options: CallOptions = {}): Promise<TokenDescription> {
    return this.send<'describeToken'>({ ...read('GET', tokenPath(token)), ...options });
  }

  /** Makes one more token for a record: in another format, for another audience, or for a limited time. */
  async mintToken(record: string, wanted: TokenOptions = {}, options: WriteOptions = {}): Promise<MintedToken> {
    const body = { record: id('rec', record), ...wanted };
    return this.send<'mintToken'>({ ...write('POST', '/v1/tokens', body), ...options });
  }

  /**
   * Sets a new end for a token, counted from now. A call with `uses` is not sent again if it is unknown whether it was
   * done: that would give back uses that were made meanwhile.
   */
  async extendToken(
    token: string,
    end: Pick<TokenOptions, 'ttlSeconds' | 'uses'>,
    options: CallOptions = {},
  ): Promise<MintedToken> {
    const repeat = end.uses === undefined ? 'always' : 'refused';
    return this.send<'extendToken'>({ method: 'PATCH', path: tokenPath(token), body: end, repeat, ...options });
  }

  /**
   * Revokes a token; its record and its other tokens stay.
   * @throws {LetheError} `token_revoked` if it was revoked before, perhaps by an attempt of this call without an answer
   */
  async revokeToken(token: string, options: CallOptions = {}): Promise<RevokedToken> {
    return this.send<'revokeToken'>({ method: 'DELETE', path: tokenPath(token), repeat: 'always', ...options });
  }

  /** What a record is, and its tokens with their states; never its value. */
  async describeRecord(record: string, options: CallOptions = {}): Promise<RecordDescription> {
    return this.send<'describeRecord'>({ ...read('GET', `/v1/records/${id('rec', record)}`), ...options });
  }

  /**
   * Replaces a record's value. Its tokens stay.
   * @param options with a `country`, a telephone number is read in the national form of it
   */
  async correctRecord(
    record: string,
    value: unknown,
    options: { readonly purpose?: string | undefined; readonly country?: string | undefined } & Reason &
      WriteOptions = {},
  ): Promise<Corrected> {
    const { purpose, country, reason, ...rest } = options;
    const call = write('PATCH', `/v1/records/${id('rec', record)}`, { value, purpose, country, reason });
    return this.send<'correctRecord'>({ ...call, ...rest });
  }

  /** The data types there are, with the views each offers. */
  async listTypes(options: CallOptions = {}): Promise<readonly DataType[]> {
    const reply = await this.send<'listTypes'>({ ...read('GET', '/v1/types'), ...options });
    return reply.types;
  }

  /** Declares a data type of the tenant's own, or a new version of one. A repeat changes nothing. */
  async declareType(definition: TypeDefinition, options: WriteOptions = {}): Promise<DataType> {
    return this.send<'declareType'>({ ...write('POST', '/v1/types', definition), ...options });
  }

  /** From now on keeps a lesser form of a type's values; with null, the whole value. */
  async setKeep(type: string, keep: string | null, options: CallOptions = {}): Promise<DataType> {
    const call = { method: 'PUT', path: `${typePath(type)}/keep`, body: { keep }, repeat: 'always' } as const;
    return this.send<'setKeep'>({ ...call, ...options });
  }

  /** From now on refuses a value of a type that a record has already; with false, takes it. */
  async setUnique(type: string, unique: boolean, options: CallOptions = {}): Promise<DataType> {
    const call = { method: 'PUT', path: `${typePath(type)}/unique`, body: { unique }, repeat: 'always' } as const;
    return this.send<'setUnique'>({ ...call, ...options });
  }

  /** How many values of a type more than one record has. */
  async countDoubles(type: string, options: CallOptions = {}): Promise<Doubles> {
    return this.send<'countDoubles'>({ ...read('GET', `${typePath(type)}/doubles`), ...options });
  }
}

function typePath(type: string): string {
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(type)) throw new TypeError('This is no name of a data type.');
  return `/v1/types/${type}`;
}
