// Says so when a browser lacks what the client needs: docs/browsers.md. Written so that the oldest of them can read it.
(function () {
  var has =
    'noModule' in document.createElement('script') &&
    'findLast' in Array.prototype &&
    'Segmenter' in Intl &&
    'timeout' in AbortSignal &&
    CSS.supports('color', 'color-mix(in srgb, red, blue)')
  if (has) return
  document.getElementById('app').hidden = true
  document.getElementById('too-old').hidden = false
})()
