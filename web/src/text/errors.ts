import type { PlainKey } from './say'
import { t } from './words.svelte'

/** The text of each error word that a person can meet; the client itself says `no_connection` and `timeout`. */
export const ERROR_TEXTS = new Map<string, PlainKey>([
  ['no_connection', 'failedOffline'],
  ['timeout', 'failedSlow'],
  ['bad_request', 'failedInput'],
  ['invalid', 'failedInput'],
  ['not_signed_in', 'failedSignIn'],
  ['wrong_credentials', 'failedCredentials'],
  ['wrong_password', 'failedPassword'],
  ['wrong_origin', 'failedOrigin'],
  ['registration_closed', 'registrationClosed'],
  ['forbidden', 'failedForbidden'],
  ['cannot_write', 'failedWrite'],
  ['not_found', 'failedMissing'],
  ['too_late', 'failedSlow'],
  ['username_taken', 'failedTaken'],
  ['client_id_reused', 'failedTwice'],
  ['message_deleted', 'failedDeleted'],
  ['chat_full', 'failedFull'],
  ['too_large', 'failedLarge'],
  ['too_many', 'failedTooMany'],
  ['busy', 'failedBusy'],
  ['internal', 'failedServer'],
])

/**
 * What `code` means to a person, and what to do. A word that is not known is named.
 * `wait`: the seconds until it makes sense to try again.
 */
export function errorText(code: string, wait?: number): string {
  if (code === 'too_many' && wait !== undefined) return t('failedWait', { count: Math.max(1, Math.ceil(wait)) })
  const key = ERROR_TEXTS.get(code)
  return key === undefined ? t('failedUnknown', { code }) : t(key)
}
