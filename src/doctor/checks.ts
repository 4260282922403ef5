/** Every check there is. A new one is a file in `checks/`, a line here, and a row of the handbook's table. */
import { approvals } from './checks/approvals.ts';
import { asides } from './checks/asides.ts';
import { clock } from './checks/clock.ts';
import { backup, drill } from './checks/copies.ts';
import { disk } from './checks/disk.ts';
import { durability, replication } from './checks/durability.ts';
import { hooks } from './checks/hooks.ts';
import { journal } from './checks/journal.ts';
import { keysDue } from './checks/keys-due.ts';
import { network } from './checks/network.ts';
import { nodes } from './checks/nodes.ts';
import { administrators, endingKeys } from './checks/people.ts';
import { permissions } from './checks/permissions.ts';
import { places } from './checks/places.ts';
import { descriptors, memory } from './checks/process.ts';
import { purposes } from './checks/purposes.ts';
import { slots } from './checks/slots.ts';
import { strays } from './checks/strays.ts';
import { stores, vault } from './checks/vault.ts';
import { pooler, tls } from './checks/way.ts';
import { epochs, erasures, jobs } from './checks/work.ts';
import type { Check } from './finding.ts';

export const CHECKS: readonly Check[] = [
  ...[vault, stores, permissions, places, slots, strays, asides],
  ...[replication, durability, pooler, tls, network],
  ...[backup, drill, journal, disk, clock],
  ...[administrators, endingKeys, approvals, purposes, keysDue, erasures, epochs, jobs, nodes, hooks],
  ...[memory, descriptors],
];
