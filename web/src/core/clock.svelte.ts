/** The server's time as well as it is known here, and a moment that moves on for words such as "5 minutes ago". */

const STEP = 10_000

let offset = 0
let moment = $state(Date.now())

/** Milliseconds of the server's clock, now. */
export function now(): number {
  return Date.now() + offset
}

/** The same, as of at most ten seconds ago; what reads it is shown anew when it moves. */
export function shownNow(): number {
  return moment
}

export function setServerTime(iso: string): void {
  offset = Date.parse(iso) - Date.now()
  moment = now()
}

/** Moves the shown moment while somebody can look; returns how to stop. */
export function startClock(): () => void {
  const move = () => {
    if (!document.hidden) moment = now()
  }
  const timer = setInterval(move, STEP)
  document.addEventListener('visibilitychange', move)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', move)
  }
}
