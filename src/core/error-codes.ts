/**
 * Every error that a user can cause, in one table: its exit code, its HTTP status, and one sentence for the docs.
 * Codes are `AREA_REASON`. A code is never reused for another meaning. Sorted by area.
 *
 * Exit codes: 1 failed, 2 usage, 3 partly done, 4 not allowed, 10 no such store or repository,
 * 11 store refuses safe writing, 12 verification failed, 130 interrupted.
 */
export const ERROR_CODES = {
  ARCHIVE_CORRUPT: { exit: 1, http: 422, about: 'An archive does not follow its format.' },
  ARCHIVE_TOO_LARGE: { exit: 1, http: 422, about: 'Something in an archive is larger than the limit.' },
  ARCHIVE_TRUNCATED: { exit: 1, http: 422, about: 'A file ends before its end.' },
  ARCHIVE_UNSAFE_PATH: { exit: 1, http: 422, about: 'A path in an archive leaves its folder.' },
  CLI_INTERRUPTED: { exit: 130, http: 499, about: 'The command was stopped before its end.' },
  CLI_OUTPUT: { exit: 1, http: 500, about: 'What a command prints could not be written.' },
  CLI_USAGE: { exit: 2, http: 400, about: 'The command line is not understood.' },
  CONFIG_INVALID: { exit: 2, http: 400, about: 'pakhus.yaml or an environment variable is not valid.' },
  CONFIG_NOT_FOUND: { exit: 2, http: 400, about: 'The configuration file that was named does not exist.' },
  INTENT_REJECTED: { exit: 1, http: 409, about: 'A change was refused; the ledger says why.' },
  INTERNAL_ERROR: { exit: 1, http: 500, about: 'A bug in pakhus.' },
  KEY_EXISTS: { exit: 1, http: 409, about: 'A key of that name exists already.' },
  KEY_INVALID: { exit: 1, http: 422, about: 'A key file cannot be read.' },
  KEY_NOT_FOUND: { exit: 4, http: 403, about: 'The secret key that the repository asks for is not here.' },
  KEY_NOT_SAVED: { exit: 1, http: 500, about: 'A key file cannot be written.' },
  KEY_PASSPHRASE: { exit: 4, http: 403, about: 'The passphrase of a key is missing or wrong.' },
  KEY_WEAK: { exit: 1, http: 422, about: 'Clients reject signatures of this key.' },
  LEDGER_CONFLICT: { exit: 1, http: 409, about: 'Other writers kept winning.' },
  LEDGER_CORRUPT: { exit: 12, http: 500, about: 'A record or blob of the ledger is not what was written.' },
  LEDGER_FUTURE: { exit: 1, http: 409, about: 'The newest revision is dated ahead of the clock.' },
  LEDGER_NOT_VISIBLE: { exit: 3, http: 503, about: 'Committed, but not yet visible to clients.' },
  LEDGER_TRUNCATED: { exit: 12, http: 500, about: 'The log is older than what is published.' },
  LEDGER_UNTRUSTED: { exit: 12, http: 500, about: 'A record is not signed by a listed ledger key.' },
  NETWORK_FAILED: { exit: 1, http: 502, about: 'A request failed.' },
  PACKAGE_CHANGED: { exit: 1, http: 409, about: 'A file changed while it was being published.' },
  PACKAGE_CONFLICT: { exit: 1, http: 409, about: 'Same name, version and architecture, other bytes.' },
  PACKAGE_INVALID: { exit: 1, http: 422, about: 'A package cannot be accepted.' },
  PACKAGE_NOT_FOUND: { exit: 1, http: 404, about: 'No such package there.' },
  PACKAGE_UNKNOWN_FORMAT: { exit: 1, http: 422, about: 'The file is no package of a known format.' },
  PLACE_NOT_FOUND: { exit: 1, http: 404, about: 'The repository has no such channel or component.' },
  PUBLISH_NOTHING_FOUND: { exit: 1, http: 404, about: 'No package file was found.' },
  PUBLISH_PARTIAL: { exit: 3, http: 207, about: 'Some packages were published, some were refused.' },
  REPOSITORY_NOT_FOUND: { exit: 10, http: 404, about: 'No such repository.' },
  SETTINGS_INVALID: { exit: 2, http: 400, about: 'A setting of a repository cannot be used.' },
  SIGN_FAILED: { exit: 1, http: 500, about: 'Signing did not work.' },
  STORE_CONFLICT: { exit: 1, http: 412, about: 'A conditional write did not meet its condition.' },
  STORE_FULL: { exit: 1, http: 507, about: 'The store has no room left.' },
  STORE_KEY_INVALID: { exit: 1, http: 400, about: 'A key has a form that the store does not take.' },
  STORE_LOCKED: { exit: 3, http: 503, about: 'Somebody else holds the lock of the store.' },
  STORE_NOT_FOUND: { exit: 10, http: 404, about: 'No such store.' },
  STORE_OBJECT_CORRUPT: { exit: 1, http: 500, about: 'An object is not what its reader expects.' },
  STORE_OBJECT_NOT_FOUND: { exit: 1, http: 404, about: 'No such object in the store.' },
  STORE_OBJECT_TOO_LARGE: { exit: 1, http: 413, about: 'An object is larger than its reader allows.' },
  STORE_PERMISSION: { exit: 4, http: 403, about: 'The store does not allow this.' },
  STORE_UNAVAILABLE: { exit: 1, http: 503, about: 'The store does not answer.' },
  STORE_UNSAFE: { exit: 11, http: 503, about: 'The store cannot keep two writers apart.' },
  VERIFY_FAILED: { exit: 12, http: 500, about: 'What is published is not what the ledger says.' },
} as const;

/** A code of the table. */
export type ErrorCode = keyof typeof ERROR_CODES;
