/**
 * What could never match in a rule, as far as the rule itself tells; `check.ts` asks the tenant's data types and
 * purposes about the rest.
 *
 * Guarantees: names the place of every fault.
 */
import { readNetwork } from '../../network-address.ts';
import type { Action } from '../actions.ts';
import { faultsInTerms } from './grant-terms.ts';
import {
  isOfSome,
  NAMES_TICKET,
  OF_EVERYONE,
  OF_ONE_PERSON,
  OF_TYPES,
  REVEALING,
  type Rule,
  STATES_REASON,
} from './rules.ts';
import { readTicketPattern } from './ticket-pattern.ts';

/** What is wrong with a rule, as far as the rule itself tells. */
export interface RuleFault {
  /** Where in the rule, as a JSON Pointer without its first slash. */
  readonly place: string;
  readonly message: string;
}

/** @returns the faults of a rule whose shape is right; none for one that makes sense by itself */
export function faultsIn(rule: Rule): RuleFault[] {
  const faults: RuleFault[] = [];
  const say = (place: string, message: string) => faults.push({ place, message });
  const { actions, types, categories, views, purposes, when } = rule;
  for (const [name, words] of Object.entries({ actions, types, categories, views, purposes })) {
    if (words !== undefined && new Set(words).size < words.length) say(name, 'This names one word twice.');
  }
  const lacks = (may: ReadonlySet<Action>) => actions.filter((action) => !may.has(action)).join(', ');
  const always = actions.filter((action) => OF_EVERYONE.some((one) => one === action)).join(', ');
  if (always) say('actions', `Every API key may do that: ${always}.`);
  const notTyped = lacks(OF_TYPES);
  if ((types ?? categories) !== undefined && notTyped) {
    say(types ? 'types' : 'categories', `This does not go with ${notTyped}, which is not decided by data type.`);
  }
  const notShown = lacks(REVEALING);
  if (views !== undefined && notShown) say('views', `This does not go with ${notShown}, which shows no value.`);
  if (purposes !== undefined && notShown) say('purposes', `This does not go with ${notShown}, which states none.`);
  if (views === undefined && rule.effect === 'allow' && actions.some((action) => REVEALING.has(action))) {
    say('views', 'The views must be named where values are shown.');
  }
  const ofAnybody = lacks(OF_ONE_PERSON);
  if (isOfSome(rule) && ofAnybody) {
    say('subjects', `This can never matter for ${ofAnybody}, which is not about one person known before the answer.`);
  }
  if (isOfSome(rule) && rule.effect === 'deny') say('subjects', 'A denial is for everybody’s values.');
  faults.push(...faultsInTerms(rule));
  return when === undefined ? faults : [...faults, ...faultsInConditions(rule, when)];
}

function faultsInConditions({ effect, actions }: Rule, when: NonNullable<Rule['when']>): RuleFault[] {
  const faults: RuleFault[] = [];
  const say = (place: string, message: string) => faults.push({ place: `when${place}`, message });
  const lacks = (may: ReadonlySet<Action>) => actions.filter((action) => !may.has(action)).join(', ');
  const { reason, ticket, networks = [], hours } = when;
  if (reason === false) say('/reason', 'This is true, or not there.');
  if (Object.keys(when).length === 0) say('', 'This must name a condition.');
  if (effect === 'deny' && (reason ?? ticket) !== undefined) {
    say('', 'A denial that asks for a reason or a ticket would refuse only those who give one.');
  } else {
    const [noReason, noTicket] = [lacks(STATES_REASON), lacks(NAMES_TICKET)];
    if (reason !== undefined && noReason) say('/reason', `This does not go with ${noReason}, which states none.`);
    if (ticket !== undefined && noTicket) say('/ticket', `This does not go with ${noTicket}, which names none.`);
  }
  if (ticket !== undefined && readTicketPattern(ticket) === undefined) {
    const shape = '# a digit, @ a capital letter, + once or more, with nothing of the same kind behind it';
    say('/ticket', `A pattern has a digit in it, as HELP-###### has: ${shape}.`);
  }
  for (const [n, network] of networks.entries()) {
    if (readNetwork(network) === undefined) say(`/networks/${n}`, 'An address or a network such as 10.0.0.0/8.');
  }
  if (hours === undefined) return faults;
  if (!isZone(hours.zone)) say('/hours/zone', 'A time zone of the IANA list, such as Europe/Vienna.');
  if (hours.from === hours.to) say('/hours/to', 'This must differ from `from`.');
  if (new Set(hours.days).size < (hours.days ?? []).length) say('/hours/days', 'This names one day twice.');
  return faults;
}

/** A fixed offset is no zone: it does not follow the law of a place. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z]+(?:[/_+-][A-Za-z0-9]+)*$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
