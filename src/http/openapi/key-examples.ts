/** One request and reply of each operation on keys; a test holds each against its schema. */
export interface Example {
  readonly request?: unknown;
  readonly reply: unknown;
}

const job = 'job_01m83s2p40e5v8kq1n3tq6x9yb';

export const KEY_EXAMPLES: Readonly<Record<string, Example>> = {
  listKeys: {
    reply: {
      keys: [
        {
          kind: 'epoch_secret',
          epoch: 12,
          state: 'active',
          protects: 'the epoch key',
          count: 1,
          createdAt: '2026-11-22T03:00:00.000Z',
          activatedAt: '2026-11-22T03:00:01.250Z',
          slots: [{ slot: 'file', storedAt: '2026-11-22T03:00:00.110Z' }],
          cryptoperiodSeconds: 86_400,
          cryptoperiodSource: 'house rule: the interval of rotation',
          dueAt: '2026-11-23T03:00:01.250Z',
          overdue: false,
        },
        {
          kind: 'bucket_key',
          epoch: 12,
          state: 'active',
          protects: 'record keys',
          count: 41,
          createdAt: '2026-11-02T09:00:00.000Z',
        },
      ],
    },
  },
  compromiseKeys: { request: { epoch: 11 }, reply: { job } },
  listExposed: {
    reply: {
      exposed: [
        {
          record: 'rec_01m81j18g0e329asxkdep5tmtc',
          subject: 'sub_01m81j18g0ewqr325zy4z929z5',
          type: 'email',
          tokens: ['tok_zf5jjpn14gm6hfwqd6wnx5xtezs9cnyh'],
        },
      ],
      next: 'bkt_01m81hw3c0e9qav3c1d5x2z7tk/rec_01m81j18g0e329asxkdep5tmtc',
    },
  },
};
