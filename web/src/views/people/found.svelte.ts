/** What the server finds while one types: asked after a short pause, and only the answer to the last question counts. */

import * as rest from '../../api/rest'
import type { User } from '../../api/shapes'
import { failureText } from '../failure'

/** Milliseconds without a key before the server is asked. */
const PAUSE = 200

export interface Found {
  /** What is found so far; empty while nothing is looked for. */
  readonly users: readonly User[]
  /** The answer to what stands in the field is here. */
  readonly isDone: boolean
  readonly failure: string
}

/** Called while a component begins; stops with it. */
export function finding(query: () => string): Found {
  let users = $state.raw<readonly User[]>([])
  let done = $state('')
  let failure = $state('')

  $effect(() => {
    const wanted = query().trim()
    let isStale = false
    if (!wanted) {
      users = []
      done = failure = ''
      return
    }
    const timer = setTimeout(async () => {
      try {
        const answer = await rest.findUsers(wanted)
        if (isStale) return
        users = answer
        failure = ''
      } catch (error) {
        if (isStale) return
        failure = failureText(error)
      }
      done = wanted
    }, PAUSE)
    return () => {
      isStale = true
      clearTimeout(timer)
    }
  })

  return {
    get users() {
      return users
    },
    get isDone() {
      return done !== '' && done === query().trim()
    },
    get failure() {
      return failure
    },
  }
}
