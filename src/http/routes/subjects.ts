/** Subjects: the people the data is about. */
import { z } from 'zod';
import { getSubject as readSubject } from '../../operations/subjects/get-subject.ts';
import { resolveSubject } from '../../operations/subjects/resolve-subject.ts';
import { ResolveBody, ResolveReply, SubjectQuery, SubjectReply } from '../../operations/values/schema.ts';
import { SubjectIdSchema } from '../../schema.ts';
import { route } from '../route.ts';

export const postSubjectResolve = route({
  method: 'post',
  path: '/v1/subjects/resolve',
  operationId: 'resolveSubject',
  summary: 'From an app’s ref to the subject’s id.',
  description: 'A POST, because a ref is personal data and has no place in a URL.',
  action: 'resolve_subject',
  body: ResolveBody,
  reply: ResolveReply,
  problems: ['subject_not_found', 'subject_erased', 'too_many_guesses'],
  handle: (vault, caller, { body }) => resolveSubject(vault, caller, body),
});

export const getSubject = route({
  method: 'get',
  path: '/v1/subjects/{subject}',
  operationId: 'getSubject',
  summary: 'What is held about a subject; no values.',
  action: 'read_subject',
  params: z.strictObject({ subject: SubjectIdSchema }),
  query: SubjectQuery,
  reply: SubjectReply,
  problems: ['subject_not_found', 'subject_erased'],
  handle: (vault, caller, { params, query }) => readSubject(vault, caller, params.subject, query),
});
