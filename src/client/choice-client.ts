/**
 * The part of the client for what people have said to the purposes of their data. `lethe-client.ts` says what every
 * call guarantees.
 */
import { read } from './calls.ts';
import { OperatorClient } from './operator-client.ts';
import { choicePath, id } from './paths.ts';
import type {
  CallOptions,
  ChoiceHistory,
  Choices,
  Choosing,
  Chosen,
  Evidence,
  Restriction,
  Unsubscribed,
  UnsubscribeLinks,
} from './shapes.ts';

export class ChoiceClient extends OperatorClient {
  /**
   * Notes what a person has chosen. It decides from the next look on.
   * @throws {LetheError} `choice_not_taken` where the purpose, by its legal basis, does not take it
   */
  async recordChoice(subject: string, purpose: string, said: Choosing, options: CallOptions = {}): Promise<Chosen> {
    const path = choicePath(subject, purpose);
    return this.send<'recordChoice'>({ method: 'PUT', path, body: said, repeat: 'always', ...options });
  }

  /** What a person has chosen, as it stands, of every purpose in use. */
  async listChoices(subject: string, options: CallOptions = {}): Promise<Choices> {
    return this.send<'listChoices'>({ ...read('GET', `/v1/subjects/${id('sub', subject)}/choices`), ...options });
  }

  /** What a person has chosen of one purpose, and what proves it, the newest first; also of an erased person. */
  async readChoiceHistory(
    subject: string,
    purpose: string,
    page: { readonly after?: number | undefined; readonly limit?: number | undefined } & CallOptions = {},
  ): Promise<ChoiceHistory> {
    const { after, limit, ...rest } = page;
    const query = { after, limit };
    return this.send<'readChoiceHistory'>({ ...read('GET', choicePath(subject, purpose)), query, ...rest });
  }

  /** Of these subjects or tokens, those that may be used for the purpose, in their order. */
  async filterChoices(
    list: { readonly subjects: readonly string[] } | { readonly tokens: readonly string[] },
    purpose: { readonly purpose: string; readonly type?: string | undefined },
    options: CallOptions = {},
  ): Promise<readonly string[]> {
    const body = { ...list, ...purpose };
    const { subjects, tokens } = await this.send<'filterChoices'>({
      ...read('POST', '/v1/choices/filter', body),
      ...options,
    });
    return 'subjects' in list ? subjects : tokens;
  }

  /** Unsubscribe links for a mailing (RFC 8058): the headers' values, one link for each person, in their order. */
  async makeLinks(
    mailing: { readonly purpose: string; readonly subjects: readonly string[]; readonly url: string },
    options: CallOptions = {},
  ): Promise<UnsubscribeLinks> {
    return this.send<'makeLinks'>({ ...read('POST', '/v1/choices/links', mailing), ...options });
  }

  /** Takes the click on a link, which an app passes on. It may be passed on again. */
  async unsubscribe(link: string, options: CallOptions = {}): Promise<Unsubscribed> {
    return this.send<'unsubscribe'>({ ...read('POST', '/v1/choices/unsubscribe', { link }), ...options });
  }

  /** Restricts a person's data: it is shown for no purpose but these, until the restriction is lifted. */
  async restrictSubject(
    subject: string,
    restriction: { readonly except?: readonly string[] | undefined; readonly evidence: Evidence },
    options: CallOptions = {},
  ): Promise<Restriction> {
    const path = `/v1/subjects/${id('sub', subject)}/restriction`;
    return this.send<'restrictSubject'>({ method: 'PUT', path, body: restriction, repeat: 'always', ...options });
  }

  /** @throws {LetheError} `not_restricted` */
  async liftRestriction(subject: string, options: CallOptions = {}): Promise<Restriction> {
    const path = `/v1/subjects/${id('sub', subject)}/restriction`;
    return this.send<'liftRestriction'>({ method: 'DELETE', path, repeat: 'refused', ...options });
  }
}
