/** `lethe choices`: what people have said to the purposes of their data, and what proves it. */
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { HistoryReply } from '../choices/schema.ts';
import { ChoiceParams, ChooseBody, EvidenceSchema, PersonParams, RestrictBody } from '../choices/schema.ts';
import { liftRestriction } from '../operations/choices/lift-restriction.ts';
import { listChoices } from '../operations/choices/list-choices.ts';
import { readChoiceHistory } from '../operations/choices/read-choice-history.ts';
import { recordChoice } from '../operations/choices/record-choice.ts';
import { restrictSubject } from '../operations/choices/restrict-subject.ts';
import { checked } from './arguments.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';

const KEY = ['--key-file <file>', 'file with an API key that notes or reads choices'] as const;
const CHOICES = ChooseBody.shape.choice.options;
const MEANS = EvidenceSchema.shape.means.options;
const meansOption = () => new Option('--means <means>', 'how it was said').choices(MEANS).makeOptionMandatory();

interface EvidenceOptions extends UrlOptions {
  readonly means: string;
  readonly notice?: string;
  readonly text?: string;
  readonly reference?: string;
}

interface RecordOptions extends EvidenceOptions {
  readonly choice: string;
  readonly type?: string[];
}

/** Here or through a server: what both say of a choice. */
type Past = Omit<z.infer<typeof HistoryReply>['choices'][number], 'types'> & {
  readonly types?: readonly string[] | undefined;
};

export function addChoiceCommands(program: Command): void {
  const choices = program
    .command('choices')
    .description('what people have said to the purposes of their data, and what proves it');

  withEvidence(
    choices
      .command('record <subject> <purpose>')
      .description('note what a person has chosen; it decides from the next look on')
      .addOption(new Option('--choice <choice>', 'what the person has chosen').choices(CHOICES).makeOptionMandatory())
      .option('--type <type...>', 'the data types that it is about; by default all'),
  ).action(async (whose: string, word: string, { choice, type, url, keyFile, ...said }: RecordOptions) => {
    const { subject, purpose } = checked(ChoiceParams, { subject: whose, purpose: word });
    const types = type === undefined ? {} : { types: type };
    const body = checked(ChooseBody, { choice, ...types, evidence: evidenceOf(said) });
    const noted = await (url === undefined
      ? call({ keyFile }, recordChoice, { subject, purpose, ...body })
      : through(url, keyFile, (client) => client.recordChoice(subject, purpose, body)));
    console.log(`${purpose}: ${noted.choice}, number ${noted.number} in the history of ${subject}.`);
  });

  choices
    .command('show <subject>')
    .description('show what a person has chosen, as it stands')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (whose: string, { url, keyFile }: UrlOptions) => {
      const { subject } = checked(PersonParams, { subject: whose });
      const standing = await (url === undefined
        ? call({ keyFile }, listChoices, { subject })
        : through(url, keyFile, (client) => client.listChoices(subject)));
      for (const { purpose, takes, choice, types = {}, usable } of standing.choices) {
        const single = Object.entries(types).map(([type, said]) => `${type} ${said}`);
        const said = takes.length === 0 ? 'asks nobody' : [choice ?? 'nothing said', ...single].join(', ');
        console.log(`${purpose}: ${said}; ${usable ? 'may be used' : 'may not be used'}`);
      }
      const { restricted } = standing;
      if (restricted) console.log(`restricted to: ${restricted.length > 0 ? restricted.join(', ') : 'no purpose'}`);
    });

  choices
    .command('history <subject> <purpose>')
    .description('show every choice of a purpose, the newest first; also of an erased person')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (whose: string, word: string, { url, keyFile }: UrlOptions) => {
      const { subject, purpose } = checked(ChoiceParams, { subject: whose, purpose: word });
      const all: readonly Past[] = await (url === undefined
        ? call({ keyFile }, readChoiceHistory, { subject, purpose, limit: 100 }).then((reply) => reply.choices)
        : through(url, keyFile, async (client) => (await client.readChoiceHistory(subject, purpose)).choices));
      for (const past of all) console.log(lineOf(past));
    });

  withEvidence(
    choices
      .command('restrict <subject>')
      .description('restrict a person’s data to some purposes, or to none (GDPR Art. 18)')
      .option('--except <purpose...>', 'the only purposes left'),
  ).action(async (whose: string, { except, url, keyFile, ...said }: EvidenceOptions & { except?: string[] }) => {
    const { subject } = checked(PersonParams, { subject: whose });
    const left = except === undefined ? {} : { except };
    const body = checked(RestrictBody, { ...left, evidence: evidenceOf(said) });
    await (url === undefined
      ? call({ keyFile }, restrictSubject, { subject, ...body })
      : through(url, keyFile, (client) => client.restrictSubject(subject, body)));
    console.log(`The data of ${subject} is restricted to: ${except?.join(', ') ?? 'no purpose'}.`);
  });

  choices
    .command('lift <subject>')
    .description('lift a restriction; tell the person before (GDPR Art. 18(3))')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (whose: string, { url, keyFile }: UrlOptions) => {
      const { subject } = checked(PersonParams, { subject: whose });
      await (url === undefined
        ? call({ keyFile }, liftRestriction, { subject })
        : through(url, keyFile, (client) => client.liftRestriction(subject)));
      console.log(`The data of ${subject} is not restricted any more.`);
    });
}

function withEvidence(command: Command): Command {
  return command
    .addOption(meansOption())
    .option('--notice <notice>', 'which notice, in which version')
    .option('--text <text>', 'the words that the person agreed to or answered; no personal data')
    .option('--reference <reference>', 'the number of a paper, a recording or a case; kept as a MAC')
    .option(...URL_OPTION)
    .option(...KEY);
}

function evidenceOf({ means, notice, text, reference }: Omit<EvidenceOptions, 'url' | 'keyFile'>) {
  return JSON.parse(JSON.stringify({ means, notice, text, reference }));
}

function lineOf({ at, choice, types, means, notice, hasReference, by, damaged }: Past): string {
  const proof = [means, ...(notice ? [notice] : []), ...(hasReference ? ['a reference'] : [])].join(', ');
  return `${at}  ${damaged ? 'DAMAGED ' : ''}${choice} ${types?.join(',') ?? 'all'}  (${proof}; ${by})`;
}
