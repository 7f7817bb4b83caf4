/** Long presses of a finger, which not every browser tells of as a context menu. */

const LONG = 500
/** Pixels that a finger may wander. */
const SLACK = 10

/** Calls back with what was pressed and where; returns how to stop. */
export function watchPress(root: HTMLElement, pressed: (target: Element, at: { x: number; y: number }) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  const end = (): void => clearTimeout(timer)
  const down = (event: PointerEvent): void => {
    end()
    if (event.pointerType !== 'touch' || !event.isPrimary) return
    const target = event.target as Element
    from = { x: event.clientX, y: event.clientY }
    timer = setTimeout(() => target.closest('a, button') ?? pressed(target, from), LONG)
  }
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLACK) end()
  }
  const listeners = { pointerdown: down, pointermove: move, pointerup: end, pointercancel: end } as const
  for (const [name, listener] of Object.entries(listeners)) root.addEventListener(name, listener as EventListener)
  return () => {
    end()
    for (const [name, listener] of Object.entries(listeners)) root.removeEventListener(name, listener as EventListener)
  }
}
