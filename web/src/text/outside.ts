/** Texts that stand in the page itself, for a browser that does not run the client: without a value, without markup. */
export const OUTSIDE = ['needsScript', 'browserTooOld'] as const

export type OutsideKey = (typeof OUTSIDE)[number]
