/**
 * Tells the server that somebody uses the page. Commands and requests do so by themselves; who only looks around sends
 * none, and would be shown as away after five minutes.
 */

/** Milliseconds between two times of telling; far less than what makes one away. */
const AGAIN = 60_000
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'focus'] as const

let used = Date.now()

/** Whether somebody has used the page within so many milliseconds. */
export function isInUse(within = AGAIN): boolean {
  return Date.now() - used < within
}

/** `tell` is called with the first sign of use, and then once a minute as long as there are any. Returns how to stop. */
export function watchActivity(tell: () => void): () => void {
  let told = Date.now()
  const sign = () => {
    used = Date.now()
    if (used - told < AGAIN) return
    told = used
    tell()
  }
  for (const name of SIGNS) addEventListener(name, sign, { passive: true, capture: true })
  return () => {
    for (const name of SIGNS) removeEventListener(name, sign, { capture: true })
  }
}
