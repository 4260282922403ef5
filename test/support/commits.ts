/** Has a store on PostgreSQL note with which synchronous_commit each of the vault's transactions is committed. */
import { tell } from './home.ts';

/**
 * Each of them leaves a mark. A deferred trigger runs at COMMIT, when no statement follows: it sees what the commit sees,
 * and writes that into the table `commits`.
 */
export async function noteCommits(url: string): Promise<void> {
  await tell(url, 'CREATE TABLE commits (setting text)');
  await tell(
    url,
    `CREATE FUNCTION note_commit() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO commits VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`,
  );
  await tell(
    url,
    `CREATE CONSTRAINT TRIGGER note_commit AFTER INSERT ON marks DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION note_commit()`,
  );
}
