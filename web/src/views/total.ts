/** The total of unread messages in the tab's title and on its icon. */

const NAME = 'Ryadom'
const SIZE = 64
const icon = () => document.querySelector<HTMLLinkElement>('link[rel=icon]')
let plain: string | undefined

export function showTotal(total: number): void {
  document.title = total > 0 ? `(${total}) ${NAME}` : NAME
  const link = icon()
  if (!link) return
  plain ??= link.href
  link.href = total > 0 ? drawn(total) : plain
}

function drawn(total: number): string {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE
  const pen = canvas.getContext('2d')
  if (!pen) return plain ?? ''
  const style = getComputedStyle(document.documentElement)
  pen.fillStyle = style.getPropertyValue('--badge')
  pen.beginPath()
  pen.arc(SIZE / 2, SIZE / 2, SIZE / 2, 0, Math.PI * 2)
  pen.fill()
  pen.fillStyle = style.getPropertyValue('--on-badge')
  pen.font = `bold ${total > 99 ? 28 : 40}px sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(total > 99 ? '99+' : String(total), SIZE / 2, SIZE / 2 + 3)
  return canvas.toDataURL('image/png')
}
