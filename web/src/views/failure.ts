/** What a failed call says to the person who asked for it. */

import { CallFailed } from '../api/rest'
import { notify } from '../core/notices.svelte'
import { errorText } from '../text/errors'

/** The text for a CallFailed; what is no such thing is a mistake of ours and goes on. */
export function failureText(error: unknown): string {
  if (!(error instanceof CallFailed)) throw error
  return errorText(error.code, error.retryAfter ?? undefined)
}

/** Does something by the server, and says so when it did not work. True: it did. */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    notify('error', failureText(error))
    return false
  }
}
